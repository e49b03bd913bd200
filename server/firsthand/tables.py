"""Every table, imported in one place for migrations and exports."""

from firsthand.accounts import acts
from firsthand.accounts import models as accounts
from firsthand.attendees import models as attendees
from firsthand.badges import models as badges
from firsthand.contacts import models as contacts
from firsthand.db import Base
from firsthand.events import models as events
from firsthand.followups import models as followups
from firsthand.handles import models as handles
from firsthand.introductions import models as introductions
from firsthand.meetings import models as meetings
from firsthand.organising import models as organising
from firsthand.outbox import OutboxEntry
from firsthand.proofs import models as proofs
from firsthand.reminders import models as reminders
from firsthand.scans import models as scans
from firsthand.sign_in_elsewhere import models as sign_in_elsewhere
from firsthand.ties import models as ties

__all__ = [
    "OutboxEntry",
    "accounts",
    "acts",
    "attendees",
    "badges",
    "contacts",
    "events",
    "followups",
    "handles",
    "introductions",
    "meetings",
    "metadata",
    "organising",
    "proofs",
    "reminders",
    "scans",
    "sign_in_elsewhere",
    "ties",
]

metadata = Base.metadata
