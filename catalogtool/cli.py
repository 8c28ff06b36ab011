"""The command line: one group, a file in `commands/` for each of its parts."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy.exc import OperationalError

from catalogtool.commands.accounts import tokens, users
from catalogtool.commands.export import export_videos
from catalogtool.commands.import_reports import import_reports
from catalogtool.commands.make_report import make_report
from catalogtool.commands.sandbox import sandbox
from catalogtool.commands.schema import migrate
from catalogtool.commands.serve import up, web, worker
from catalogtool.commands.sync import sync
from catalogtool.core.errors import AppException
from catalogtool.core.postgres import EmbeddedPostgresError
from catalogtool.core.settings import SettingsError


class Commands(click.Group):
    """A group whose commands end with status 1 and one clear text when they cannot do it."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise click.ClickException(f"Some settings cannot be used:\n{error}") from None
        except (EmbeddedPostgresError, AppException) as error:
            raise click.ClickException(str(error)) from None
        except OperationalError as error:
            raise click.ClickException(f"The database: {error.orig}") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="catalogtool", prog_name="catalogtool")
def main() -> None:
    """Catalog Tool: YouTube rights reports in, a correct catalogue out."""


COMMANDS = (
    up,
    web,
    worker,
    migrate,
    import_reports,
    export_videos,
    sync,
    users,
    tokens,
    make_report,
    sandbox,
)

for command in COMMANDS:
    main.add_command(command)
