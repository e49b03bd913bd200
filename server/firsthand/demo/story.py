"""What Ana of the demo has done until now, and what others say about her."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from firsthand.demo.crowd import Invented
from firsthand.demo.doors import ANA, NOOR
from firsthand.demo.stage import SLUG, Scanned, Stage, x_ties
from firsthand.followups.queries import follow_ups
from firsthand.followups.touchpoints import add_touchpoint
from firsthand.followups.verbs import add_follow_up, complete, drop, promise, snooze
from firsthand.handles.networks import Network
from firsthand.scans.keeping import MeetingDraft, keep_meeting
from firsthand.ties.kinds import FoundTie, KindCount, TieKind

# The line that her home page begins with: known online here, and met of those.
KNOWN, KNOWN_AND_MET = 23, 4
OTHERS_MET = 9
_AWAY = 180
_FOREIGN_BADGE = "EVT-2214-88341-KX"


@dataclass
class Cast:
    """Who is who to Ana. ``again``: met last spring and again now; they have accounts, as all of
    ``claiming`` have, who say that they met her.
    """

    again: list[Invented] = field(default_factory=list)
    known_met: list[Invented] = field(default_factory=list)
    known: list[Invented] = field(default_factory=list)
    strangers: list[Invented] = field(default_factory=list)
    claiming: list[Invented] = field(default_factory=list)
    from_spring: list[Invented] = field(default_factory=list)


def tell_story(stage: Stage) -> None:
    ana, cast = stage.here[ANA.email].account, _cast(stage)
    if ana is None:
        raise RuntimeError("Ana has claimed her place by now")
    _bring_ties(stage, ana, cast)
    spring = _last_spring(stage, ana, cast)
    now_met = _these_days(stage, ana, cast)
    _others_scan_her(stage, cast)
    stage.settle()
    _follow_up(stage, ana, spring, now_met)
    _introduce_noor(stage)
    stage.settle()


def _cast(stage: Stage) -> Cast:
    """Nobody has two parts."""
    regulars = list(stage.regulars)
    at_both = [person for person in regulars if person.email in stage.earlier]
    only_here = [person for person in regulars if person.email not in stage.earlier]
    listed = [
        person
        for person in stage.people
        if person.listed and person not in regulars and person.handle(Network.LINKEDIN)
    ]
    quiet = [person for person in stage.people if not person.listed]
    return Cast(
        again=at_both[:2],
        known_met=[only_here[0], listed[0]],
        known=[*only_here[1:7], *listed[1:14]],
        strangers=[*only_here[7:11], *listed[14:17], quiet[0]],
        claiming=only_here[11:14],
        from_spring=at_both[2:4],
    )


def _bring_ties(stage: Stage, ana: UUID, cast: Cast) -> None:
    """Her archive from X, and her contacts from LinkedIn, with many who are not here."""
    known = [*cast.again, *cast.known_met, *cast.known]
    away = [
        FoundTie(Network.X, f"away{number}_demo", str(5_000_000 + number), _followed(number))
        for number in range(_AWAY)
    ]
    stage.bring(ana, Network.X, [*x_ties(stage.chance, known, stage.today), *away])
    since = datetime.combine(stage.today, time(8), UTC)
    linked = []
    for number, person in enumerate(known):
        handle = person.handle(Network.LINKEDIN)
        if handle and (number % 3 == 0 or person.handle(Network.X) is None):
            at = since - timedelta(days=90 + 40 * number)
            linked.append(
                FoundTie(
                    Network.LINKEDIN, handle.name, None, [KindCount(TieKind.CONNECTED, 1, at, at)]
                )
            )
    stage.bring(ana, Network.LINKEDIN, linked)
    stage.settle()


def _followed(number: int) -> list[KindCount]:
    kinds = [KindCount(TieKind.FOLLOWS, 1)]
    return [*kinds, KindCount(TieKind.FOLLOWED_BY, 1)] if number % 3 else kinds


def _last_spring(stage: Stage, ana: UUID, cast: Cast) -> list[UUID]:
    """The contacts of those whom she met there, in the order of the cast."""
    met = [*cast.again, *cast.from_spring]
    words: Sequence[tuple[list[str], str]] = (
        (["coffee"], "Both of us came by train. Wants to see how we write job posts."),
        (["keep-in-touch"], "Moving to the harbour office in autumn."),
        (["call"], "Runs a book club for recruiters."),
        ([], ""),
    )
    scans = [
        Scanned(
            stage.earlier[person.email].code,
            stage.moment(stage.earlier_day, 11 + number),
            intents,
            note,
        )
        for number, (person, (intents, note)) in enumerate(zip(met, words, strict=True))
    ]
    return _contacts(stage, ana, scans)


def _these_days(stage: Stage, ana: UUID, cast: Cast) -> list[UUID]:
    """Yesterday and today; the contacts in the order in which she met them."""
    yesterday = stage.today - timedelta(days=1)
    words: Sequence[tuple[list[str], str]] = (
        (["collaborate"], "Met again at the coffee cart; has the numbers we talked about."),
        (["message"], ""),
        (["send", "coffee"], "Wants the salary survey. Loves tide tables."),
        (["hire"], "Looking for something new from January."),
        (["call"], "Knows the data people in Porto."),
        (["introduce"], "Introduce to Noor."),
        ([], ""),
        (["send"], "Slides of the sourcing talk."),
        (["message"], ""),
        (["coffee"], "Has never been to the lighthouse."),
        (["call"], ""),
    )
    typed = cast.strangers[-2]
    met = [p for p in (*cast.again, *cast.known_met, *cast.strangers) if p is not typed]
    scans = []
    for number, (person, (intents, note)) in enumerate(zip(met, words, strict=False)):
        first_day = number % 2 == 0
        at = stage.moment(yesterday, 9.7 + number * 0.6) if first_day else None
        at = at or stage.moment(stage.today, 12 + number)
        scans.append(Scanned(stage.here[person.email].code, at, intents, note))
    scans.append(
        Scanned(
            _FOREIGN_BADGE, stage.moment(stage.today, 23), [], "Badge of the fair next door.", SLUG
        )
    )
    contacts = _contacts(stage, ana, scans)
    # One without a scan: the phone was dead.
    draft = MeetingDraft(
        attendee=stage.here[typed.email].attendee,
        event=SLUG,
        note="My phone was dead; typed later.",
    )
    stage.db.write_now(keep_meeting, ana, draft)
    return contacts


def _contacts(stage: Stage, owner: UUID, scans: Sequence[Scanned]) -> list[UUID]:
    outcomes = stage.scan(owner, scans)
    contacts = [outcome.contact for outcome in outcomes if outcome.contact]
    if len(contacts) != len(scans):
        raise RuntimeError([outcome.problem for outcome in outcomes])
    return contacts


def _others_scan_her(stage: Stage, cast: Cast) -> None:
    """Some whom she scanned did the same; three more wait for her word."""
    code = stage.here[ANA.email].code
    mutual = [cast.again[0], cast.known_met[0], *cast.strangers[:2]]
    for number, person in enumerate([*mutual, *cast.claiming]):
        day = stage.today - timedelta(days=1 - number % 2)
        scan = Scanned(code, stage.moment(day, 14 + number), ["message"])
        stage.scan(stage.account(person), [scan])


def _follow_up(stage: Stage, ana: UUID, spring: Sequence[UUID], met: Sequence[UUID]) -> None:
    """Follow-ups in every state, and the moments that came of them."""
    today, db = stage.today, stage.db

    def of(contact: UUID, intent: str) -> UUID:
        rows = db.read_now(follow_ups, ana, contact_id=contact, limit=100)
        return next(row.id for row in rows if row.intent == intent)

    after_spring = stage.moment(stage.earlier_day + timedelta(days=11), 16)
    db.write_now(complete, ana, of(spring[0], "coffee"))
    db.write_now(add_touchpoint, ana, spring[0], "coffee", after_spring, "Two hours, one cake.")
    later = after_spring + timedelta(days=24)
    db.write_now(add_touchpoint, ana, spring[0], "help-received", later, "Read our job posts.")
    db.write_now(snooze, ana, of(spring[1], "keep-in-touch"), today + timedelta(days=5))
    db.write_now(complete, ana, of(spring[2], "call"))
    db.write_now(add_touchpoint, ana, spring[2], "call", later, "Forty minutes about books.")
    db.write_now(promise, ana, of(met[2], "send"), "The salary survey, with the tide table")
    db.write_now(drop, ana, of(met[8], "message"))
    db.write_now(complete, ana, of(met[1], "message"))
    for contact, intent, text, due in (
        (spring[3], "message", "Ask how the move went", today - timedelta(days=3)),
        (met[4], "introduce", "To the data people at Tidemark", today),
        (met[6], "send", "A photo of the harbour", today),
        (met[0], "coffee", "At the lighthouse, when it opens", today + timedelta(days=40)),
    ):
        db.write_now(add_follow_up, ana, contact, intent, text, due, today)


def _introduce_noor(stage: Stage) -> None:
    """She and Ana know each other online; so she stands on Ana's list, and Ana on hers."""
    noor, ana = stage.here[NOOR.email], stage.here[ANA.email]
    if noor.account is None or ana.account is None:
        raise RuntimeError("both have claimed their places by now")
    known = [ana.invented, *stage.chance.sample(stage.regulars, 11)]
    stage.bring(noor.account, Network.X, list(x_ties(stage.chance, known, stage.today)))
    met = stage.chance.sample(known[1:], 3)
    scans = [
        Scanned(stage.here[person.email].code, stage.moment(stage.today, 13 + number), ["coffee"])
        for number, person in enumerate(met)
    ]
    stage.scan(noor.account, scans)
