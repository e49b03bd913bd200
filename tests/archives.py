"""Archives as X writes them, made up: deterministic, of any size, written as a stream."""

import json
import random
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

Record = dict[str, Any]

OWNER_ID = "9000000001"
OWNER_NAME = "ana_owner"
_FIRST_DAY = datetime(2010, 1, 4, 9, tzinfo=UTC)
# fmt: off
_WORDS = (
    "badge", "session", "coffee", "tracing", "latency", "proof", "garden", "compile", "ocean",
    "sketch", "keynote", "hallway", "answer", "notebook", "lantern", "review", "merge", "window",
)
# fmt: on


def x_date(moment: datetime) -> str:
    return moment.strftime("%a %b %d %H:%M:%S +0000 %Y")


def printed(record: Record) -> str:
    """One element of a list, indented and spaced as X prints it."""
    text = msgspec.json.format(msgspec.json.encode(record), indent=2).decode()
    return text.replace('": ', '" : ').replace("\n", "\n  ")


def assignment(name: str, records: Iterable[Record], part: int = 0) -> str:
    """A whole file as X prints it: ``window.YTD.tweets.part0 = [ {...} ]``."""
    text = ",\n  ".join(map(printed, records))
    return f"window.YTD.{name.replace('-', '_')}.part{part} = [\n  {text}\n]"


def account(name: str = OWNER_NAME, stable_id: str = OWNER_ID) -> Record:
    return {
        "account": {
            "email": f"{name}@example.org",
            "createdVia": "web",
            "username": name,
            "accountId": stable_id,
            "createdAt": "2009-05-06T07:08:09.000Z",
            "accountDisplayName": "Ana & Friends",
        }
    }


def listed(what: str, stable_id: str) -> Record:
    """``what`` is following, follower, blocking or muting."""
    link = f"https://twitter.com/intent/user?user_id={stable_id}"
    return {what: {"accountId": stable_id, "userLink": link}}


def mention(name: str, stable_id: str) -> Record:
    return {
        "name": f"{name} 🌱",
        "screen_name": name,
        "indices": ["0", str(len(name) + 1)],
        "id_str": stable_id,
        "id": stable_id,
    }


