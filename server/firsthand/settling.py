"""Which verb handles which outbox topic: the one place that knows both sides."""

from collections.abc import Mapping

from firsthand.accounts.seeing import SEES_ANEW, SHOWS_ANEW
from firsthand.attendees.list_claims import ATTENDEE_LISTED, tell_of_listing
from firsthand.attendees.membership import ATTENDEE_ARRIVED, ATTENDEE_CLAIMED
from firsthand.followups.attaching import attach_ties
from firsthand.followups.one_person import join_proven
from firsthand.followups.shown_handles import (
    judge_joins,
    judge_joins_of_one,
    judge_ties_of_card,
    judge_ties_of_listed,
)
from firsthand.handles.keeping import (
    HANDLE_PROVEN,
    LISTED_HANDLES,
    LISTED_HANDLES_GONE,
    MATCH_ACCOUNT,
)
from firsthand.outbox import Handler
from firsthand.reminders.arrivals import tell_of_arrival
from firsthand.scans.claiming import resolve_claimed
from firsthand.taking_in.taking_back import take_back
from firsthand.ties.importing import TAKE_BACK, WEIGH_OWNER
from firsthand.ties.matching import (
    MATCH_EVENT,
    match_account,
    match_event,
)
from firsthand.ties.weighing import TIES_WEIGHED, weigh_owner

HANDLERS: Mapping[str, Handler] = {
    ATTENDEE_ARRIVED: tell_of_arrival,
    ATTENDEE_CLAIMED: resolve_claimed,
    ATTENDEE_LISTED: tell_of_listing,
    HANDLE_PROVEN: join_proven,
    LISTED_HANDLES: judge_ties_of_listed,
    LISTED_HANDLES_GONE: judge_ties_of_card,
    MATCH_ACCOUNT: match_account,
    MATCH_EVENT: match_event,
    SEES_ANEW: judge_joins_of_one,
    SHOWS_ANEW: judge_joins,
    TAKE_BACK: take_back,
    TIES_WEIGHED: attach_ties,
    WEIGH_OWNER: weigh_owner,
}
