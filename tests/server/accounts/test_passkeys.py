"""Passkeys: made, used, refused, removed."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from firsthand.accounts.authenticators import Site, read_answer, read_new_key, site_of
from firsthand.accounts.models import Passkey, PasskeyChallenge
from firsthand.accounts.passkeys import (
    CHALLENGES_A_PEER,
    MOST_PASSKEYS,
    Ceremony,
    ask_to_sign_in,
    count_up,
    redeem_passkey,
)
from firsthand.accounts.signing_in import Asker
from firsthand.db import now
from firsthand.problems import TooMany
from tests.authenticator import Authenticator, decoded, encoded
from tests.mailbox import Mailbox
from tests.server.house import BASE_URL, House, Person

KEY = "a key for tests that guards nothing"
HERE = "127.0.0.1"


def authenticator(**more: Any) -> Authenticator:
    return Authenticator(origin=BASE_URL, rp_id=HERE, **more)


def options(client: httpx.Client, path: str) -> dict[str, Any]:
    answer = client.post(path)
    assert answer.status_code == 200, answer.text
    asked: dict[str, Any] = answer.json()
    return asked


def keep(client: httpx.Client, answer: str, name: str = "Phone") -> httpx.Response:
    return client.post("/me/passkeys", data={"credential": answer, "passkey_name": name})


def added(person: Person, **more: Any) -> Authenticator:
    """The person's own authenticator, with a passkey of theirs in it."""
    device = authenticator(**more)
    kept = keep(person.client, device.make(options(person.client, "/me/passkeys/challenge")))
    assert kept.status_code == 303, kept.text
    assert kept.headers["location"] == "/me#passkeys"
    return device


def asked(client: httpx.Client) -> dict[str, Any]:
    return options(client, "/sign-in/passkey/challenge")


def enter(client: httpx.Client, answer: str, path: str = "/people") -> httpx.Response:
    return client.post("/sign-in/passkey", data={"credential": answer, "next": path})


def is_refused(client: httpx.Client, answer: httpx.Response) -> bool:
    return (
        answer.status_code == 400
        and "did not sign you in" in answer.text
        and client.get("/api/v1/me").status_code == 401
    )


def test_a_passkey_signs_in_and_goes_to_the_page_that_was_asked_for(house: House) -> None:
    ana = house.person()
    device, client = added(ana), house.client()
    entered = enter(client, device.sign(asked(client)))
    assert entered.status_code == 303
    assert entered.headers["location"] == "/people"
    assert client.get("/api/v1/me").json()["id"] == str(ana.id)
    assert "last used" in client.get("/me").text


def test_what_a_device_is_asked_to_make_tells_nothing_and_demands_its_lock(house: House) -> None:
    ana = house.person()
    wanted = options(ana.client, "/me/passkeys/challenge")
    assert wanted["rp"] == {"name": "Firsthand", "id": HERE}
    assert wanted["attestation"] == "none"
    assert wanted["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    handle = decoded(wanted["user"]["id"])
    assert len(handle) == 32
    assert ana.id.bytes not in handle
    assert len(decoded(wanted["challenge"])) == 32
    assert asked(house.client())["userVerification"] == "required"


def test_a_device_is_not_asked_for_a_second_passkey_of_the_same_account(house: House) -> None:
    ana = house.person()
    first = added(ana)
    wanted = options(ana.client, "/me/passkeys/challenge")
    assert [decoded(each["id"]) for each in wanted["excludeCredentials"]] == [first.credential_id]
    assert decoded(wanted["user"]["id"]) == first.handle
    other = options(house.person("Ben").client, "/me/passkeys/challenge")
    assert other["excludeCredentials"] == []
    assert decoded(other["user"]["id"]) != first.handle


def test_signing_in_ends_the_session_that_the_browser_had(house: House) -> None:
    ana = house.person()
    device, old = added(ana), ana.client.cookies["firsthand"]
    assert enter(ana.client, device.sign(asked(ana.client))).status_code == 303
    stolen = house.client()
    stolen.cookies.set("firsthand", old)
    house.app.state.viewers.forget_everybody()
    assert stolen.get("/api/v1/me").status_code == 401
    assert ana.client.get("/api/v1/me").status_code == 200


Lie = Callable[[Authenticator], None]


def _from(origin: str) -> Lie:
    return lambda device: setattr(device, "origin", origin)


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(_from("https://evil.example"), id="of another site"),
        pytest.param(_from("http://127.0.0.1:9000"), id="of another port"),
        pytest.param(lambda d: setattr(d, "rp_id", "evil.example"), id="for another site's key"),
        pytest.param(lambda d: setattr(d, "verifies", False), id="without the device's lock"),
        pytest.param(lambda d: setattr(d, "count", d.count - 2), id="counting back"),
        pytest.param(lambda d: setattr(d, "count", d.count - 1), id="not counting on"),
        pytest.param(lambda d: setattr(d, "credential_id", b"unknown"), id="with an unknown key"),
        pytest.param(lambda d: setattr(d, "handle", b"somebody"), id="for somebody else"),
        pytest.param(lambda d: setattr(d, "handle", b""), id="for nobody"),
        pytest.param(lambda d: setattr(d, "key", authenticator().key), id="with a wrong key"),
    ],
)
def test_what_proves_nothing_signs_nobody_in(house: House, lie: Lie) -> None:
    device, client = added(house.person(), count=7), house.client()
    lie(device)
    assert is_refused(client, enter(client, device.sign(asked(client))))


