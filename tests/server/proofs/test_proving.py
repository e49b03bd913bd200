"""A handle is proven by what its own page shows, and only as long as it shows it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from firsthand.db import now
from firsthand.handles.keeping import add_handle
from firsthand.proofs.guarded_fetch import Fetcher
from firsthand.proofs.looking import Looker
from firsthand.proofs.models import HandleProof
from firsthand.proofs.proving import recheck
from tests.https_sites import Sites, https_sites
from tests.server.house import House, Person

HOSTS = ("ana.example", "social.example", "github.com", "public.api.bsky.app")
LOOKUP = "https://social.example/api/v1/accounts/lookup?acct=ana"
PROFILE = "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor=did%3Aplc%3Aana"


@dataclass
class World:
    house: House
    sites: Sites
    ana: Person
    records: dict[str, list[str]] = field(default_factory=dict)

    def handle(self, pasted: str, network: str | None = None, whose: Person | None = None) -> UUID:
        owner = whose or self.ana
        return self.house.db.write_now(lambda s: add_handle(s, owner.id, pasted, network).id)

    def look(self, handle: UUID, whose: Person | None = None) -> int:
        self.forget_checks()
        owner = whose or self.ana
        return owner.client.put(f"/me/handles/{handle}/proof").status_code

    def is_proven(self, handle: UUID, whose: Person | None = None) -> bool:
        me = (whose or self.ana).client.get("/api/v1/me").json()
        return bool(next(h["verified"] for h in me["handles"] if h["id"] == str(handle)))

    def forget_checks(self, ago: timedelta = timedelta(minutes=1)) -> None:
        def change(session: Session) -> None:
            session.execute(update(HandleProof).values(checked_at=now() - ago))

        self.house.db.write_now(change)

    def code(self) -> str:
        """As Ana's own page tells it once somebody has looked."""
        found = re.search("FH-[0-9A-Z]{16}", self.ana.client.get("/me").text)
        assert found
        return found[0]

    def page(self) -> str:
        return f"{self.house.settings.base_url}/proof/{self.code()}"

    def recheck(self) -> None:
        recheck(self.house.db, self.house.app.state.looker, self.house.settings.base_url)


@pytest.fixture
def world(house: House, tmp_path: Path) -> Iterator[World]:
    with https_sites(tmp_path, *HOSTS) as sites:
        world = World(house, sites, house.person())
        fetcher = Fetcher(lambda _: True, sites.resolve, sites.port, sites.trust, seconds=2)
        before = house.app.state.looker
        house.app.state.looker = Looker(fetcher, lambda name: world.records.get(name, []))
        yield world
        house.app.state.looker = before


def test_a_website_is_proven_by_a_link_each_way(world: World) -> None:
    site = world.handle("https://ana.example")
    world.sites.put("https://ana.example/", "nothing yet")
    world.look(site)
    assert not world.is_proven(site)
    assert "There is no link to your proof page" in world.ana.client.get("/me").text
    page = world.page()
    world.sites.put("https://ana.example/", f'<a rel="me" href="{page}">me</a>')
    world.look(site)
    assert world.is_proven(site)
    public = world.house.client().get(page.removeprefix(world.house.settings.base_url))
    assert '<a rel="me noopener" href="https://ana.example">' in public.text.replace('/">', '">')


def test_a_mastodon_profile_is_proven_by_its_fields(world: World) -> None:
    handle = world.handle("@ana@social.example")
    world.sites.put(LOOKUP, json.dumps({"id": "1", "note": "<p>Hi</p>", "fields": []}))
    world.look(handle)
    assert not world.is_proven(handle)
    link = f'<a href="{world.page()}" rel="me nofollow noopener">there</a>'
    shown = {"id": "1", "note": "", "fields": [{"name": "Firsthand", "value": link}]}
    world.sites.put(LOOKUP, json.dumps(shown))
    world.look(handle)
    assert world.is_proven(handle)


def test_a_profile_and_a_proven_website_that_link_to_each_other_are_enough(world: World) -> None:
    site, handle = world.handle("https://ana.example"), world.handle("@ana@social.example")
    shown = {"note": '<a href="https://ana.example" rel="me">home</a>'}
    world.sites.put(LOOKUP, json.dumps(shown))
    world.look(handle)
    links = f'<a rel="me" href="{world.page()}"></a>'
    world.sites.put("https://ana.example/", links)
    world.look(site)
    world.look(handle)
    assert (world.is_proven(site), world.is_proven(handle)) == (True, False)
    links += '<a rel="me" href="https://social.example/@ana"></a>'
    world.sites.put("https://ana.example/", links)
    world.look(handle)
    assert world.is_proven(handle)


def test_a_github_profile_is_proven_by_the_code_in_its_text(world: World) -> None:
    handle = world.handle("https://github.com/ana")
    world.sites.put("https://github.com/ana", "<p>Hello")
    world.look(handle)
    world.sites.put("https://github.com/ana", f"<p>Hello, {world.code().lower()}!")
    world.look(handle)
    assert world.is_proven(handle)


def test_the_code_in_a_website_s_text_proves_nothing(world: World) -> None:
    site = world.handle("https://ana.example")
    world.look(site)
    world.sites.put("https://ana.example/", f"<p>A stranger's comment: {world.code()}")
    world.look(site)
    assert not world.is_proven(site)


