"""What ``mutants.py`` changes: the modules that decide who may see and do what."""

_SIGN_IN = ("tests/server/accounts", "tests/unit/accounts", "tests/server/access/test_matrix.py")
_ALL_OF_IT = tuple(
    f"tests/server/access/test_{name}.py"
    for name in ("matrix", "states", "same_ids", "blocked_as_if_left", "hidden_facts")
)
_SEEING = (
    "tests/server/accounts",
    "tests/server/contacts",
    "tests/server/attendees",
    "tests/server/scans",
    "tests/server/unmet",
    *_ALL_OF_IT,
)
_ONES_OWN = (
    "tests/server/accounts/test_leaving.py",
    "tests/server/accounts/test_blocking.py",
    "tests/server/accounts/test_blocked_cards.py",
    *_ALL_OF_IT,
)
_CARDS = (
    *("tests/server/contacts", "tests/server/scans", "tests/server/ties", "tests/server/carddav"),
    *("tests/server/followups", *_ONES_OWN),
)
_UNMET = ("tests/server/unmet", "tests/unit/unmet", *_ONES_OWN)
_INTRODUCING = ("tests/server/introductions", "tests/unit/introductions", *_ONES_OWN)
_ORGANISING = (
    "tests/server/organising",
    "tests/server/events",
    "tests/server/cli/test_events.py",
    "tests/server/access/test_matrix.py",
)
_ELSEWHERE = ("tests/server/sign_in_elsewhere", "tests/unit/sign_in_elsewhere")
# How a recap is drawn decides nothing.
_OF_UNMET = (
    *("attendee_list", "beside", "here", "hints", "list_routes", "queries", "reading", "reasons"),
    *("recap", "recap_keeping", "recap_routes", "routes", "seen", "sentence", "sharing"),
)
_OF_INTRODUCTIONS = ("links", "queries", "routes", "verbs")
# What decides, with the tests that know it.
MODULES: dict[str, tuple[str, ...]] = {
    "requests.py": (
        *(*_SIGN_IN, "tests/server/access/test_scopes.py"),
        *("tests/server/sign_in_elsewhere", "tests/server/api", "tests/unit/test_requests.py"),
    ),
    "session_cookie.py": (*_SIGN_IN, "tests/server/test_new_key.py"),
    "paging.py": (
        "tests/unit/test_paging.py",
        "tests/server/unmet",
        "tests/server/test_new_key.py",
    ),
    "accounts/viewers.py": _SIGN_IN,
    "accounts/signing_in.py": (*_SIGN_IN, "tests/server/cli/test_accounts.py"),
    "accounts/sign_in_routes.py": _SIGN_IN,
    "accounts/again_routes.py": (*_SIGN_IN, "tests/server/sign_in_elsewhere"),
    "accounts/sessions.py": (*_SIGN_IN, "tests/server/cli/test_accounts.py"),
    "accounts/recovery.py": _SIGN_IN,
    "accounts/passkeys.py": _SIGN_IN,
    "accounts/authenticators.py": _SIGN_IN,
    "accounts/tokens.py": (*_SIGN_IN, "tests/server/cli/test_accounts.py", "tests/server/carddav"),
    "accounts/blocking.py": _SEEING,
    "accounts/faces.py": _SEEING,
    "accounts/profile.py": _SEEING,
    "attendees/showing.py": (*_SEEING, *_ORGANISING),
    "attendees/membership.py": (
        *(*_SEEING, *_ORGANISING, "tests/server/reminders/test_arrivals.py"),
        "tests/server/followups/test_shown_handles.py",
    ),
    "attendees/places.py": _SEEING,
    "contacts/showing.py": _SEEING,
    "attendees/entering.py": (*_SEEING, *_ORGANISING),
    "export_shape.py": ("tests/server/taking_in", "tests/server/api", *_ONES_OWN),
    "taking_out.py": ("tests/server/taking_in", "tests/server/api", *_ONES_OWN),
    "leaving.py": (
        *(
            "tests/server/accounts",
            "tests/server/introductions",
            "tests/server/ties/test_pieces.py",
        ),
        *("tests/server/scans/test_circles.py", "tests/server/followups/test_shown_handles.py"),
        *_ONES_OWN,
    ),
    "contacts/queries.py": _CARDS,
    "contacts/card_handles.py": _CARDS,
    "contacts/card_ties.py": _CARDS,
    "followups/shown_handles.py": _CARDS,
    "contacts/faces.py": (*_SEEING, "tests/server/contacts"),
    "contacts/same_person.py": _CARDS,
    "contacts/cards.py": _CARDS,
    "meetings/queries.py": (*_CARDS, "tests/server/unmet"),
    "scans/keeping.py": (*_CARDS, "tests/server/unmet"),
    "followups/standing_statements.py": ("tests/server/followups", *_ONES_OWN),
    **{f"unmet/{name}.py": _UNMET for name in _OF_UNMET},
    **{f"introductions/{name}.py": _INTRODUCING for name in _OF_INTRODUCTIONS},
    "organising/reporting.py": _ORGANISING,
    "organising/statistics.py": _ORGANISING,
    "organising/inviting.py": _ORGANISING,
    "badges/finding.py": (*_SEEING, "tests/server/access/test_same_answer.py"),
    "events/staff.py": _ORGANISING,
    "organising/removing.py": _ORGANISING,
    "organising/staffing.py": _ORGANISING,
    "organising/removal_links.py": (*_ORGANISING, "tests/unit/organising/test_removal_links.py"),
    "handles/preview.py": _SEEING,
    "scans/circles.py": (*_SEEING, "tests/server/followups/test_listed_handles.py"),
    "scans/guessing.py": _SEEING,
    "sign_in_elsewhere/linking.py": _ELSEWHERE,
    "sign_in_elsewhere/ways.py": _ELSEWHERE,
    "sign_in_elsewhere/asking.py": _ELSEWHERE,
}
# Of these, what decides: who is asking, what they may do, and what of somebody they may see. The
# others read and write by what these say.
DECIDING = {
    *("requests.py", "session_cookie.py"),
    *(each for each in MODULES if each.startswith(("accounts/", "sign_in_elsewhere/"))),
    *("attendees/showing.py", "attendees/membership.py", "attendees/places.py"),
    *("attendees/entering.py", "badges/finding.py", "events/staff.py", "handles/preview.py"),
    *("contacts/showing.py", "contacts/faces.py", "contacts/card_handles.py"),
    *("contacts/card_ties.py", "followups/shown_handles.py", "introductions/links.py"),
    *("organising/inviting.py", "organising/removing.py", "organising/staffing.py"),
    *("organising/removal_links.py", "scans/circles.py", "scans/guessing.py", "unmet/seen.py"),
    *("unmet/sharing.py", "leaving.py"),
}
# A call of this is a lock, and SQLite, where changes are tried, has one writer.
LOCK = "lock_owners("
_NOBODY_MEANWHILE = "somebody claims it meanwhile: not on SQLite, which has one writer"
# What no test can notice, because nothing that anybody can see differs: module, function, change.
EQUIVALENT: dict[tuple[str, str, str], str] = {
    **{
        ("attendees/membership.py", "_claim", change): _NOBODY_MEANWHILE
        for change in (
            "update(Attendee).where(Attendee.id == attendee.id, Attendee.account_id.is_(None)) -> "
            "update(Attendee).where(Attendee.id == attendee.id)",
            "if claimed is None -> if False",
            "raise Conflict('Somebody has just claimed this place.') -> None",
        )
    },
    **{
        ("organising/inviting.py", "invite_some", change): (
            "the last of the portion before is read once more, and has had theirs"
        )
        for change in ("Attendee.id > after -> Attendee.id >= after", "1 -> 2")
    },
    (
        "organising/inviting.py",
        "invite_some",
        "select(Invitation.address_hash).where(Invitation.event_id == event_id, "
        "Invitation.address_hash.in_(waiting)) -> "
        "select(Invitation.address_hash).where(Invitation.address_hash.in_(waiting))",
    ): "a hash is of one event alone; the event only finds it by the index",
    (
        "scans/keeping.py",
        "keep_meeting",
        "[draft.attendee] if draft.attendee else [] -> []",
    ): "a lock: SQLite, where changes are tried, has one writer",
    (
        "leaving.py",
        "_events_of_nobody_else",
        "select(Event.id).join(EventRole, EventRole.event_id == Event.id).where("
        "EventRole.account_id == account_id, ~someone_else_runs, ~someone_else_attends) -> "
        "select(Event.id).join(EventRole, EventRole.event_id == Event.id).where("
        "~someone_else_runs, ~someone_else_attends)",
    ): "who runs an event that nobody else runs is they; it spares looking at every event",
    (
        "accounts/passkeys.py",
        "_challenge",
        "PasskeyChallenge.expires_at < moment -> PasskeyChallenge.expires_at <= moment",
    ): "what ends at this very moment counts no more, whether its row is there or not",
    (
        "unmet/attendee_list.py",
        "badge_wearers",
        "select(Badge.attendee_id, Badge.token).where(Badge.event_id == event_id, "
        "Badge.revoked_at.is_(None)) -> "
        "select(Badge.attendee_id, Badge.token).where(Badge.revoked_at.is_(None))",
    ): "only those of the people found are kept, who are of one event; it spares reading the rest",
    ("events/staff.py", "runs_an_event", "1 -> 2"): "only the first row is looked at",
    (
        "sign_in_elsewhere/linking.py",
        "_offer",
        "OfferedLink.expires_at < moment -> OfferedLink.expires_at <= moment",
    ): "what ends at this very moment is offered no more, whether its row is there or not",
    (
        "accounts/faces.py",
        "count_face",
        "lock_owners(session, [owner_id]) -> None",
    ): "a lock: SQLite, where changes are tried, has one writer",
    (
        "followups/shown_handles.py",
        "_judge",
        "lock_owners(session, owners) -> None",
    ): "a lock: SQLite, where changes are tried, has one writer",
    (
        "followups/shown_handles.py",
        "_put_ties_on",
        "select(ContactAttendee.owner_id, ContactAttendee.attendee_id, card.root_id).join(card, "
        "and_(card.owner_id == ContactAttendee.owner_id, card.id == ContactAttendee.contact_id))"
        ".where(ContactAttendee.owner_id.in_(owners), ContactAttendee.contact_id.in_("
        "select(same.id).where(*_is_one_of(same, roots)))) -> "
        "select(ContactAttendee.owner_id, ContactAttendee.attendee_id, card.root_id).join(card, "
        "and_(card.owner_id == ContactAttendee.owner_id, card.id == ContactAttendee.contact_id))"
        ".where(ContactAttendee.contact_id.in_(select(same.id).where(*_is_one_of(same, roots))))",
    ): "the cards are those owners' own; it spares reading the places of everybody",
    (
        "contacts/card_handles.py",
        "_parts",
        "select(*(Contact.root_id, Handle.network, Handle.key, Handle.name, null(), "
        "Handle.stable_id)).join(ContactAttendee, and_(ContactAttendee.owner_id == "
        "Contact.owner_id, ContactAttendee.contact_id == Contact.id)).join(Attendee, "
        "Attendee.id == ContactAttendee.attendee_id).join(Handle, Handle.attendee_id == "
        "Attendee.id).where(*mine, ContactAttendee.contact_id.in_(members), "
        "handle_shown(Handle, TO_BROWSERS)) -> "
        "select(*(Contact.root_id, Handle.network, Handle.key, Handle.name, null(), "
        "Handle.stable_id)).join(ContactAttendee, and_(ContactAttendee.owner_id == "
        "Contact.owner_id, ContactAttendee.contact_id == Contact.id)).join(Attendee, "
        "Attendee.id == ContactAttendee.attendee_id).join(Handle, Handle.attendee_id == "
        "Attendee.id).where(*mine, handle_shown(Handle, TO_BROWSERS))",
    ): "the cards are named once more, so that SQLite begins with them",
    (
        "contacts/card_handles.py",
        "_parts",
        "select(*(Contact.root_id, ContactHandle.network, ContactHandle.key, ContactHandle.name), "
        "*(null(), null())).join(ContactHandle, and_(ContactHandle.owner_id == Contact.owner_id, "
        "ContactHandle.contact_id == Contact.id)).where(*mine, "
        "ContactHandle.contact_id.in_(members)) -> "
        "select(*(Contact.root_id, ContactHandle.network, ContactHandle.key, ContactHandle.name), "
        "*(null(), null())).join(ContactHandle, and_(ContactHandle.owner_id == Contact.owner_id, "
        "ContactHandle.contact_id == Contact.id)).where(*mine)",
    ): "the cards are named once more, so that SQLite begins with them",
    (
        "contacts/card_ties.py",
        "cards_with_tie_like",
        "select(Contact.root_id).join(Tie, Tie.contact_id == Contact.id).where("
        "Contact.owner_id == OWNER, Tie.owner_id == OWNER, Tie.contact_id.is_not(None), "
        "folded(Tie.name).like(words, escape='\\\\')) -> "
        "select(Contact.root_id).join(Tie, Tie.contact_id == Contact.id).where("
        "Contact.owner_id == OWNER, Tie.owner_id == OWNER, "
        "folded(Tie.name).like(words, escape='\\\\'))",
    ): "a tie on no card is joined to none; it spares reading all of these",
    (
        "badges/finding.py",
        "badge_for",
        "if viewer_id is None -> if False",
    ): "nobody blocks who is signed out: to ask finds nothing",
    (
        "scans/guessing.py",
        "ShortCodeGuesses._count",
        "select(MissedShortCode.account_id, func.count()).where("
        "MissedShortCode.account_id.in_(self._account_ids), "
        "MissedShortCode.at > now() - timedelta(hours=1)) -> "
        "select(MissedShortCode.account_id, func.count()).where("
        "MissedShortCode.at > now() - timedelta(hours=1))",
    ): "of each account only its own are looked at; it spares counting those of all others",
    **{
        ("followups/shown_handles.py", "listed_handles_go", change): (
            "a card too many is judged, and found as it is"
        )
        for change in (
            "and_(other.owner_id == card.owner_id, other.root_id == card.root_id) -> "
            "and_(other.owner_id == card.owner_id)",
            "and_(other.owner_id == card.owner_id, other.root_id == card.root_id) -> "
            "and_(other.root_id == card.root_id)",
            "and_(Tie.owner_id == other.owner_id, Tie.contact_id == other.id) -> "
            "and_(Tie.contact_id == other.id)",
            "and_(Tie.owner_id == other.owner_id, Tie.contact_id == other.id) -> "
            "and_(Tie.owner_id == other.owner_id)",
            "and_(ContactAttendee.owner_id == card.owner_id, "
            "ContactAttendee.contact_id == card.id) -> "
            "and_(ContactAttendee.owner_id == card.owner_id)",
        )
    },
    ("unmet/seen.py", "is_seen", "1 -> 2"): "one attendee and one handle by their keys: one row",
    (
        "contacts/faces.py",
        "face_seen",
        "if not mark.isprintable() -> if False",
    ): "SQLite takes any text, and finds nothing by it",
}
