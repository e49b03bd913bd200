"""``/feeds/<secret>/...``: the files of ``/api/v1`` by a private, revocable address.

The secret alone says whose; cookies are not looked at, and nothing can be changed here.
"""

from litestar import Router, get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from firsthand.accounts.tokens import owner_of_feed
from firsthand.api.files import follow_ups_ics, people_csv, people_vcf
from firsthand.dependencies import Db, TheSettings


@get("/contacts.vcf")
async def vcf_feed(db: Db, secret: FromPath[str], version: FromQuery[str] = "4.0") -> Stream:
    return people_vcf(db, await db.read(owner_of_feed, secret), version)


@get("/contacts.csv")
async def csv_feed(db: Db, secret: FromPath[str], layout: FromQuery[str] = "plain") -> Stream:
    return people_csv(db, await db.read(owner_of_feed, secret), layout)


@get("/follow-ups.ics")
async def calendar_feed(db: Db, settings: TheSettings, secret: FromPath[str]) -> Stream:
    return follow_ups_ics(db, await db.read(owner_of_feed, secret), settings.base_url)


def feed_router() -> Router:
    handlers = [vcf_feed, csv_feed, calendar_feed]
    return Router("/feeds/{secret:str}", route_handlers=handlers, include_in_schema=False)