@pytest.mark.parametrize(
    "lie",
    [
        {"type": "webauthn.create"},
        {"crossOrigin": True},
        {"challenge": "AAAA"},
        {"origin": ["http://127.0.0.1:8000"]},
    ],
)
def test_what_a_browser_says_wrongly_signs_nobody_in(house: House, lie: dict[str, Any]) -> None:
    device, client = added(house.person()), house.client()
    assert is_refused(client, enter(client, device.sign(asked(client), **lie)))


@pytest.mark.parametrize(
    "lie",
    [
        _from("https://evil.example"),
        lambda d: setattr(d, "rp_id", "evil.example"),
        lambda d: setattr(d, "verifies", False),
        lambda d: setattr(d, "credential_id", bytes(1024)),
    ],
)
def test_a_passkey_that_proves_nothing_is_not_kept(house: House, lie: Lie) -> None:
    ana, device = house.person(), authenticator()
    lie(device)
    refused = keep(ana.client, device.make(options(ana.client, "/me/passkeys/challenge")))
    assert refused.status_code == 400
    assert "could not be kept" in refused.text
    assert count(house, Passkey) == 0


def test_a_challenge_works_only_once(house: House) -> None:
    device, client = added(house.person(), step=0), house.client()
    wanted = asked(client)
    answer = device.sign(wanted)
    assert enter(client, answer).status_code == 303
    again = house.client()
    again.cookies.set("firsthand-passkey", client.cookies["firsthand-passkey"])
    assert is_refused(again, enter(again, answer))
    assert is_refused(again, enter(again, device.sign(wanted)))


def test_a_challenge_that_was_answered_wrongly_is_used_up(house: House) -> None:
    device, client = added(house.person()), house.client()
    wanted = asked(client)
    right = device.sign(wanted)
    stranger = authenticator()
    assert is_refused(client, enter(client, stranger.sign(wanted)))
    assert is_refused(client, enter(client, right))


def test_a_challenge_thirty_times_at_once_is_judged_once(house: House) -> None:
    device, ceremony = added(house.person(), step=0), Ceremony(site_of(BASE_URL), "a browser")
    wanted = house.db.write_now(ask_to_sign_in, ceremony, Asker(), KEY)
    answer = device.sign(wanted)
    with ThreadPoolExecutor(30) as threads:
        found = list(
            threads.map(lambda _: house.db.write_now(redeem_passkey, ceremony, answer), range(30))
        )
    assert len([each for each in found if each]) == 1


def test_two_signatures_with_the_same_count_at_once_are_one(house: House) -> None:
    """As from a copy of the authenticator."""
    device = added(house.person())
    ceremony, answers = Ceremony(site_of(BASE_URL), "a browser"), []
    for _ in range(8):
        device.count = 5
        wanted = house.db.write_now(ask_to_sign_in, ceremony, Asker(), KEY)
        answers.append(device.sign(wanted))
    with ThreadPoolExecutor(8) as threads:
        found = list(
            threads.map(lambda each: house.db.write_now(redeem_passkey, ceremony, each), answers)
        )
    assert len([each for each in found if each]) == 1


