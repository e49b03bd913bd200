"""GitHub and Mastodon prove a handle by a sign-in; a server that is named is not trusted."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from firsthand.db import now
from firsthand.handles.keeping import add_handle
from firsthand.handles.models import Handle
from firsthand.proofs.looking import Looker
from firsthand.proofs.models import HandleProof
from firsthand.proofs.proving import ask, proof_code, recheck
from firsthand.sign_in_elsewhere.models import MastodonApp
from tests.providers import Mastodon, answer_json
from tests.server.house import Person
from tests.server.sign_in_elsewhere.conftest import World, is_signed_in


def handles(world: World, client: httpx.Client) -> list[tuple[str, str, bool]]:
    return [(h["network"], h["name"], h["verified"]) for h in world.me(client)["handles"]]


def add(world: World, person: Person, pasted: str, network: str) -> None:
    world.house.db.write_now(add_handle, person.id, pasted, network)


def test_github_proves_the_login_and_tells_its_number(world: World) -> None:
    ana = world.house.person()
    world.link(ana.client, "github")
    assert handles(world, ana.client) == [("github", "ana-there", True)]
    number = world.house.db.read_now(lambda s: s.scalar(select(Handle.stable_id)))
    assert number == "583231"
    assert "you signed in there" in ana.client.get("/me").text


def test_a_handle_that_was_there_is_proven_not_doubled(world: World) -> None:
    ana = world.house.person()
    add(world, ana, "Ana-There", "github")
    world.link(ana.client, "github")
    assert [(n, v) for n, _, v in handles(world, ana.client)] == [("github", True)]


def test_mastodon_proves_the_name_at_that_server(world: World) -> None:
    ana = world.house.person()
    world.link(ana.client, "mastodon", server="social.example")
    assert handles(world, ana.client) == [("mastodon", "ana@social.example", True)]


@pytest.mark.parametrize("key", ["google", "linkedin", "openid"])
def test_the_others_prove_no_handle(world: World, key: str) -> None:
    ana = world.house.person()
    world.link(ana.client, key)
    assert handles(world, ana.client) == []
    assert "the others tell us no handle" in ana.client.get("/me").text


def test_unlinking_withdraws_the_proof_and_keeps_the_handle(world: World) -> None:
    ana = world.house.person()
    world.link(ana.client, "github")
    identity = ana.client.get("/me").text.partition('id="identity-')[2][:36]
    ana.client.delete(f"/me/identities/{identity}")
    assert handles(world, ana.client) == [("github", "ana-there", False)]


def test_the_public_proof_page_does_not_show_what_a_sign_in_proves(world: World) -> None:
    """Nobody asked for it to stand there."""
    ana = world.house.person()
    world.link(ana.client, "github")

    site = world.house.db.write_now(lambda s: add_handle(s, ana.id, "https://ana.dev", None).id)
    world.house.db.write_now(ask, ana.id, site, "http://x")
    code = world.house.db.read_now(proof_code, ana.id)
    shown = world.house.client().get(f"/proof/{code}").text
    assert "ana.dev" in shown
    assert "ana-there" not in shown


def look_again(world: World) -> None:
    """A week later, and again a day after that."""

    def grow_old(session: Session) -> None:
        proof = session.scalars(select(HandleProof)).one()
        proof.checked_at = now() - timedelta(days=8)
        proof.failed_since = proof.failed_since and proof.failed_since - timedelta(days=2)

    looker = Looker(world.house.app.state.elsewhere.fetcher)
    for _ in range(2):
        world.house.db.write_now(grow_old)
        recheck(world.house.db, looker, world.house.settings.base_url)


@pytest.mark.parametrize(
    ("key", "url", "so_called", "otherwise"),
    [
        (
            "github",
            "https://api.github.com/user/583231",
            '{"login": "Ana-There"}',
            '{"login": "another"}',
        ),
        (
            "mastodon",
            "https://social.example/api/v1/accounts/109",
            '{"username": "ana"}',
            '{"username": "another"}',
        ),
    ],
)
def test_it_is_looked_at_again_whether_the_person_is_still_called_so(
    world: World, key: str, url: str, so_called: str, otherwise: str
) -> None:
    """Not for a link: nobody was asked for one."""
    ana = world.house.person()
    world.link(ana.client, key, server="social.example")
    world.sites.put(url, so_called)
    look_again(world)
    assert [proven for _, _, proven in handles(world, ana.client)] == [True]
    world.sites.put(url, otherwise)
    look_again(world)
    assert [proven for _, _, proven in handles(world, ana.client)] == [False]
    assert handle_method(world) == "sign-in"
    # Signing in again proves it again.
    world.sign_in(world.house.client(), key, server="social.example")
    assert [proven for _, _, proven in handles(world, ana.client)] == [True]


def handle_method(world: World) -> str:
    return world.house.db.read_now(lambda s: s.scalars(select(HandleProof.method)).one())


def test_a_server_that_tells_strangers_nothing_leaves_the_proof_as_it_is(world: World) -> None:
    ana = world.house.person()
    world.link(ana.client, "mastodon", server="social.example")
    world.sites.put(
        "https://social.example/api/v1/accounts/109",
        lambda handler: answer_json(handler, {"error": "This API requires a user"}, 401),
    )
    look_again(world)
    assert [proven for _, _, proven in handles(world, ana.client)] == [True]


def test_a_proof_that_was_withdrawn_does_not_come_back_by_itself(world: World) -> None:
    ana = world.house.person()
    world.link(ana.client, "github")
    ana.client.delete(f"/me/handles/{world.me(ana.client)['handles'][0]['id']}/proof")
    world.sign_in(world.house.client(), "github")
    assert handles(world, ana.client) == [("github", "ana-there", False)]


def test_a_new_login_is_proven_and_the_old_one_no_longer(world: World) -> None:
    """GitHub gives a login that was given up to whoever asks for it."""
    ana = world.house.person()
    world.link(ana.client, "github")
    world.github.login = "ana-married"
    world.sign_in(world.house.client(), "github")
    assert sorted(handles(world, ana.client)) == [
        ("github", "ana-married", True),
        ("github", "ana-there", False),
    ]


def test_a_handle_that_was_removed_does_not_come_back_by_itself(world: World) -> None:
    ana = world.house.person()
    world.link(ana.client, "github")
    ana.client.delete(f"/me/handles/{world.me(ana.client)['handles'][0]['id']}")
    world.sign_in(world.house.client(), "github")
    assert handles(world, ana.client) == []


def test_somebody_else_with_an_equal_login_is_not_signed_in(world: World) -> None:
    ana = world.house.person()
    world.link(ana.client, "github")
    world.github.number, world.github.emails = 7, []
    client = world.house.client()
    assert world.sign_in(client, "github").status_code == 403
    assert not is_signed_in(client)


# -- Mastodon's servers


def test_mastodon_signs_in_who_has_linked_it_and_nobody_else(world: World) -> None:
    client = world.house.client()
    answer = world.sign_in(client, "mastodon", server="social.example")
    assert answer.status_code == 403
    assert "@ana@social.example is linked with no account here yet" in answer.text
    ana = world.house.person()
    world.link(ana.client, "mastodon", server="@ana@social.example")
    world.sign_in(client, "mastodon", server="https://social.example/@ana")
    assert world.me(client)["id"] == str(ana.id)


def test_a_server_is_told_of_us_once(world: World) -> None:
    for _ in range(3):
        world.sign_in(world.house.client(), "mastodon", server="social.example")
    assert world.mastodon.registered == 1


def later(world: World) -> None:
    def change(session: Session) -> None:
        session.execute(update(MastodonApp).values(created_at=now() - timedelta(days=2)))

    world.house.db.write_now(change)


def test_a_server_that_has_forgotten_us_is_told_again(world: World) -> None:
    def start() -> None:
        world.start(world.house.client(), "mastodon", server="social.example")

    start()
    later(world)
    start()
    assert world.mastodon.registered == 1
    later(world)
    world.mastodon.knows = False
    start()
    assert world.mastodon.registered == 2


def test_its_secret_stands_sealed_in_the_database(world: World) -> None:
    world.start(world.house.client(), "mastodon", server="social.example")
    app = world.house.db.read_now(lambda s: s.scalars(select(MastodonApp)).one())
    assert app.client_id == world.mastodon.client[0]
    assert world.mastodon.client[1] not in str(vars(app))
    # Another secret key cannot open it, so the server is told of us again.
    world.change(secret_key="another key altogether, as after a change")
    world.start(world.house.client(), "mastodon", server="social.example")
    assert world.mastodon.registered == 2


def test_one_server_cannot_speak_for_another(world: World) -> None:
    """Mix-up: the code that social.example gave is brought to other.example's address."""
    Mastodon.at(world.sites, "other.example")
    client = world.house.client()
    world.start(client, "mastodon", server="other.example")
    back = world.back(world.start(client, "mastodon", server="social.example"))
    assert "/social.example/back" in back
    answer = client.get(back.replace("/social.example/", "/other.example/"))
    assert answer.status_code == 400


