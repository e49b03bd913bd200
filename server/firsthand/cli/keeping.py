"""Commands of whoever runs the server: serve, migrate, export, import, backup, doctor."""

import os
import zipfile
from pathlib import Path

import click

from firsthand import serving
from firsthand.accounts.acts import Act, note
from firsthand.backup import back_up
from firsthand.cli.opening import account_id_of, opened
from firsthand.db import now
from firsthand.doctor import examine
from firsthand.migrations import upgrade
from firsthand.retention import clean_up
from firsthand.settings import read_database_url, read_settings
from firsthand.taking_in.job import take_in_file
from firsthand.taking_out import write_everything
from firsthand.ties.models import ImportState

_AFRESH = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


@click.command()
def serve() -> None:
    """Run the production server as the environment says."""
    settings = read_settings()
    serving.check_ready(settings)
    click.echo(f"Firsthand at {settings.base_url} (listening on {settings.host}:{settings.port})")
    serving.serve(settings)


@click.command("clean-up")
def clean_up_() -> None:
    """Erase now what is kept no longer; a running server does so every hour."""
    with opened() as db:
        erased = clean_up(db, now())
    click.echo(f"{erased:,} rows lost what was kept no longer.")


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    upgrade(read_database_url())
    click.echo("The database is up to date.")


@click.command()
@click.argument("email")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
def export(email: str, output: Path) -> None:
    """Everything of one account, as JSON in a zip."""
    if output.exists():
        raise click.ClickException(f"{output} is there already.")
    with opened() as db:
        owner_id = db.read_now(account_id_of, email)
        db.write_now(note, owner_id, Act.EXPORT_TAKEN)
        unfinished = output.with_name(f"{output.name}.part")
        try:
            # Everything that is private stands in it: only who runs this may read it.
            with (
                os.fdopen(os.open(unfinished, _AFRESH, 0o600), "wb") as out,
                zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
                archive.open("firsthand.json", "w", force_zip64=True) as file,
            ):
                db.read_now(write_everything, owner_id, file)
            unfinished.rename(output)
        finally:
            unfinished.unlink(missing_ok=True)
    click.echo(f"{output} holds everything of {email}.")


@click.command("import")
@click.argument("email")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(email: str, file: Path) -> None:
    """Bring what export has made into an account that has nobody yet."""
    with opened() as db:
        brought = take_in_file(db, db.read_now(account_id_of, email), file)
    if brought.state != ImportState.DONE:
        raise click.ClickException(" ".join(problem["what"] for problem in brought.problems))
    for problem in brought.problems:
        click.echo(f"{problem['where']}: {problem['what']}", err=True)
    click.echo(f"{brought.added} people came in, with everything of theirs.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """A consistent copy of the database, while the server runs."""
    back_up(read_database_url(), file)
    click.echo(f"{file} is a whole copy of the database.")


@click.command()
def doctor() -> None:
    """Say what is well and what is not."""
    findings = examine()
    for finding in findings:
        click.echo(f"{'ok  ' if finding.well else 'BAD '} {finding.words}")
    if not all(finding.well for finding in findings):
        raise SystemExit(1)