def test_a_counter_that_another_signature_has_brought_as_far_proves_nothing(house: House) -> None:
    """The last word, where two were judged beside each other on PostgreSQL."""
    added(house.person())
    kept = only(house).id
    assert house.db.write_now(count_up, kept, 5)
    assert not house.db.write_now(count_up, kept, 5)
    assert not house.db.write_now(count_up, kept, 0)
    assert house.db.write_now(count_up, kept, 6)


def test_another_browsers_challenge_signs_nobody_in(house: House) -> None:
    device, phone, thief = added(house.person()), house.client(), house.client()
    answer = device.sign(asked(phone))
    asked(thief)
    assert is_refused(thief, enter(thief, answer))
    assert is_refused(house.client(), enter(house.client(), answer))


def test_a_challenge_for_one_thing_is_good_for_nothing_else(house: House) -> None:
    ana = house.person()
    device = added(ana)
    to_add = options(ana.client, "/me/passkeys/challenge")
    for_again = options(ana.client, "/sign-in/again/challenge")
    for wanted in (to_add, for_again):
        assert enter(ana.client, device.sign(wanted)).status_code == 400
    to_add = options(ana.client, "/me/passkeys/challenge")
    confirmed = ana.client.post("/sign-in/again", data={"credential": device.sign(to_add)})
    assert confirmed.status_code == 400
    fresh = authenticator()
    made = fresh.make({**to_add, "challenge": asked(ana.client)["challenge"]})
    assert keep(ana.client, made).status_code == 400


