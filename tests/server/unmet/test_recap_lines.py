"""The recap's lines are as strong as the ties that they stand for."""

from datetime import timedelta

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


def test_people_of_one_company_are_joined_and_others_are_not(house: House) -> None:
    ana = house.person("Ana Oliveira")
    event = house.event(ana)
    house.attendee(event, ana)
    companies = {"Ben": "Harbour Labs", "Cem": "Harbour Labs", "Dia": "Cormorant"}
    long_ago = {"Ben": 300, "Cem": 200, "Dia": 100}
    for name, company in companies.items():
        badge = house.attendee(event, name, company=company)
        at = now() - timedelta(minutes=long_ago[name])
        house.scan(ana, badge, scanned_at=at.isoformat())
    found = house.db.read_now(recap, ana.id, event.slug, now())
    names = {face.key: face.name for face in found.faces}
    joined = [{names[link.one], names[link.other]} for link in found.links]
    assert joined == [{"Ben", "Cem"}]
