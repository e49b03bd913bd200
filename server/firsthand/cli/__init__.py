"""The command line: ``firsthand --help``."""

import sys
import warnings

import click
from sqlalchemy.exc import SQLAlchemyError

from firsthand import __version__
from firsthand.assets import AssetsMissing
from firsthand.cli.demo import demo
from firsthand.cli.keeping import backup, clean_up_, doctor, export, import_, migrate, serve
from firsthand.cli.people import account, ties, token
from firsthand.cli.running import attendees, badges, event
from firsthand.db import DatabaseUnavailable
from firsthand.problems import Refused
from firsthand.settings import SettingsProblem


class _OneLine(click.Group):
    """Whatever goes wrong is one clear line and exit code 1, never a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            said = [f"{name}: {what}" for name, what in refusal.fields.items()]
            raise click.ClickException(" ".join(said) or refusal.detail) from None
        except (SettingsProblem, AssetsMissing, DatabaseUnavailable, OSError) as problem:
            raise click.ClickException(str(problem)) from None
        except SQLAlchemyError as problem:
            first_line = str(getattr(problem, "orig", problem)).splitlines()[0]
            raise click.ClickException(f"The database does not answer: {first_line}") from None


@click.group(cls=_OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="firsthand")
def main() -> None:
    """Make connections online, build relationships offline."""
    if not sys.warnoptions:
        # Warnings are for those who work on Firsthand, not for those who run it.
        warnings.simplefilter("ignore")


for command in (
    account,
    attendees,
    backup,
    badges,
    clean_up_,
    demo,
    doctor,
    event,
    export,
    import_,
    migrate,
    serve,
    ties,
    token,
):
    main.add_command(command)
