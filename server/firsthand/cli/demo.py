"""``firsthand demo``: a living conference on this machine."""

import secrets
from pathlib import Path

import click

from firsthand import serving
from firsthand.db import Database
from firsthand.demo.certificate import lan_addresses, local_certificate
from firsthand.demo.seed import DemoLinks, seed_demo
from firsthand.migrations import upgrade
from firsthand.settings import Settings, read_settings


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option(
    "--data",
    default=".demo",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the demo's database stands; delete it to start afresh.",
)
@click.option(
    "--lan",
    is_flag=True,
    help="Answer phones in this network too, over https with a certificate of its own.",
)
def demo(port: int, data: Path, lan: bool) -> None:
    """Run a seeded conference to look around in; prints sign-in links."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    host = lan_addresses()[0] if lan else "127.0.0.1"
    base_url = f"{'https' if lan else 'http'}://{host}:{port}"
    environment = {
        "FIRSTHAND_DATABASE_URL": f"sqlite:///{(data / 'firsthand.db').resolve()}",
        "FIRSTHAND_BASE_URL": base_url,
        "FIRSTHAND_SECRET_KEY": _secret_key(data),
        "FIRSTHAND_HOST": "0.0.0.0" if lan else "127.0.0.1",  # noqa: S104  # phones are asked for
        "FIRSTHAND_PORT": str(port),
    }
    settings = read_settings(environment)
    links = _prepare(settings, data)
    click.echo(f"\nThe demo is at {base_url}. Sign in with one click as\n")
    click.echo(f"  Ana, an attendee    {base_url}{links.attendee}")
    click.echo(f"  Olga, the organiser {base_url}{links.organiser}")
    click.echo(f"  Ben, an attendee    {base_url}{links.second}\n")
    if lan:
        click.echo("The certificate is this machine's own: a phone asks once whether to trust it.")
    click.echo("Ctrl-C ends it.")
    serving.serve(
        settings,
        target="firsthand.asgi:create_demo",
        certificate=local_certificate(data, lan_addresses()) if lan else None,
        environment=environment,
    )


def _prepare(settings: Settings, data: Path) -> DemoLinks:
    """The conference takes place today: one that was seeded on another day is made anew."""
    database = data / "firsthand.db"
    upgrade(settings.database_url)
    db = Database(settings.database_url)
    try:
        click.echo(f"Preparing a conference in {database} ...")
        return seed_demo(db, settings)
    finally:
        db.close()


def _secret_key(data: Path) -> str:
    file = data / "secret-key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()
