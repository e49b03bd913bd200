"""``firsthand demo``: a living conference on this machine."""

from pathlib import Path

import click

from firsthand.demo.running import run_demo


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
    help="Answer phones in this network too, over https with a certificate made here.",
)
def demo(port: int, data: Path, lan: bool) -> None:
    """Run a seeded conference to look around in; prints sign-in links."""
    run_demo(data, port, lan=lan)
