"""What each column of each table holds of people. A test fails for a column that is not here."""

from collections.abc import Mapping
from enum import StrEnum

from firsthand.tables import metadata


class Holds(StrEnum):
    """The strongest that is true of a column."""

    SECRET = "secret"  # noqa: S105  # nosec B105  # it opens something, or is the hash of what does
    PERSON = "person"  # says who somebody is, or how to reach them
    WORDS = "words"  # what somebody typed, or what was told to them
    DOING = "doing"  # what somebody did, chose or knows, with whom, and when
    WHOSE = "whose"  # the account that a row belongs to, or is about
    NOTHING = "nothing"  # the row's own name, its place among others, the server's book-keeping


_MARKS: Mapping[str, Mapping[Holds, str]] = {
    "account": {
        Holds.WHOSE: "id",
        Holds.PERSON: "email name folded headline company phone face",
        Holds.DOING: (
            "headline_circle company_circle email_circle phone_circle face_circle created_at"
        ),
    },
    "account_act": {
        Holds.WHOSE: "owner_id",
        Holds.WORDS: "place detail",
        Holds.DOING: "at act",
        Holds.NOTHING: "id",
    },
    "api_token": {
        Holds.SECRET: "token_hash",
        Holds.WHOSE: "account_id",
        Holds.WORDS: "name",
        Holds.DOING: "scopes created_at",
    },
    "attendee": {
        Holds.WHOSE: "account_id",
        Holds.PERSON: "name folded email headline company ticket",
        Holds.DOING: "event_id listed chose_listed_at arrived_on joined created_at",
        Holds.NOTHING: "id",
    },
    "attendee_list": {Holds.PERSON: "body report", Holds.NOTHING: "id event_id created_at"},
    "badge": {
        Holds.SECRET: "token short_code",
        Holds.DOING: "attendee_id created_at revoked_at",
        Holds.NOTHING: "id event_id",
    },
    "block": {
        Holds.WHOSE: "owner_id account_id",
        Holds.PERSON: "called",
        Holds.DOING: "created_at",
    },
    "contact": {
        Holds.WHOSE: "owner_id account_id",
        Holds.PERSON: "name seen_name headline company email phone code_hint",
        Holds.WORDS: "note",
        Holds.DOING: "root_id attendee_id typed stage has_tie in_circle last_at created_at",
        Holds.NOTHING: "id",
    },
    "contact_apart": {Holds.WHOSE: "owner_id", Holds.DOING: "one_id other_id"},
    "contact_attendee": {Holds.WHOSE: "owner_id", Holds.DOING: "attendee_id contact_id"},
    "contact_code": {
        Holds.SECRET: "code_hash",
        Holds.WHOSE: "owner_id",
        Holds.DOING: "contact_id",
    },
    "contact_handle": {
        Holds.WHOSE: "owner_id",
        Holds.PERSON: "key name",
        Holds.DOING: "network contact_id",
    },
    "contact_merge": {
        Holds.WHOSE: "owner_id",
        Holds.PERSON: "detail",
        Holds.DOING: "child_id parent_id evidence by_proof at",
    },
    "delivery": {
        Holds.WHOSE: "owner_id",
        Holds.PERSON: "data",
        Holds.WORDS: "key problem",
        Holds.DOING: "channel kind created_at ended_at",
        Holds.NOTHING: "id state tries not_before claimed_until",
    },
    "dismissed": {Holds.WHOSE: "owner_id", Holds.DOING: "attendee_id"},
    "email_code": {
        Holds.SECRET: "browser_hash code_hash peer",
        Holds.PERSON: "email",
        Holds.DOING: "created_at",
        Holds.NOTHING: "tries mailed expires_at",
    },
    "event": {
        Holds.SECRET: "join_code",
        Holds.WORDS: "slug name",
        Holds.NOTHING: "id starts ends timezone retention_days created_at",
    },
    "event_role": {Holds.WHOSE: "account_id", Holds.DOING: "event_id role"},
    "face": {
        Holds.SECRET: "mark",
        Holds.WHOSE: "owner_id",
        Holds.PERSON: "picture",
        Holds.DOING: "created_at",
    },
    "follow_up": {
        Holds.WHOSE: "owner_id",
        Holds.WORDS: "intent text",
        Holds.DOING: "contact_id meeting_id due state done_at touched_at important created_at",
        Holds.NOTHING: "id",
    },
    "handle": {
        Holds.WHOSE: "account_id",
        Holds.PERSON: "name key stable_id",
        Holds.DOING: "attendee_id network circle verified_at created_at",
        Holds.NOTHING: "id",
    },
    "handle_proof": {
        Holds.WHOSE: "account_id",
        Holds.PERSON: "evidence problem",
        Holds.DOING: "handle_id method checked_at failed_since",
    },
    "import": {
        Holds.WHOSE: "owner_id",
        Holds.WORDS: "file_name problems",
        Holds.DOING: "format started_at finished_at made_at",
        Holds.NOTHING: (
            "id state done_bytes total_bytes added updated unchanged unresolved skipped heard_at"
        ),
    },
    "import_list": {
        Holds.WHOSE: "owner_id",
        Holds.DOING: "network kind",
        Holds.NOTHING: "import_id",
    },
    "import_person": {
        Holds.WHOSE: "owner_id",
        Holds.PERSON: "name folded headline company phones",
        Holds.DOING: "at",
        Holds.NOTHING: "id import_id",
    },
    "import_person_mark": {
        Holds.WHOSE: "owner_id",
        Holds.PERSON: "key",
        Holds.DOING: "kind person_id",
    },
    "intent_choice": {Holds.WHOSE: "owner_id", Holds.WORDS: "intent", Holds.DOING: "days"},
    "interest": {
        Holds.WHOSE: "owner_id",
        Holds.WORDS: "tag",
        Holds.DOING: "count",
        Holds.NOTHING: "import_id",
    },
    "introduced": {
        Holds.WHOSE: "owner_id",
        Holds.PERSON: "called",
        Holds.DOING: "contact_id",
        Holds.NOTHING: "introduction_id side",
    },
    "introduction": {
        Holds.WHOSE: "owner_id",
        Holds.WORDS: "why",
        Holds.DOING: "created_at",
        Holds.NOTHING: "id expires_at",
    },
    "introduction_answer": {
        Holds.SECRET: "browser_hash",
        Holds.WHOSE: "account_id",
        Holds.PERSON: "address",
        Holds.DOING: "answer answered_at",
        Holds.NOTHING: "introduction_id side",
    },
    "invitation": {
        Holds.SECRET: "address_hash",
        Holds.DOING: "created_at",
        Holds.NOTHING: "event_id",
    },
    "linked_identity": {
        Holds.WHOSE: "account_id",
        Holds.PERSON: "subject name",
        Holds.DOING: "provider issuer handle_id created_at",
        Holds.NOTHING: "id",
    },
    "mastodon_app": {Holds.SECRET: "sealed_secret", Holds.NOTHING: "host client_id created_at"},
    "match": {
        Holds.WHOSE: "owner_id",
        Holds.DOING: "tie_id attendee_id handle_id event_id strength kinds",
    },
    "meeting": {
        Holds.WHOSE: "owner_id",
        Holds.WORDS: "note intents",
        Holds.DOING: "contact_id event_id day met_at origin gone_at created_at",
        Holds.NOTHING: "id",
    },
    "meeting_dismissal": {Holds.WHOSE: "owner_id other_id", Holds.DOING: "meeting_id"},
    "missed_short_code": {Holds.WHOSE: "account_id", Holds.DOING: "at", Holds.NOTHING: "id"},
    "offered_link": {
        Holds.SECRET: "browser_hash",
        Holds.WHOSE: "account_id",
        Holds.PERSON: "subject name handle",
        Holds.DOING: "provider issuer",
        Holds.NOTHING: "expires_at",
    },
    "outbox_entry": {Holds.NOTHING: "id topic subject position created_at"},
    "passkey": {
        Holds.SECRET: "credential_id public_key user_handle",
        Holds.WHOSE: "account_id",
        Holds.WORDS: "name",
        Holds.DOING: "created_at last_used_at",
        Holds.NOTHING: "id sign_count",
    },
    "passkey_challenge": {
        Holds.SECRET: "challenge_hash browser_hash user_handle peer",
        Holds.WHOSE: "account_id",
        Holds.NOTHING: "purpose expires_at",
    },
    "proof_page": {Holds.SECRET: "code", Holds.WHOSE: "account_id", Holds.DOING: "created_at"},
    "push_subscription": {
        Holds.SECRET: "endpoint p256dh auth",
        Holds.WHOSE: "owner_id",
        Holds.WORDS: "browser problem",
        Holds.DOING: "created_at retired_at",
        Holds.NOTHING: "id",
    },
    "ranking_choice": {
        Holds.WHOSE: "owner_id",
        Holds.DOING: "conversations messages follows followed_by connected reposts recent",
    },
    "recovery_code": {
        Holds.SECRET: "code_hash",
        Holds.WHOSE: "account_id",
        Holds.DOING: "created_at",
    },
    "recovery_tries": {Holds.SECRET: "of_hash", Holds.DOING: "tries last_at"},
    "reminder_choice": {
        Holds.WHOSE: "owner_id",
        Holds.WORDS: "mail_problem",
        Holds.DOING: (
            "digest weekday hour timezone by_mail by_push quiet_from quiet_until tell_arrivals "
            "show_arrival next_digest_at"
        ),
    },
    "removal": {
        Holds.SECRET: "person_hash",
        Holds.DOING: "created_at",
        Holds.NOTHING: "event_id",
    },
    "removal_request": {Holds.DOING: "attendee_id created_at", Holds.NOTHING: "event_id"},
    "report": {
        Holds.WHOSE: "owner_id",
        Holds.WORDS: "words",
        Holds.DOING: "event_id attendee_id reason state created_at",
        Holds.NOTHING: "id",
    },
    "scan": {
        Holds.WHOSE: "owner_id wearer_account_id",
        Holds.WORDS: "device note intents",
        Holds.DOING: (
            "meeting_id contact_id wearer_attendee_id scanned_at received_at at retracted_at"
        ),
        Holds.NOTHING: "id sequence edited_sequence",
    },
    "sign_in_elsewhere": {
        Holds.SECRET: "state_hash browser_hash peer_hash",
        Holds.WHOSE: "account_id",
        Holds.DOING: "provider issuer next_path",
        Holds.NOTHING: "expires_at",
    },
    "sign_in_link": {
        Holds.SECRET: "token_hash",
        Holds.WHOSE: "account_id",
        Holds.NOTHING: "reusable expires_at",
    },
    "sign_in_session": {
        Holds.SECRET: "token_hash",
        Holds.WHOSE: "account_id",
        Holds.WORDS: "browser",
        Holds.DOING: "created_at expires_at last_seen_at fresh_at",
    },
    "staff_invitation": {
        Holds.PERSON: "email",
        Holds.DOING: "created_at",
        Holds.NOTHING: "id event_id",
    },
    "tie": {
        Holds.WHOSE: "owner_id",
        Holds.PERSON: "key name stable_id",
        Holds.DOING: "network contact_id strength kinds",
        Holds.NOTHING: "id",
    },
    "tie_block": {
        Holds.WHOSE: "owner_id",
        Holds.PERSON: "stable_id key",
        Holds.DOING: "network",
        Holds.NOTHING: "import_id",
    },
    "tie_fact": {
        Holds.WHOSE: "owner_id",
        Holds.DOING: "tie_id kind count first_at last_at",
        Holds.NOTHING: "import_id",
    },
    "tie_name": {
        Holds.WHOSE: "owner_id",
        Holds.PERSON: "key name stable_id",
        Holds.DOING: "tie_id network",
        Holds.NOTHING: "import_id",
    },
    "touchpoint": {
        Holds.WHOSE: "owner_id",
        Holds.WORDS: "note",
        Holds.DOING: "contact_id kind at",
        Holds.NOTHING: "id",
    },
    "unasked_mail": {
        Holds.SECRET: "address_hash",
        Holds.NOTHING: "letter",
        Holds.DOING: "created_at",
    },
}


def marks() -> dict[tuple[str, str], Holds]:
    """By table and column. Raises ValueError for a column that is marked twice."""
    found: dict[tuple[str, str], Holds] = {}
    for table, by_mark in _MARKS.items():
        for mark, columns in by_mark.items():
            for column in columns.split():
                if (table, column) in found:
                    raise ValueError(f"{table}.{column} is marked twice")
                found[table, column] = mark
    return found


def unmarked() -> list[str]:
    """Columns of the schema without a mark."""
    known = marks()
    columns = ((table.name, column.name) for table in metadata.sorted_tables for column in table.c)
    return [f"{table}.{column}" for table, column in columns if (table, column) not in known]
