"""Commands about one person: account, token, ties."""

from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from firsthand.accounts.addresses import read_email, read_name
from firsthand.accounts.models import Account
from firsthand.accounts.sessions import end_sessions
from firsthand.accounts.signing_in import SCOPES, make_link_token
from firsthand.accounts.tokens import make_api_token, revoke_token, tokens_of
from firsthand.attendees.membership import claim_by_email
from firsthand.cli.opening import account_id_of, opened
from firsthand.db import new_id
from firsthand.events.staff import take_up_roles
from firsthand.problems import Conflict
from firsthand.settings import read_settings
from firsthand.ties.import_job import import_files
from firsthand.ties.models import ImportState


@click.group()
def account() -> None:
    """Accounts, for a server without mail."""


@account.command("add")
@click.argument("email")
@click.option("--name", required=True, help="What others call this person.")
def account_add(email: str, name: str) -> None:
    """Make an account; its e-mail counts as verified."""
    with opened() as db:
        db.write_now(_add_account, email, name)
    click.echo(f"{read_email(email)} has an account now. Sign in: firsthand account link {email}")


def _add_account(session: Session, email: str, name: str) -> None:
    address = read_email(email)
    if session.scalar(select(Account.id).where(Account.email == address)):
        raise Conflict(f"There is an account with the address {address} already.")
    added = Account(id=new_id(), email=address, name=read_name(name))
    session.add(added)
    session.flush()
    claim_by_email(session, added.id)
    take_up_roles(session, added.id)


@account.command("link")
@click.argument("email")
def account_link(email: str) -> None:
    """Print a one-time sign-in link, good for a week."""
    base_url = read_settings().base_url
    with opened() as db:
        link = db.write_now(make_link_token, email)
    click.echo(f"{base_url}/sign-in/link/{link}")


@account.command("sign-out")
@click.argument("email")
def account_sign_out(email: str) -> None:
    """Sign the account out of every browser; its tokens stay."""
    with opened() as db:
        db.write_now(end_sessions, db.read_now(account_id_of, email))
    click.echo(f"{read_email(email)} is signed out everywhere.")


@click.group()
def token() -> None:
    """Tokens for the JSON API."""


@token.command("add")
@click.argument("email")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(sorted(SCOPES)),
    help="What it may do; may be given several times. Default: everything.",
)
@click.option("--name", default="", help="What it is for, to know it by later.")
def token_add(email: str, scopes: tuple[str, ...], name: str) -> None:
    """Print a token, and nothing else."""
    with opened() as db:
        made = db.write_now(make_api_token, email, scopes, name)
    click.echo(made)


@token.command("list")
@click.argument("email")
def token_list(email: str) -> None:
    """One line for each token and feed: number, day, what it may do, name."""
    with opened() as db:
        account_id = db.read_now(account_id_of, email)
        for each in db.read_now(tokens_of, account_id):
            words = [each.number, f"{each.created_at:%Y-%m-%d}", ",".join(each.scopes), each.name]
            click.echo("  ".join(words).rstrip())


@token.command("revoke")
@click.argument("email")
@click.argument("number")
def token_revoke(email: str, number: str) -> None:
    """End the token or feed with this number (see: firsthand token list)."""
    with opened() as db:
        account_id = db.read_now(account_id_of, email)
        db.write_now(revoke_token, account_id, number)
    click.echo(f"{number} opens nothing any more.")


@click.group()
def ties() -> None:
    """What people bring from their networks."""


@ties.command("import")
@click.argument("email")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, readable=True, path_type=Path)
)
def ties_import(email: str, files: tuple[Path, ...]) -> None:
    """Import an archive as the network gave it: its zip, or files of it."""
    with opened() as db:
        owner_id = db.read_now(account_id_of, email)
        report = import_files(db, owner_id, files)
    problems = [f"{problem['where']}: {problem['what']}" for problem in report.problems]
    if report.state != ImportState.DONE:
        raise click.ClickException(" ".join(problems))
    for problem in problems:
        click.echo(problem, err=True)
    click.echo(
        f"{report.format}: {report.added} added, {report.updated} updated, "
        f"{report.unchanged} unchanged; {report.unresolved} known by a number or a name only, "
        f"{report.skipped} skipped"
    )
