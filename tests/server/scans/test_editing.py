"""What comes after a scan: edits, undo, and taking the undo back."""

from sqlalchemy import select

from firsthand.contacts.models import Contact
from firsthand.followups.models import FollowUp
from firsthand.followups.verbs import complete
from tests.server.house import House, Person, Wearer
from tests.server.scans.test_recording import meetings


def met(house: House, **scan: object) -> tuple[Person, Wearer, str]:
    ana = house.person()
    fenna = house.attendee(house.event(ana))
    scan_id = house.scan(ana, fenna, **scan)["id"]
    return ana, fenna, scan_id


def follow_ups(house: House) -> dict[str, str]:
    return dict(
        house.db.read_now(lambda s: s.execute(select(FollowUp.intent, FollowUp.state)).all())
    )


def test_an_edit_replaces_note_and_intents(house: House) -> None:
    ana, _, scan = met(house, intents=["coffee"], note="first")

    answer = ana.client.patch(
        f"/api/v1/scans/{scan}", json={"note": "second", "intents": ["call"], "edited_sequence": 1}
    )

    assert answer.status_code == 200
    assert answer.json()["note"] == "second"
    assert answer.json()["intents"] == ["call"]
    assert follow_ups(house) == {"coffee": "dropped", "call": "open"}


def test_the_edit_with_the_highest_sequence_wins_whatever_the_order(house: House) -> None:
    ana, _, scan = met(house)

    for sequence, intents in ((5, ["call"]), (3, ["coffee"]), (5, ["send"])):
        ana.client.patch(
            f"/api/v1/scans/{scan}", json={"intents": intents, "edited_sequence": sequence}
        )

    assert meetings(ana)[0]["intents"] == ["call"]


def test_an_intent_chosen_again_reopens_its_follow_up(house: House) -> None:
    ana, _, scan = met(house, intents=["coffee"])

    for sequence, intents in ((1, []), (2, ["coffee"])):
        ana.client.patch(
            f"/api/v1/scans/{scan}", json={"intents": intents, "edited_sequence": sequence}
        )

    assert follow_ups(house) == {"coffee": "open"}


def test_undo_takes_the_meeting_and_its_untouched_follow_ups(house: House) -> None:
    ana, _, scan = met(house, intents=["coffee"])

    assert ana.client.put(f"/api/v1/scans/{scan}/retraction").status_code == 200

    assert meetings(ana) == []
    assert follow_ups(house) == {}
    assert ana.client.get("/api/v1/contacts").json()["items"] == []


def test_undo_keeps_a_follow_up_that_was_acted_on(house: House) -> None:
    ana, _, scan = met(house, intents=["coffee", "call"])
    done = house.db.read_now(
        lambda s: s.scalar(select(FollowUp.id).where(FollowUp.intent == "coffee"))
    )
    assert done
    house.db.write_now(complete, ana.id, done)

    ana.client.put(f"/api/v1/scans/{scan}/retraction")

    assert follow_ups(house) == {"coffee": "done"}


def test_taking_the_undo_back_brings_the_same_meeting(house: House) -> None:
    ana, _, scan = met(house, intents=["coffee"])
    before = meetings(ana)[0]

    ana.client.put(f"/api/v1/scans/{scan}/retraction")
    ana.client.delete(f"/api/v1/scans/{scan}/retraction")

    assert meetings(ana) == [before]
    assert follow_ups(house) == {"coffee": "open"}


def test_a_meeting_stands_while_one_of_its_scans_does(house: House) -> None:
    ana, fenna, scan = met(house, intents=["coffee"])
    house.scan(ana, fenna, intents=["call"])

    ana.client.put(f"/api/v1/scans/{scan}/retraction")

    assert [m["intents"] for m in meetings(ana)] == [["call"]]
    assert follow_ups(house) == {"coffee": "dropped", "call": "open"}


def test_undo_withdraws_the_other_sides_confirmation(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    event = house.event(ana)
    anas, bens = house.attendee(event, ana), house.attendee(event, ben)
    house.scan(ana, bens)
    scan = house.scan(ben, anas)["id"]

    ben.client.put(f"/api/v1/scans/{scan}/retraction")

    assert meetings(ana)[0]["confirmed"] is False


def test_the_ring_opens_again_after_undo(house: House) -> None:
    ana, _, scan = met(house)

    ana.client.put(f"/api/v1/scans/{scan}/retraction")

    assert house.db.read_now(lambda s: s.scalar(select(Contact.stage))) == "new"


def test_nobody_edits_or_undoes_anothers_scan(house: House) -> None:
    _, _, scan = met(house)
    mallory = house.person("Mallory")

    edit = mallory.client.patch(f"/api/v1/scans/{scan}", json={"edited_sequence": 9, "note": "x"})
    undo = mallory.client.put(f"/api/v1/scans/{scan}/retraction")

    assert (edit.status_code, undo.status_code) == (404, 404)


def test_editing_a_meeting_replaces_its_scans_words(house: House) -> None:
    ana, _, _ = met(house, intents=["coffee"], note="from the scan")
    meeting = meetings(ana)[0]["id"]

    answer = ana.client.patch(
        f"/api/v1/meetings/{meeting}", json={"note": "afterwards", "intents": ["send"]}
    )

    assert answer.json()["note"] == "afterwards"
    assert answer.json()["intents"] == ["send"]
    assert follow_ups(house) == {"coffee": "dropped", "send": "open"}


def test_a_devices_numbers_may_be_as_large_as_they_are_allowed_to_be(house: House) -> None:
    event = house.event(house.person("Olga"), timezone="UTC")
    mira = house.person("Mira Andersen")
    wearer = house.attendee(event, "Fenna Wouters")
    scan = house.scan(mira, wearer, sequence=2**53)
    assert scan["outcome"] == "recorded"
    answer = mira.client.patch(
        f"/api/v1/scans/{scan['id']}", json={"note": "far", "edited_sequence": 2**53}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["note"] == "far"


def test_a_devices_first_edit_is_numbered_nought_and_counts(house: House) -> None:
    ana, _, scan = met(house, note="first")

    answer = ana.client.patch(f"/api/v1/scans/{scan}", json={"note": "new", "edited_sequence": 0})

    assert answer.json()["note"] == "new"


def test_the_words_of_a_scan_that_was_taken_back_come_with_it(house: House) -> None:
    ana, _, scan = met(house, note="first")
    ana.client.put(f"/api/v1/scans/{scan}/retraction")

    answer = ana.client.patch(f"/api/v1/scans/{scan}", json={"note": "new", "edited_sequence": 1})

    assert answer.status_code == 200
    assert answer.json()["scans"] == []
    assert meetings(ana) == []
    ana.client.delete(f"/api/v1/scans/{scan}/retraction")
    assert [meeting["note"] for meeting in meetings(ana)] == ["new"]


def test_what_several_scans_have_united_can_be_sent_back_as_it_came(house: House) -> None:
    ana, fenna, _ = met(house, intents=[f"own {number}" for number in range(12)])
    house.scan(ana, fenna, intents=[f"other {number}" for number in range(12)])
    (meeting,) = meetings(ana)

    answer = ana.client.patch(
        f"/api/v1/meetings/{meeting['id']}", json={"intents": meeting["intents"]}
    )

    assert answer.status_code == 200, answer.text
    assert sorted(answer.json()["intents"]) == sorted(meeting["intents"])
