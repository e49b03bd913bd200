"""How each network spells its names: what is one, how two compare, where the profile is. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from firsthand.handles.addresses import ascii_domain, readable_domain
from firsthand.handles.networks import Network
from firsthand.handles.problem import HandleProblem

LONGEST_SITE = 1000
_BEFORE_SITE = re.compile(r"^(?:www\.|\s)+")
_BEFORE_NAME = re.compile(r"^[@\s]+")
_SITE_LETTERS = "/%~-._"
_DID = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[a-z0-9][a-z0-9.-]{2,250}[a-z0-9])")
_MASTODON_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ACCOUNT_PAGES = _words(
    "about account accounts download explore help home login logout messages notifications privacy "
    "search settings signup terms tos"
)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """A network's grammar; ``pages`` are first parts of its addresses that are nobody's name."""

    pattern: re.Pattern[str]
    grammar: str
    example: str
    pages: frozenset[str]


# Documented limits: help.x.com (15 characters), GitHub's sign-up form (39; managed users carry
# _shortcode, and names with other hyphens are left from before the rule), Instagram's help (30).
_SPELLINGS = {
    Network.X: _Spelling(
        re.compile(r"[A-Za-z0-9_]{1,15}"),
        "1 to 15 letters, digits or underscores",
        "@ana or x.com/ana",
        _ACCOUNT_PAGES | {"compose", "hashtag", "i", "intent", "jobs", "share", "who_to_follow"},
    ),
    Network.GITHUB: _Spelling(
        re.compile(r"(?=.{1,48}\Z)[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:_[A-Za-z0-9]{1,8})?"),
        "letters, digits and hyphens",
        "ana or github.com/ana",
        (_ACCOUNT_PAGES - {"account", "accounts", "messages", "help", "tos", "terms", "privacy"})
        | _words(
            "apps codespaces collections contact customer-stories dashboard enterprise enterprises "
            "events features gist gists issues join marketplace new organizations orgs pricing "
            "pulls readme security sessions site solutions sponsors stars team topics trending "
            "users watching"
        ),
    ),
    Network.INSTAGRAM: _Spelling(
        re.compile(r"(?!.*\.\.)[A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?"),
        "up to 30 letters, digits, dots or underscores",
        "@ana or instagram.com/ana",
        _ACCOUNT_PAGES | {"api", "developer", "direct", "legal", "p", "reel", "reels", "s", "tv"},
    ),
    Network.THREADS: _Spelling(
        re.compile(r"(?!.*\.\.)[A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?"),
        "up to 30 letters, digits, dots or underscores",
        "@ana or threads.net/@ana",
        _ACCOUNT_PAGES | {"activity", "custom_feed", "for_you", "following", "insights", "t"},
    ),
    Network.FACEBOOK: _Spelling(
        re.compile(
            r"(?![0-9]{21})(?!.*\.\.)(?!.*\.[Pp][Hh][Pp]\Z)[A-Za-z0-9](?:[A-Za-z0-9.]{0,48}[A-Za-z0-9])?"
        ),
        "letters, digits and dots",
        "facebook.com/ana.lima",
        _ACCOUNT_PAGES
        | _words(
            "ads business dialog events friends gaming groups hashtag marketplace media pages "
            "people permalink pg photo photos plugins policies public reel reels share sharer "
            "stories story t video videos watch"
        ),
    ),
}


def spell(network: Network, text: str) -> str:
    """The name as the network spells it, from one without its leading @. Raises HandleProblem.

    Not for websites, whose names are addresses.
    """
    if network is Network.LINKEDIN:
        return _spell_linkedin(text)
    if network is Network.MASTODON:
        return _spell_mastodon(text)
    if network is Network.BLUESKY:
        return _spell_bluesky(text)
    spelling = _SPELLINGS[network]
    if text.lower() in spelling.pages:
        raise HandleProblem(
            f"That is a page of {network.label}, not a person. "
            f"Paste a personal profile such as {spelling.example}."
        )
    if not spelling.pattern.fullmatch(text):
        raise HandleProblem(
            f"That is no {network.label} name. One has {spelling.grammar}, "
            f"such as {spelling.example}."
        )
    return text


def pages_of(network: Network) -> frozenset[str]:
    """What looks like a name there, in lower case, and is nobody's."""
    return _SPELLINGS[network].pages


