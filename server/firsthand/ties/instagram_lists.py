"""The lists of an Instagram export, in which those of Threads lie as well. Pure.

Three layouts: up to 2020 one ``connections.json`` (``instagram_2020``), then
``followers_and_following/`` with an object around each array, and since 2022 the followers as a
bare array in ``followers_1.json`` and so on. Since 2024 the name of somebody whom the owner follows
stands in ``title`` only. The keys of Threads start with ``text_post_app_``.
"""

import re
from collections.abc import Sequence

import msgspec

from firsthand.handles.names import pages_of, spell
from firsthand.handles.networks import Network
from firsthand.handles.parsing import HandleProblem
from firsthand.ties.archive_files import Entry
from firsthand.ties.kinds import UnreadableExport
from firsthand.ties.meta_exports import MetaList, head_of, html_lists
from firsthand.ties.mojibake import mended

FOLLOWERS, FOLLOWING, BLOCKED = "followers", "following", "blocked"
THREADS = "threads-"
OWNER, OLD_OWNER, OLD = "owner", "old owner", "connections"

# Everything else on such a list (requests, suggestions, close friends, hashtags) is no tie, or no
# other than the two lists tell.
_KEYS = {
    "relationships_followers": FOLLOWERS,
    "relationships_following": FOLLOWING,
    "relationships_blocked_users": BLOCKED,
    "relationships_restricted_users": BLOCKED,
    "text_post_app_text_post_app_followers": THREADS + FOLLOWERS,
    "text_post_app_text_post_app_following": THREADS + FOLLOWING,
    "text_post_app_text_post_app_blocked_users": THREADS + BLOCKED,
}
_OTHER = re.compile(rb'\{\s*"(?:relationships|text_post_app)_[a-z_]+"\s*:\s*\[')
_WRAPPED = re.compile(rb'\{\s*"([a-z_]{4,60})"\s*:\s*\[')
_FIRST_ENTRY = re.compile(
    rb'\[\s*(?:null\s*,\s*)*\{\s*"(?:title|media_list_data|string_list_data)"'
)
_EMPTY = re.compile(rb"\[\s*\]\s*")
_OLD = re.compile(
    rb'\{\s*"(?:blocked_users|restricted_users|follow_requests_sent|permanent_follow_requests|'
    rb"followers|following|following_hashtags|close_friends|dismissed_suggested_users)"
    rb'"\s*:\s*\{(?:\s*(\})|\s*"[^"]{1,100}"\s*:\s*"20[0-9]{2}-)'
)
_PROFILE = re.compile(rb'\{\s*"profile_user"\s*:\s*\[')
_HTML = re.compile(
    r"/(?:followers(?:_[0-9]{1,4})?|following(?:_[0-9]{1,4})?)(?: ?\([0-9]+\))?\.html?$"
)
_LARGEST_PROFILE = 2**20
# How "Username" is called where Instagram speaks another language; what is missing here only means
# that the owner is not known.
_USERNAME = frozenset(
    {
        *("username", "benutzername", "nom d\u2019utilisateur", "nom d'utilisateur"),
        *("nombre de usuario", "nome utente", "nome de usuário", "nome de utilizador"),
        *("gebruikersnaam", "användarnamn", "brugernavn", "brukernavn", "käyttäjänimi"),
        *(
            "nazwa użytkownika",
            "uživatelské jméno",
            "kullan\u0131c\u0131 ad\u0131",
            "имя пользователя",
        ),
        *("ユーザーネーム", "用户名", "用戶名稱", "사용자 이름", "nama pengguna", "tên người dùng"),
    }
)
_LINK = re.compile(
    r"https?://(?:www\.)?(?:instagram\.com/(?:_u/)?|threads\.(?:net|com)/@)"
    r"([A-Za-z0-9._]{1,40})/?(?:\?.*)?"
)
# Nearly every name of an export looks like this.
_PLAIN = re.compile(r"(?!__)(?=.{1,30}\Z)[a-z0-9_](?:\.?[a-z0-9_])*")
_PAGES = pages_of(Network.INSTAGRAM) | pages_of(Network.THREADS)
_DELETED = "__deleted__"


class Item(msgspec.Struct, gc=False):
    href: str | None = None
    value: str | None = None
    timestamp: int | None = None


class Row(msgspec.Struct, gc=False):
    """Somebody on a list."""

    string_list_data: list[Item]
    title: str | None = None