def test_a_challenge_of_one_account_adds_no_passkey_to_another(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    wanted = options(ana.client, "/me/passkeys/challenge")
    ben.client.cookies.set("firsthand-passkey", ana.client.cookies["firsthand-passkey"])
    assert keep(ben.client, authenticator().make(wanted)).status_code == 400
    assert count(house, Passkey) == 0


def test_a_challenge_is_too_old_after_five_minutes(house: House) -> None:
    device, client = added(house.person()), house.client()
    answer = device.sign(asked(client))

    def age(session: Session) -> None:
        session.execute(update(PasskeyChallenge).values(expires_at=now()))

    house.db.write_now(age)
    assert is_refused(client, enter(client, answer))
    asked(client)
    assert count(house, PasskeyChallenge) == 1


def test_a_passkey_that_never_counts_signs_in_again_and_again(house: House) -> None:
    device = added(house.person(), step=0)
    for _ in range(3):
        client = house.client()
        assert enter(client, device.sign(asked(client))).status_code == 303


def test_a_passkey_whose_counter_was_seen_may_not_fall_back_to_none(house: House) -> None:
    device, client = added(house.person()), house.client()
    assert enter(client, device.sign(asked(client))).status_code == 303
    device.count = device.step = 0
    client = house.client()
    assert is_refused(client, enter(client, device.sign(asked(client))))


def test_a_removed_passkey_signs_in_no_more(house: House) -> None:
    ana = house.person()
    device, client = added(ana), house.client()
    wanted = asked(client)
    gone = ana.client.post(f"/me/passkeys/{only(house).id}", data={"_method": "DELETE"})
    assert gone.status_code == 303
    assert is_refused(client, enter(client, device.sign(wanted)))


def test_nobody_removes_another_persons_passkey(house: House) -> None:
    added(house.person())
    ben = house.person("Ben")
    assert ben.client.delete(f"/me/passkeys/{only(house).id}").status_code == 404
    assert count(house, Passkey) == 1


def test_a_passkey_belongs_to_one_account(house: House) -> None:
    ana, ben = house.person("Ana"), house.person("Ben")
    device = added(ana)
    again = device.make(options(ben.client, "/me/passkeys/challenge"))
    assert keep(ben.client, again).status_code == 409
    assert count(house, Passkey) == 1


def test_there_are_only_so_many(house: House) -> None:
    ana = house.person()
    for _ in range(MOST_PASSKEYS):
        added(ana)
    assert ana.client.post("/me/passkeys/challenge").status_code == 429


def test_one_network_asks_for_many_challenges_but_not_for_any_number(house: House) -> None:
    here, elsewhere = Asker("198.51.100.7"), Asker("198.51.100.8")
    ceremony = Ceremony(site_of(BASE_URL), "a browser")
    house.db.write_now(ask_to_sign_in, ceremony, here, KEY)

    def crowd(session: Session) -> None:
        one = session.scalars(select(PasskeyChallenge)).one()
        session.add_all(
            PasskeyChallenge(
                challenge_hash=str(number),
                browser_hash="",
                purpose=one.purpose,
                peer=one.peer,
                expires_at=one.expires_at,
            )
            for number in range(CHALLENGES_A_PEER)
        )

    house.db.write_now(crowd)
    with pytest.raises(TooMany):
        house.db.write_now(ask_to_sign_in, ceremony, here, KEY)
    assert house.db.write_now(ask_to_sign_in, ceremony, elsewhere, KEY)


def test_a_name_is_cleaned_and_shown(house: House) -> None:
    ana, device = house.person(), authenticator()
    keep(
        ana.client,
        device.make(options(ana.client, "/me/passkeys/challenge")),
        "My\u202e <b>phone</b>\n",
    )
    assert only(house).name == "My <b>phone</b>"
    assert "My &lt;b&gt;phone&lt;/b&gt;" in ana.client.get("/me").text


@pytest.mark.parametrize("path", ["/me/passkeys/challenge", "/me/passkeys", "/me/recovery-codes"])
def test_a_token_cannot_change_how_its_account_signs_in(house: House, path: str) -> None:
    ana = house.person()
    answer = house.client().post(path, headers=ana.bearer)
    assert answer.status_code == 403


def test_a_new_and_a_removed_passkey_are_told_by_mail(post_office: House, mailbox: Mailbox) -> None:
    ana = post_office.person(email="ana@example.org")
    added(ana)
    told = mailbox.wait_for(ana.email)
    assert told["Subject"] == "A passkey was added to your account: Phone"
    mailbox.clear()
    ana.client.delete(f"/me/passkeys/{only(post_office).id}")
    told = mailbox.wait_for(ana.email)
    assert told["Subject"] == "A passkey was removed from your account: Phone"
    assert "sign out everywhere" in str(told.get_content())


def test_the_button_is_there_for_scripts_only(house: House) -> None:
    page = house.client().get("/sign-in").text
    form = page[page.index("data-passkey=") :]
    assert form[: form.index(">")].endswith(" hidden")
    assert 'autocomplete="username webauthn"' in page


@pytest.mark.parametrize(
    ("base_url", "site"),
    [
        ("https://firsthand.example", Site("firsthand.example", "https://firsthand.example")),
        ("https://Firsthand.example:443", Site("firsthand.example", "https://firsthand.example")),
        ("https://a.example:8443/x", Site("a.example", "https://a.example:8443")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
    ],
)
def test_a_passkey_belongs_to_the_site_that_the_settings_name(base_url: str, site: Site) -> None:
    assert site_of(base_url) == site


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    max_leaves=8,
)


@given(st.text() | _JSON.map(json.dumps))
def test_nonsense_is_no_answer(text: str) -> None:
    assert read_answer(text) is None


@given(at=st.integers(0, 5_000), put=st.binary(max_size=4), part=st.sampled_from(["a", "c"]))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_spoilt_answer_is_refused_and_never_breaks(at: int, put: bytes, part: str) -> None:
    options_ = {"challenge": "AAAA", "user": {"id": "AAAA"}}
    fields = json.loads(authenticator(count=1).make(options_))
    name = {"a": "attestationObject", "c": "clientDataJSON"}[part]
    data = bytearray(decoded(fields["response"][name]))
    start = at % len(data)
    data[start : start + len(put)] = put
    fields["response"][name] = encoded(bytes(data))
    answer = read_answer(json.dumps(fields))
    if answer is not None:
        read_new_key(site_of(BASE_URL), answer)


@pytest.mark.parametrize(
    "answer", ["", "{}", "null", "[]", "\x00", "x" * 1_000_000, '{"rawId": 1, "response": {}}']
)
def test_a_form_of_nonsense_is_refused(house: House, answer: str) -> None:
    ana, client = house.person(), house.client()
    assert is_refused(client, enter(client, answer))
    assert keep(ana.client, answer).status_code == 400
    confirmed = ana.client.post("/sign-in/again", data={"credential": answer})
    assert confirmed.status_code == 400


def count(house: House, model: Any) -> int:
    return house.db.read_now(lambda s: s.scalar(select(func.count()).select_from(model)) or 0)


def only(house: House) -> Passkey:
    return house.db.read_now(lambda s: s.scalars(select(Passkey)).one())
