"""Who may see what of a person with an account: the consent rules of the design, once more.

Written from the rules alone, beside the product and without it, so that both can be compared.
"""

from dataclasses import dataclass
from enum import StrEnum


class Relation(StrEnum):
    """What has happened between a viewer and the person."""

    NONE = "never met"
    SCANNED = "the viewer scanned them"
    RETRACTED = "the viewer took the scan back"
    SCANNED_CONFIRMED = "the viewer scanned them, they said yes"
    SCANNED_DISMISSED = "the viewer scanned them, they said no"
    WAITING = "they scanned the viewer"
    WITHDRAWN = "they took their scan back"
    CONFIRMED = "they scanned the viewer, who said yes"
    CONFIRMED_WITHDRAWN = "the viewer said yes, they took their scan back"
    DISMISSED = "they scanned the viewer, who said no"
    BOTH = "each scanned the other"
    BOTH_WITHDRAWN = "each scanned the other, they took theirs back"
    BOTH_RETRACTED = "each scanned the other, the viewer took theirs back"
    TYPED = "the viewer typed a meeting"
    TYPED_CONFIRMED = "the viewer typed a meeting, they said yes"
    TYPED_DISMISSED = "the viewer typed a meeting, they said no"
    KNOWN_BEFORE = "the viewer said to know them already"
    PROFILE = "the viewer scanned the address of a profile of theirs"
    BLOCKED = "the viewer blocked them"
    BLOCKED_BY_THEM = "they blocked the viewer"
    UNBLOCKED = "they took the block back"
    LEFT = "they deleted their account"


class When(StrEnum):
    """How far the event is."""

    TO_COME = "not begun"
    ON = "going on"
    OVER = "over"
    FORGOTTEN = "what is not kept is erased"


class Viewer(StrEnum):
    ANONYMOUS = "anonymous"
    STRANGER = "signed in, not at the event"
    ATTENDEE = "attendee"
    STAFF = "staff, not attending"


# A live scan of the viewer's, or the other's own word: their live scan of the viewer, or their yes.
_OPENS_THE_CIRCLE = {
    Relation.BOTH_RETRACTED,
    Relation.SCANNED,
    Relation.SCANNED_CONFIRMED,
    Relation.CONFIRMED,
    Relation.BOTH,
    Relation.BOTH_WITHDRAWN,
    Relation.TYPED_CONFIRMED,
    Relation.UNBLOCKED,
}
# The viewer keeps a meeting, for which nobody but the viewer speaks.
_ONLY_SAID = {
    Relation.SCANNED_DISMISSED,
    Relation.CONFIRMED_WITHDRAWN,
    Relation.TYPED,
    Relation.TYPED_DISMISSED,
    Relation.KNOWN_BEFORE,
}
_TAKEN_BACK = {Relation.RETRACTED, Relation.BOTH_RETRACTED}
_GONE = {Relation.BLOCKED_BY_THEM, Relation.BLOCKED, Relation.LEFT}
# Who says that they met somebody tells their name; who said no or blocked finds it in that list.
_TOLD_THE_NAME = {
    Relation.WAITING,
    Relation.BOTH_RETRACTED,
    Relation.DISMISSED,
    Relation.BLOCKED,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a viewer stands to the person; ``listed``: the person chose so at the event."""

    viewer: Viewer
    relation: Relation
    listed: bool

    @property
    def is_met(self) -> bool:
        """Belongs to the people they meet, as far as the person can know."""
        return self.relation in _OPENS_THE_CIRCLE

    @property
    def browses(self) -> bool:
        """The circle of the people browsing the event."""
        return self.viewer is Viewer.ATTENDEE and self.listed and self.relation not in _GONE


def may_see(standing: Standing, circle: str) -> bool:
    """A field that the person keeps for this circle; what may be seen is shown somewhere."""
    wide_enough = {"met": standing.is_met, "browsing": standing.is_met or standing.browses}
    return wide_enough.get(circle, False)


def must_see_name(standing: Standing) -> bool:
    return standing.is_met or standing.browses or standing.relation in _TOLD_THE_NAME


def may_see_name(standing: Standing) -> bool:
    """A card is its owner's and keeps the name that it was made with."""
    return must_see_name(standing) or standing.relation in _ONLY_SAID | _TAKEN_BACK


def may_see_list(standing: Standing) -> bool:
    """What the organiser's list says of somebody who has claimed their place."""
    return standing.viewer is Viewer.STAFF


def is_suggested(standing: Standing, circle: str) -> bool:
    """Stands on "not met yet" of a viewer who has a tie to a handle kept for this circle."""
    keeps_a_meeting = standing.is_met or standing.relation in _ONLY_SAID | {Relation.PROFILE}
    has_met = keeps_a_meeting and standing.relation not in _TAKEN_BACK
    return standing.browses and not has_met and circle == "browsing"