class _Value(msgspec.Struct):
    value: str | None = None


class _User(msgspec.Struct):
    string_map_data: dict[str, _Value] = {}


class _Profile(msgspec.Struct):
    profile_user: list[_User]


class _OldProfile(msgspec.Struct):
    username: str


def identify(entry: Entry) -> MetaList | None:
    """Which list this is, by its content; None for what is none. Raises UnreadableExport."""
    head = head_of(entry)
    if not head or head[:1] not in b"[{":
        return None
    stem = entry.path.stem.lower()
    if head[:1] == b"[":
        return _identify_array(entry, head, stem)
    if found := _WRAPPED.match(head):
        key = found[1].decode("ascii")
        if key in _KEYS:
            return MetaList(_KEYS[key], key, entry)
        return MetaList(OWNER, None, entry) if _PROFILE.match(head) else None
    if found := _OLD.match(head):
        # Behind an empty first list only the name can tell.
        is_ours = not found[1] or stem.startswith("connections")
        return MetaList(OLD, None, entry) if is_ours else None
    is_profile = stem == "profile" and b'"username"' in head
    return MetaList(OLD_OWNER, None, entry) if is_profile else None


def _identify_array(entry: Entry, head: bytes, stem: str) -> MetaList | None:
    folders = {part.lower() for part in entry.path.parts[:-1]}
    where = "" if "threads" not in folders else THREADS
    if _EMPTY.fullmatch(head):
        # GitHub's answers are arrays as well: there it is followers.json.
        is_ours = re.match(r"followers_[0-9]", stem) or "followers_and_following" in folders
        return MetaList(where + FOLLOWERS, None, entry) if is_ours else None
    if not _FIRST_ENTRY.match(head) or b'"string_list_data"' not in head:
        return None
    if "follower" in stem:
        return MetaList(where + FOLLOWERS, None, entry)
    return MetaList(where + FOLLOWING, None, entry) if "following" in stem else None


def what_is_lacking(entries: Sequence[Entry]) -> str | None:
    """What to ask Instagram for if this is an export of it that lists nobody."""
    if html_lists(entries, _HTML, b"instagram"):
        return (
            "This Instagram export was made as web pages (HTML), which Firsthand does not read. "
            "Ask Instagram for it again, and choose JSON as the format."
        )
    for entry in entries:
        head = head_of(entry)
        if _PROFILE.match(head) or _OTHER.match(head):
            return (
                "This Instagram export holds neither followers nor whom you follow. Ask Instagram "
                "for it again, with “Followers and following” among what it should hold."
            )
    return None


def somebody(row: Row, network: Network) -> tuple[str, int] | None:
    """Name, and seconds since 1970 (0: not said); None for what is nobody there any more."""
    at = 0
    for item in row.string_list_data:
        at = at or item.timestamp or 0
        if (name := item.value) and _PLAIN.fullmatch(name) and name not in _PAGES:
            return name, at
        if name := read_name(item.value, network) or _linked(item.href, network):
            return name, at
    # On Threads the title is what people call themselves.
    name = read_name(row.title, network) if network is Network.INSTAGRAM else None
    return (name, at) if name else None


def read_name(text: str | None, network: Network) -> str | None:
    """The name, in lower case as all are; None for what is none."""
    if not text:
        return None
    name = text.strip().removeprefix("@").lower()
    if name.startswith(_DELETED):
        return None
    try:
        return spell(network, name)
    except HandleProblem:
        return None


def owner_in(found: MetaList) -> str | None:
    """The name of whose export this is, where it says it in a language known here."""
    try:
        text = found.entry.small_text(_LARGEST_PROFILE).removeprefix(b"\xef\xbb\xbf")
        if found.what == OLD_OWNER:
            name = msgspec.json.decode(text, type=_OldProfile).username
            return read_name(name, Network.INSTAGRAM)
        for user in msgspec.json.decode(text, type=_Profile).profile_user:
            for label, value in user.string_map_data.items():
                if mended(label).lower() in _USERNAME:
                    return read_name(value.value, Network.INSTAGRAM)
    except (msgspec.DecodeError, UnicodeDecodeError, UnreadableExport):
        return None
    return None


def _linked(href: str | None, network: Network) -> str | None:
    found = _LINK.fullmatch(href) if href else None
    return read_name(found[1], network) if found else None