def tweet(
    number: int,
    text: str = "Nothing much",
    at: datetime = _FIRST_DAY,
    mentions: Sequence[Record] = (),
    **more: Any,
) -> Record:
    """With the fields that a real one has; ``more`` adds or replaces some."""
    stable_id = str(number)
    fields = {
        "edit_info": {
            "initial": {
                "editTweetIds": [stable_id],
                "editableUntil": (at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "editsRemaining": "5",
                "isEditEligible": True,
            }
        },
        "retweeted": False,
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
        "entities": {"hashtags": [], "symbols": [], "user_mentions": list(mentions), "urls": []},
        "display_text_range": ["0", str(len(text))],
        "favorite_count": str(number % 40),
        "id_str": stable_id,
        "truncated": False,
        "retweet_count": str(number % 7),
        "id": stable_id,
        "created_at": x_date(at),
        "favorited": False,
        "full_text": text,
        "lang": "en",
    }
    return {"tweet": {**fields, **more}}


def answer_to(name: str, stable_id: str, status: str = "1200") -> Record:
    """The fields that make a tweet a reply."""
    return {
        "in_reply_to_status_id_str": status,
        "in_reply_to_user_id": stable_id,
        "in_reply_to_status_id": status,
        "in_reply_to_screen_name": name,
        "in_reply_to_user_id_str": stable_id,
    }


def conversation(sender: str, recipient: str, moments: Iterable[datetime]) -> Record:
    """Headers only; alternately written by both."""
    messages = []
    for number, at in enumerate(moments):
        one, other = (sender, recipient) if number % 2 == 0 else (recipient, sender)
        created = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{number % 1000:03d}Z"
        messages.append(
            {
                "messageCreate": {
                    "id": str(7000 + number),
                    "senderId": one,
                    "recipientId": other,
                    "createdAt": created,
                }
            }
        )
    return {"dmConversation": {"conversationId": f"{sender}-{recipient}", "messages": messages}}


def manifest(names: Iterable[str], made_at: str = "2026-03-04T05:06:07.000Z") -> str:
    """``names`` are file names such as ``tweets-part1.js``."""
    types: dict[str, Any] = {}
    for name in names:
        stem, _, part = name.removesuffix(".js").partition("-part")
        words = stem.split("-")
        camel = words[0] + "".join(word.capitalize() for word in words[1:])
        types.setdefault(camel, {"files": []})["files"].append(
            {
                "fileName": f"data/{name}",
                "globalName": f"YTD.{stem.replace('-', '_')}.part{part or 0}",
                "count": "1",
            }
        )
    config = {
        "userInfo": {"accountId": OWNER_ID, "userName": OWNER_NAME, "displayName": "Ana"},
        "archiveInfo": {
            "sizeBytes": "4096",
            "generationDate": made_at,
            "isPartialArchive": False,
            "maxPartSizeBytes": "53687091200",
        },
        "dataTypes": types,
    }
    return f"window.__THAR_CONFIG = {json.dumps(config, indent=2)}"


def write_zip(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@dataclass(frozen=True)
class Crowd:
    """The people around the owner: some are spoken to often, most once or never."""

    size: int

    def someone(self, chance: random.Random) -> tuple[str, str]:
        number = int(self.size * chance.random() ** 3)
        return f"person_{number}", str(self.stable_id(number))

    def stable_id(self, number: int) -> int:
        return 1_500_000_000_000_000_000 + number * 7_919 if number % 2 else 20_000 + number


def some_tweets(count: int, crowd: Crowd, seed: int = 1) -> Iterator[Record]:
    """The newest first, as X has them: replies, mentions, reposts and talk to nobody."""
    chance = random.Random(seed)
    for number in range(count, 0, -1):
        yield _some_tweet(number, count, crowd, chance)


def _some_tweet(number: int, count: int, crowd: Crowd, chance: random.Random) -> Record:
    at = _FIRST_DAY + timedelta(seconds=number * (500_000_000 // (count + 1)))
    stable_id = 1_000_000_000_000_000_000 + number * 4_194_304 + chance.randrange(4096)
    words = " ".join(chance.choices(_WORDS, k=chance.randint(6, 30)))
    name, whose = crowd.someone(chance)
    kind = chance.random()
    if kind < 0.25:
        return tweet(stable_id, f"RT @{name}: {words} &amp; more", at, [mention(name, whose)])
    if kind < 0.60:
        status = str(stable_id - chance.randrange(1, 10**12))
        also = [mention(*crowd.someone(chance))] if kind < 0.35 else []
        answered = answer_to(name, whose, status)
        return tweet(stable_id, f"@{name} {words}", at, [mention(name, whose), *also], **answered)
    if kind < 0.75:
        return tweet(stable_id, f"{words} @{name}", at, [mention(name, whose)])
    return tweet(stable_id, words, at, **_picture(stable_id, chance) if kind < 0.9 else {})


def _picture(stable_id: int, chance: random.Random) -> Record:
    code = "".join(chance.choices("abcdefghijkmnpqrstuvwxyz23456789", k=10))
    media = {
        "expanded_url": f"https://twitter.com/{OWNER_NAME}/status/{stable_id}/photo/1",
        "indices": ["60", "83"],
        "url": f"https://t.co/{code}",
        "media_url": f"http://pbs.twimg.com/media/{code}.jpg",
        "id_str": str(stable_id - 5),
        "id": str(stable_id - 5),
        "media_url_https": f"https://pbs.twimg.com/media/{code}.jpg",
        "sizes": {
            size: {"w": str(width), "h": str(width * 3 // 4), "resize": "fit"}
            for size, width in (("thumb", 150), ("small", 680), ("medium", 1200), ("large", 2048))
        },
        "type": "photo",
        "display_url": f"pic.twitter.com/{code}",
    }
    return {"extended_entities": {"media": [media]}, "possibly_sensitive": False}


def make_archive(
    path: Path, tweets: int = 1_000_000, people: int = 60_000, lists: int = 5_000, parts: int = 1
) -> Path:
    """A whole zip; each list and the tweets are spread over all the people."""
    chance = random.Random(2)
    crowd = Crowd(people)
    names = ["account.js", "following.js", "follower.js", "direct-message-headers.js"]
    names += [f"tweets-part{part}.js" if part else "tweets.js" for part in range(parts)]
    numbers = range(people)
    following = [str(crowd.stable_id(n)) for n in chance.sample(numbers, min(lists, people))]
    follower = [str(crowd.stable_id(n)) for n in chance.sample(numbers, min(lists, people))]
    days = [_FIRST_DAY + timedelta(days=day) for day in range(40)]
    talks = [conversation(OWNER_ID, other, days) for other in following[: lists // 10]]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as archive:
        archive.writestr("data/manifest.js", manifest(names))
        for name, records in (
            ("account", [account()]),
            ("following", [listed("following", number) for number in following]),
            ("follower", [listed("follower", number) for number in follower]),
            ("direct-message-headers", talks),
        ):
            archive.writestr(f"data/{name}.js", assignment(name, records))
        stream = some_tweets(tweets, crowd)
        for part, name in enumerate(names[4:]):
            share = tweets // parts + (part < tweets % parts)
            with archive.open(f"data/{name}", "w", force_zip64=True) as file:
                file.write(f"window.YTD.tweets.part{part} = [".encode())
                for number, record in zip(range(share), stream, strict=False):
                    file.write((",\n  " if number else "\n  ").encode())
                    file.write(printed(record).encode())
                file.write(b"\n]")
    return path
