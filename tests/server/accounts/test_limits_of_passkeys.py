"""How many passkeys and challenges there may be, how long a challenge lasts, and for whom."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from firsthand.accounts.authenticators import site_of
from firsthand.accounts.models import Passkey
from firsthand.accounts.passkeys import (
    CHALLENGE_LASTS,
    MOST_PASSKEYS,
    Ceremony,
    ask_to_sign_in,
    redeem_passkey,
)
from firsthand.accounts.signing_in import Asker
from firsthand.db import now
from firsthand.problems import TooMany
from tests.server.accounts.test_passkeys import (
    KEY,
    added,
    asked,
    authenticator,
    count,
    enter,
    keep,
    only,
    options,
)
from tests.server.house import BASE_URL, House, Person

SITE = site_of(BASE_URL)
HERE = Asker("198.51.100.7")


def ask(house: House, asker: Asker = HERE, browser: str = "a browser") -> dict[str, Any]:
    wanted: dict[str, Any] = house.db.write_now(ask_to_sign_in, Ceremony(SITE, browser), asker, KEY)
    return wanted


def only_so_many(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr("firsthand.accounts.passkeys.CHALLENGES_A_PEER", most)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr("firsthand.accounts.passkeys.now", lambda: moment)


def test_a_network_is_refused_once_it_has_as_many_challenges_as_it_may(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_so_many(monkeypatch, 1)
    ask(house)
    with pytest.raises(TooMany):
        ask(house)


def test_challenges_that_have_ended_keep_nobody_from_signing_in(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_so_many(monkeypatch, 1)
    begun = now()
    at(monkeypatch, begun)
    ask(house)
    at(monkeypatch, begun + CHALLENGE_LASTS - timedelta(microseconds=1))
    with pytest.raises(TooMany):
        ask(house)
    at(monkeypatch, begun + CHALLENGE_LASTS)
    assert ask(house)


def test_who_has_no_address_is_not_counted_with_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_so_many(monkeypatch, 1)
    assert ask(house, Asker())["challenge"] != ask(house, Asker())["challenge"]


def test_a_challenge_is_good_until_five_minutes_are_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = house.person()
    device, ceremony, begun = added(ana, step=0), Ceremony(SITE, "a browser"), now()
    at(monkeypatch, begun)
    answers = [device.sign(ask(house)) for _ in range(2)]
    at(monkeypatch, begun + CHALLENGE_LASTS)
    assert house.db.write_now(redeem_passkey, ceremony, answers[0]) is None
    at(monkeypatch, begun + CHALLENGE_LASTS - timedelta(microseconds=1))
    assert house.db.write_now(redeem_passkey, ceremony, answers[1]) == ana.id


def test_who_sends_no_cookie_is_nobody_to_a_challenge_without_one(house: House) -> None:
    device = added(house.person())
    answer = device.sign(ask(house, browser=""))
    assert house.db.write_now(redeem_passkey, Ceremony(SITE, ""), answer) is None


def test_the_last_that_may_be_added_is_and_not_one_more(house: House) -> None:
    ana, devices = house.person(), [authenticator() for _ in range(2)]
    for _ in range(MOST_PASSKEYS - 1):
        added(ana)
    # Asked for while there is room for one.
    answers = [each.make(options(ana.client, "/me/passkeys/challenge")) for each in devices]
    assert keep(ana.client, answers[0]).status_code == 303
    refused = keep(ana.client, answers[1])
    assert refused.status_code == 429
    assert f"There are {MOST_PASSKEYS} passkeys." in refused.text
    assert count(house, Passkey) == MOST_PASSKEYS


def test_a_passkey_without_a_name_gets_one(house: House) -> None:
    ana = house.person()
    keep(ana.client, authenticator().make(options(ana.client, "/me/passkeys/challenge")), " ")
    assert only(house).name == "A passkey"


def test_who_has_a_name_is_shown_with_it_and_who_has_none_by_the_address(house: House) -> None:
    for name in ("Ana Lima", ""):
        person = house.person(name)
        user = options(person.client, "/me/passkeys/challenge")["user"]
        assert (user["name"], user["displayName"]) == (person.email, name or person.email)


def test_one_passkey_is_removed_and_the_others_stay(house: House) -> None:
    ana = house.person()
    added(ana)
    kept, gone = added(ana), passkeys(house)[0]
    assert ana.client.delete(f"/me/passkeys/{gone.id}").status_code == 303
    assert [each.id == gone.id for each in passkeys(house)] == [False]
    client = house.client()
    assert enter(client, kept.sign(asked(client))).status_code == 303


def test_signing_in_with_one_passkey_counts_for_no_other(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    of_ana, of_ben = added(ana), added(ben)
    client = house.client()
    of_ana.count = 40
    assert enter(client, of_ana.sign(asked(client))).status_code == 303
    assert [each.last_used_at is None for each in passkeys(house)] == [False, True]
    client = house.client()
    assert enter(client, of_ben.sign(asked(client))).status_code == 303


def passkeys(house: House) -> list[Passkey]:
    """The oldest first."""
    return house.db.read_now(lambda s: list(s.scalars(select(Passkey).order_by(Passkey.id))))


def confirm(person: Person, answer: str) -> int:
    return person.client.post("/sign-in/again", data={"credential": answer}).status_code


def again(person: Person) -> dict[str, Any]:
    return options(person.client, "/sign-in/again/challenge")


def test_a_key_that_tells_no_handle_confirms_its_own_account(house: House) -> None:
    """As security keys do, which were asked for this very passkey."""
    ana = house.person()
    device = added(ana)
    device.handle = b""
    assert confirm(ana, device.sign(again(ana))) == 303


def test_a_key_that_tells_another_handle_confirms_nothing(house: House) -> None:
    ana = house.person()
    device = added(ana)
    device.handle = b"somebody"
    assert confirm(ana, device.sign(again(ana))) == 400


def test_a_challenge_to_confirm_is_one_accounts(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    device = added(ana)
    added(ben)
    wanted = again(ben)
    ana.client.cookies.set("firsthand-passkey", ben.client.cookies["firsthand-passkey"])
    assert confirm(ana, device.sign(wanted)) == 400
    assert confirm(ana, device.sign(again(ana))) == 303
