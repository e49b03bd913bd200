"""The recap's lines are as strong as the ties that they stand for."""

from firsthand.db import now
from firsthand.ties.kinds import KindCount, TieKind
from firsthand.unmet.recap import recap
from tests.server.house import House, tie


def test_who_was_spoken_to_often_has_the_strongest_line(house: House) -> None:
    ana, cem = house.person("Ana Oliveira"), house.person("Cem Kaya")
    event = house.event(ana)
    house.attendee(event, ana)
    badges = [
        house.attendee(event, "Ben Carter", handles=[("x", "ben")]),
        house.attendee(event, cem, handles=[("x", "cem")]),
        house.attendee(event, "Dia Stranger"),
    ]
    replied = KindCount(TieKind.REPLIED, 20, now(), now())
    house.ties(ana, tie("ben"), tie("cem", KindCount(TieKind.FOLLOWS, 1), replied))
    for badge in badges:
        house.scan(ana, badge, scanned_at=now().isoformat())
    found = house.db.read_now(recap, ana.id, event.slug, now())
    strength = {face.name: face.strength for face in found.faces}
    assert strength["Cem Kaya"] > strength["Ben Carter"] > strength["Dia Stranger"]
