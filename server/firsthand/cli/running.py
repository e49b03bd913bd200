"""Commands about an event: event, attendees, badges."""

from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.badges.geometry import DEFAULT_LAYOUT, LAYOUTS
from firsthand.cli.opening import account_id_of, opened
from firsthand.events.models import Event
from firsthand.events.verbs import EventDraft, add_event
from firsthand.organising.badge_sheet import print_event_badges, unprintable_words
from firsthand.organising.list_reading import LARGEST_LIST
from firsthand.organising.lists import import_file, read_listed
from firsthand.organising.removal_links import removal_key
from firsthand.problems import NotFound
from firsthand.settings import read_code_secret, read_settings


@click.group()
def event() -> None:
    """Events."""


@event.command("add")
@click.argument("slug")
@click.option("--name", required=True)
@click.option("--starts", required=True, help="First day, like 2026-11-23.")
@click.option("--ends", required=True, help="Last day.")
@click.option("--timezone", required=True, help="Like Europe/Paris.")
@click.option("--organiser", required=True, help="The e-mail of an account.")
def event_add(slug: str, name: str, starts: str, ends: str, timezone: str, organiser: str) -> None:
    """Make an event that an account runs."""
    with opened() as db:
        organiser_id = db.read_now(account_id_of, organiser)
        draft = EventDraft(name, starts, ends, timezone, slug)
        made = db.write_now(add_event, organiser_id, draft)
    click.echo(f"{made.slug} is there, run by {organiser}.")


@click.group()
def attendees() -> None:
    """An event's attendees."""


@attendees.command("import")
@click.argument("slug", metavar="EVENT")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--listed",
    type=click.Choice(["all", "none"]),
    help="all: you affirm that everybody agreed to be listed to other attendees.",
)
def attendees_import(slug: str, file: Path, listed: str | None) -> None:
    """Import a CSV with the columns name, email, headline, company, listed, ticket, x, ..."""
    with opened() as db:
        event_id = db.read_now(_event_id, slug)
        # One byte too many is enough to be refused.
        with file.open("rb") as opened_file:
            body = opened_file.read(LARGEST_LIST + 1)
        secret = read_code_secret()
        key = removal_key(secret) if secret else None
        report = import_file(db, event_id, body, read_listed(listed or ""), key)
    for problem in report.problems:
        click.echo(f"{problem.where}: {problem.what}", err=True)
    if listed == "all":
        click.echo("You have affirmed that everybody on this list agreed to be listed.")
    click.echo(
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, "
        f"{report.skipped} skipped"
    )
    if report.removed:
        click.echo(f"{report.removed} asked to be removed from this event and are left out")


@click.command()
@click.argument("slug", metavar="EVENT")
@click.option("--layout", type=click.Choice(sorted(LAYOUTS)), default=DEFAULT_LAYOUT)
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
def badges(slug: str, layout: str, output: Path) -> None:
    """Print an event's badges into a PDF."""
    settings = read_settings()
    output.absolute().parent.stat()
    with opened() as db:
        printed = print_event_badges(db, settings, slug, layout, output)
    click.echo(f"{printed.badges} badges in {output}")
    if printed.unprintable:
        click.echo(unprintable_words(printed), err=True)


def _event_id(session: Session, slug: str) -> UUID:
    event_id = session.scalar(select(Event.id).where(Event.slug == slug))
    if event_id is None:
        raise NotFound(f"There is no event {slug}.")
    return event_id
