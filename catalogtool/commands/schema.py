"""`catalogtool migrate`: bring the database's schema up to date."""

from __future__ import annotations

import click

from catalogtool.commands.environment import database, load_settings
from catalogtool.core.migrate import upgrade


@click.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    with database(load_settings()) as url:
        upgrade(url)
    click.echo("The schema is up to date.")