def test_the_same_id_at_another_server_is_somebody_else(world: World) -> None:
    ana = world.house.person()
    world.link(ana.client, "mastodon", server="social.example")
    Mastodon.at(world.sites, "other.example")
    client = world.house.client()
    assert world.sign_in(client, "mastodon", server="other.example").status_code == 403


@pytest.mark.parametrize(
    "server",
    [
        "",
        "127.0.0.1",
        "[::1]",
        "localhost",
        "social.example:8443",
        "metadata.internal",
        "0x7f.1",
        "2130706433",
        "a" * 3000,
        "mastodon",
        "http://",
        "//",
        "social.example/../x y",
        "gmail.com",
        "\x00",
    ],
)
def test_what_is_no_server_of_the_public_internet_is_refused(world: World, server: str) -> None:
    asked = len(world.sites.asked)
    answer = world.start(world.house.client(), "mastodon", server=server)
    assert 400 <= answer.status_code < 500
    assert len(world.sites.asked) == asked


def test_a_server_inside_is_not_asked(world: World) -> None:
    world.inside.add("social.example")
    answer = world.start(world.house.client(), "mastodon", server="social.example")
    assert answer.status_code == 502
    assert "is not on the public internet" in answer.text
    assert world.mastodon.registered == 0


def test_the_operators_own_address_is_none_for_who_names_a_server(world: World) -> None:
    """Only the issuer of the settings may stand inside."""
    world.change(operators_own="https://social.example")
    world.inside.add("social.example")
    answer = world.start(world.house.client(), "mastodon", server="social.example")
    assert answer.status_code == 502


@pytest.mark.parametrize(
    "said",
    [
        {"id": "", "username": "ana"},
        {"id": "1", "username": ""},
        {"id": "1", "username": "ana@google.com"},
        {"id": "1", "username": "../admin"},
        {"id": "1", "username": "https://other.example/@boss?"},
        {"id": "1", "username": "https://other.example/@boss#"},
        {"id": "1", "username": "other.example/@boss?x="},
        {"id": 1, "username": "ana"},
        {"id": "x" * 300, "username": "ana"},
        [],
        "ana",
    ],
)
def test_a_server_that_lies_about_who_it_is_proves_nothing(world: World, said: Any) -> None:
    ana = world.house.person()
    world.sites.put(
        "https://social.example/api/v1/accounts/verify_credentials",
        lambda handler: answer_json(handler, said),
    )
    answer = world.link(ana.client, "mastodon", server="social.example")
    assert answer.status_code == 502
    assert handles(world, ana.client) == []
