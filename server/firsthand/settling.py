"""Which verb handles which outbox topic: the one place that knows both sides."""

from collections.abc import Mapping

from firsthand.attendees.membership import ATTENDEE_CLAIMED
from firsthand.contacts.claiming import resolve_claimed
from firsthand.handles.keeping import MATCH_ACCOUNT
from firsthand.outbox import Handler
from firsthand.ties.importing import WEIGH_OWNER
from firsthand.ties.matching import (
    MATCH_EVENT,
    match_account,
    match_event,
)
from firsthand.ties.weighing import weigh_owner

HANDLERS: Mapping[str, Handler] = {
    ATTENDEE_CLAIMED: resolve_claimed,
    MATCH_ACCOUNT: match_account,
    MATCH_EVENT: match_event,
    WEIGH_OWNER: weigh_owner,
}