@pytest.mark.parametrize("way", ["dns", "well-known"])
def test_a_bluesky_name_is_led_to_its_id_and_proven_by_the_code(world: World, way: str) -> None:
    handle = world.handle("ana.example", "bluesky")
    if way == "dns":
        world.records["_atproto.ana.example"] = ["v=spf1", "did=did:plc:ana"]
    else:
        world.sites.put("https://ana.example/.well-known/atproto-did", "did:plc:ana\n")
    profile = {"did": "did:plc:ana", "handle": "ana.example"}
    world.sites.put(PROFILE, json.dumps(profile))
    world.look(handle)
    assert not world.is_proven(handle)
    world.sites.put(PROFILE, json.dumps({**profile, "description": f"I am {world.code()}"}))
    world.look(handle)
    assert world.is_proven(handle)


def test_a_bluesky_name_that_is_a_proven_domain_is_proven(world: World) -> None:
    site, handle = world.handle("https://ana.example"), world.handle("ana.example", "bluesky")
    world.records["_atproto.ana.example"] = ["did=did:plc:ana"]
    world.look(site)
    world.sites.put("https://ana.example/", f'<a rel="me" href="{world.page()}"></a>')
    world.look(site)
    world.look(handle)
    assert world.is_proven(handle)


def test_somebody_else_s_link_proves_nothing_for_me(world: World) -> None:
    ben = world.house.person("Ben Carter")
    mine, his = world.handle("https://ana.example"), world.handle("https://ana.example", None, ben)
    world.look(mine)
    world.sites.put("https://ana.example/", f'<a rel="me" href="{world.page()}"></a>')
    world.look(his, ben)
    assert not world.is_proven(his, ben)


def test_a_proof_that_vanishes_is_looked_for_again_and_withdrawn(world: World) -> None:
    site = world.handle("https://ana.example")
    world.look(site)
    world.sites.put("https://ana.example/", f'<a rel="me" href="{world.page()}"></a>')
    world.look(site)
    world.sites.put("https://ana.example/", "gone")
    world.recheck()
    assert world.is_proven(site), "nobody looks every minute"
    world.forget_checks(timedelta(days=8))
    world.recheck()
    assert world.is_proven(site), "a page may be under repair"
    _fail_since(world, timedelta(days=1))
    world.forget_checks(timedelta(days=2))
    world.recheck()
    assert not world.is_proven(site)


def test_a_server_that_is_away_for_some_days_costs_nobody_their_proof(world: World) -> None:
    site = world.handle("https://ana.example")
    world.look(site)
    world.sites.put("https://ana.example/", f'<a rel="me" href="{world.page()}"></a>')
    world.look(site)
    world.sites.put("https://ana.example/", _unavailable)
    for days in (3, 15):
        world.forget_checks(timedelta(days=8))
        world.recheck()
        _fail_since(world, timedelta(days=days))
        world.forget_checks(timedelta(days=8))
        world.recheck()
        assert world.is_proven(site) is (days == 3)


def test_each_due_proof_is_looked_at_by_one_replica_alone(world: World) -> None:
    site = world.handle("https://ana.example")
    world.look(site)
    world.sites.put("https://ana.example/", f'<a rel="me" href="{world.page()}"></a>')
    world.look(site)
    world.forget_checks(timedelta(days=8))
    world.sites.asked.clear()
    world.recheck()
    world.recheck()
    assert world.sites.asked == [("ana.example", "/")]


def test_withdrawing_takes_the_handle_off_the_page(world: World) -> None:
    site = world.handle("https://ana.example")
    world.look(site)
    page = world.page()
    world.sites.put("https://ana.example/", f'<a rel="me" href="{page}"></a>')
    world.look(site)
    world.ana.client.delete(f"/me/handles/{site}/proof")
    assert not world.is_proven(site)
    public = world.house.client().get(page.removeprefix(world.house.settings.base_url))
    assert "ana.example" not in public.text


def test_the_proof_page_shows_no_handle_that_nobody_asked_to_prove(world: World) -> None:
    world.handle("@secret@social.example")
    site = world.handle("https://ana.example")
    world.look(site)
    path = world.page().removeprefix(world.house.settings.base_url)
    text = world.house.client().get(path).text
    assert "ana.example" in text
    assert "secret" not in text


@pytest.mark.parametrize("code", ["FH-0000000000000000", "nonsense", "FH-%00"])
def test_an_unknown_proof_page_is_not_found(world: World, code: str) -> None:
    assert world.house.client().get(f"/proof/{code}").status_code == 404


def test_only_the_owner_asks_and_not_all_the_time(world: World) -> None:
    site = world.handle("https://ana.example")
    ben = world.house.person("Ben Carter")
    assert ben.client.put(f"/me/handles/{site}/proof").status_code == 404
    assert ben.client.delete(f"/me/handles/{site}/proof").status_code == 404
    assert world.ana.client.put(f"/me/handles/{site}/proof").status_code == 303
    assert world.ana.client.put(f"/me/handles/{site}/proof").status_code == 429
    x = world.handle("@ana", "x")
    assert world.ana.client.put(f"/me/handles/{x}/proof").status_code == 400


def _fail_since(world: World, ago: timedelta) -> None:
    def change(session: Session) -> None:
        session.execute(update(HandleProof).values(failed_since=now() - ago))

    world.house.db.write_now(change)


def _unavailable(handler: BaseHTTPRequestHandler) -> None:
    handler.send_error(503)
