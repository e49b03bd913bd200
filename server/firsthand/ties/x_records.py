"""What the files of an X archive hold, as far as ties need it. Pure.

Everything else in a record is skipped while decoding: no text of a post is kept, and none of a
message is even decoded. All numbers are strings there; an id that arrives as a JSON number above
2**53 may have been rounded by whoever wrote it, and is not used.
"""

import calendar
import re
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

Id = str | int | float | bool | None

_LARGEST_EXACT = 2**53
# 15 today; a few early ones are longer.
_NAME = re.compile(r"[A-Za-z0-9_]{1,20}")
_REPOST = re.compile(rb'"RT @([A-Za-z0-9_]{1,20})(?:[: ]|\xe2\x80\xa6|\\u2026)')
# Not calendar.month_abbr, which speaks the server's language.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)")


class Somebody(msgspec.Struct):
    screen_name: str | None = None
    id_str: Id = None
    id: Id = None


class Hashtag(msgspec.Struct):
    text: str | None = None


class Entities(msgspec.Struct):
    user_mentions: list[Somebody | None] | None = None
    hashtags: list[Hashtag | None] | None = None


class Reposted(msgspec.Struct):
    user: Somebody | None = None


class Post(msgspec.Struct):
    """Both eras: ``full_text`` since 2018, ``text``, ``user`` and ``retweeted_status`` in 2012."""

    id_str: Id = None
    id: Id = None
    created_at: str | None = None
    full_text: msgspec.Raw = msgspec.Raw()
    text: msgspec.Raw = msgspec.Raw()
    entities: Entities | None = None
    in_reply_to_user_id_str: Id = None
    in_reply_to_user_id: Id = None
    in_reply_to_screen_name: str | None = None
    in_reply_to_status_id_str: Id = None
    in_reply_to_status_id: Id = None
    retweeted_status: Reposted | None = None
    user: Somebody | None = None


class PostRow(Post):
    """An element of ``tweets.js``; the first archives had no wrapper."""

    tweet: Post | None = None


class ListedAccount(msgspec.Struct, rename="camel"):
    account_id: Id = None


class ListRow(msgspec.Struct):
    following: ListedAccount | None = None
    follower: ListedAccount | None = None
    blocking: ListedAccount | None = None
    muting: ListedAccount | None = None


class Message(msgspec.Struct, rename="camel"):
    sender_id: Id = None
    recipient_id: Id = None
    created_at: str | None = None


class Event(msgspec.Struct, rename="camel"):
    message_create: Message | None = None


class Conversation(msgspec.Struct, rename="camel"):
    messages: list[Event | None] | None = None


class ConversationRow(msgspec.Struct, rename="camel"):
    dm_conversation: Conversation | None = None


class Account(msgspec.Struct, rename="camel"):
    username: str | None = None
    account_id: Id = None


class AccountRow(msgspec.Struct):
    account: Account | None = None


class NameChange(msgspec.Struct, rename="camel"):
    changed_at: str | None = None
    changed_from: str | None = None
    changed_to: str | None = None


class NameChanges(msgspec.Struct, rename="camel"):
    screen_name_change: NameChange | None = None


class NameChangeRow(msgspec.Struct, rename="camel"):
    screen_name_change: NameChanges | None = None


class ManifestFile(msgspec.Struct, rename="camel"):
    file_name: str = ""
    global_name: str = ""
    count: str | int | None = None


class ManifestType(msgspec.Struct):
    files: list[ManifestFile] = []


class ManifestUser(msgspec.Struct, rename="camel"):
    account_id: Id = None
    user_name: str | None = None


class ManifestInfo(msgspec.Struct, rename="camel"):
    generation_date: str | None = None
    is_partial_archive: bool | str | None = None


class Manifest(msgspec.Struct, rename="camel"):
    user_info: ManifestUser | None = None
    archive_info: ManifestInfo | None = None
    data_types: dict[str, ManifestType] = {}


class GrailbirdOwner(msgspec.Struct):
    screen_name: str | None = None
    id: Id = None


class GrailbirdDetails(msgspec.Struct):
    created_at: str | None = None


class GrailbirdMonth(msgspec.Struct):
    file_name: str = ""


def exact_id(*spellings: Id) -> int | None:
    """The first that is a usable id; X writes -1 for an account that is gone."""
    for spelling in spellings:
        if isinstance(spelling, str):
            # Beyond 19 digits int() would take long, and no id is.
            if (
                len(spelling) < 20
                and spelling.isascii()
                and spelling.isdigit()
                and (number := int(spelling))
            ):
                return number
        elif type(spelling) is int and 0 < spelling <= _LARGEST_EXACT:
            return spelling
    return None


def is_inexact(*spellings: Id) -> bool:
    """Does an id stand here that was (or may have been) rounded?"""
    return exact_id(*spellings) is None and any(
        isinstance(spelling, (int, float)) and spelling > _LARGEST_EXACT for spelling in spellings
    )


@lru_cache(maxsize=20_000)
def screen_name(text: str | None) -> str | None:
    """The name without its @, if it is one."""
    if not text or _NAME.fullmatch(text):
        return text or None
    name = text.strip().removeprefix("@")
    return name if _NAME.fullmatch(name) else None


def reposted_name(post: Post) -> str | None:
    """From ``RT @name: ...``; none of these characters is ever HTML-escaped."""
    found = _REPOST.match(post.full_text) or _REPOST.match(post.text)
    return found[1].decode("ascii") if found else None


def seconds(text: str | None) -> int | None:
    """Since 1970, from ``Sat Feb 18 12:33:11 +0000 2023`` or anything that starts as ISO 8601.

    None for what is no date or lies before X began. Archives write UTC; the few others are
    converted.
    """
    if not text:
        return None
    if text[19:26] == " +0000 " and len(text) == 30:
        day, clock = _day(f"{text[26:]} {text[4:10]}"), text[11:19]
    elif text[19:] in {" +0000", "Z", ".000Z", ""} or (text[19:20] == "." and text[-1] == "Z"):
        day, clock = _day(text[:10]), text[11:19]
    else:
        return _seconds_slowly(text)
    time = _time(clock)
    return None if day is None or time is None else day + time


@lru_cache(maxsize=100_000)
def _time(clock: str) -> int | None:
    """Seconds since midnight."""
    parts = _CLOCK.fullmatch(clock)
    return int(parts[1]) * 3600 + int(parts[2]) * 60 + int(parts[3]) if parts else None


@lru_cache(maxsize=20_000)
def _day(text: str) -> int | None:
    """Midnight of ``2023-02-18`` or ``2023 Feb 18``."""
    try:
        if parts := _DAY.fullmatch(text):
            year, month, day = int(parts[1]), int(parts[2]), int(parts[3])
        else:
            year, month, day = int(text[:4]), _MONTHS.index(text[5:8]) + 1, int(text[9:])
        return _plausible(datetime(year, month, day, tzinfo=UTC))
    except ValueError:
        return None


def _seconds_slowly(text: str) -> int | None:
    for pattern in ("%a %b %d %H:%M:%S %z %Y", "%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S.%f%z"):
        try:
            return _plausible(datetime.strptime(text[:100], pattern).astimezone(UTC))
        except (ValueError, OverflowError):
            continue
    return None


def _plausible(moment: datetime) -> int | None:
    return calendar.timegm(moment.timetuple()) if 2006 <= moment.year < 2100 else None