def key_of(network: Network, name: str) -> str:
    """The form in which two spellings of one name are equal; defined for every text."""
    if network is Network.WEBSITE:
        host, slash, path = name.strip().partition("/")
        return f"{_BEFORE_SITE.sub('', host.lower())}{slash}{path}"
    key = name.casefold()
    if not key.isascii():
        key = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", key).casefold())
    if network is Network.FACEBOOK:
        key = key.replace(".", "")  # Facebook ignores them
    key = _BEFORE_NAME.sub("", key).rstrip()
    if network is Network.MASTODON and not key.isascii():
        local, at, domain = key.rpartition("@")
        return f"{local}{at}{ascii_domain(domain) or domain}"
    return key


def url_of(network: Network, name: str) -> str:
    """The https address of the profile; safe to link whatever the name is."""
    if network is Network.WEBSITE:
        return f"https://{_quote(name, _SITE_LETTERS)}"
    if network is Network.MASTODON:
        local, _, server = name.rpartition("@")
        return f"https://{_quote(server)}/@{_quote(local)}"
    if network is Network.FACEBOOK and name.isascii() and name.isdigit():
        return f"https://www.facebook.com/profile.php?id={name}"
    return _PROFILES[network] + _quote(name, ":")


def _quote(text: str, safe: str = "") -> str:
    return quote(text, safe=safe, errors="replace")


_PROFILES = {
    Network.X: "https://x.com/",
    Network.LINKEDIN: "https://www.linkedin.com/in/",
    Network.FACEBOOK: "https://www.facebook.com/",
    Network.BLUESKY: "https://bsky.app/profile/",
    Network.GITHUB: "https://github.com/",
    Network.INSTAGRAM: "https://www.instagram.com/",
    Network.THREADS: "https://www.threads.net/@",
}


def shown(network: Network, name: str) -> str:
    """The name as people on that network write it."""
    if network is Network.LINKEDIN:
        return f"in/{name}"
    if network is Network.MASTODON:
        local, at, server = name.rpartition("@")
        return f"{local}{at}{readable_domain(server)}"
    if network is Network.WEBSITE:
        host, slash, path = name.partition("/")
        return f"{readable_domain(host)}{slash}{path}"
    if network is Network.FACEBOOK or name.startswith("did:"):
        return name
    return f"@{name}"


def spell_site(host: str, path: tuple[str, ...]) -> str:
    """A website's name: host and path, escaped. Raises HandleProblem."""
    name = "/".join([host, *(quote(segment, safe="") for segment in path)])
    if len(name) > LONGEST_SITE:
        raise HandleProblem("That address is too long. Paste the one of the start page.")
    return name


def is_mastodon_name(text: str) -> bool:
    """Is it ``ana`` or ``ana@server`` as the Fediverse spells them?"""
    local, at, server = text.partition("@")
    return _MASTODON_LOCAL.fullmatch(local) is not None and (
        not at or ascii_domain(server) is not None
    )


def _spell_linkedin(text: str) -> str:
    slug = unicodedata.normalize("NFKC", text)
    letters = all(c in "-_" or unicodedata.category(c)[0] in "LMN" or _is_emoji(c) for c in slug)
    if not letters or not 1 <= len(slug) <= 100:
        raise HandleProblem(
            "That is no LinkedIn profile name. Open the profile and paste its address, "
            "such as linkedin.com/in/ana."
        )
    return slug


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) == "So" or "\U0001f3fb" <= character <= "\U0001f3ff"


def _spell_mastodon(text: str) -> str:
    local, _, server = text.rpartition("@")
    domain = ascii_domain(server)
    if domain is None or not _MASTODON_LOCAL.fullmatch(local):
        raise HandleProblem(
            "A Mastodon address has a name and a server, such as ana@mastodon.social."
        )
    return f"{local}@{domain}"


def _spell_bluesky(text: str) -> str:
    if text[:4].lower() == "did:":
        if not _DID.fullmatch(text.lower()):
            raise HandleProblem(
                "That is no DID of Bluesky. One looks like did:plc: and 24 letters."
            )
        return text.lower()
    # Bluesky's own sign-in page completes a name without a dot in the same way.
    domain = ascii_domain(text if "." in text else f"{text}.bsky.social")
    if domain is None:
        raise HandleProblem(
            "That is no Bluesky handle. One is a whole domain, such as ana.bsky.social."
        )
    return domain
