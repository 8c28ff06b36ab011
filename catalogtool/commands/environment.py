"""What every command does first: read the settings, find the database, set up the logs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from catalogtool.core import db, postgres
from catalogtool.core.log import configure_logging
from catalogtool.core.migrate import upgrade
from catalogtool.core.settings import Settings


def load_settings() -> Settings:
    """The settings with their secrets; SettingsError names every variable that is wrong."""
    settings = Settings.load().with_secrets()
    configure_logging(settings.log_level, settings.log_format)
    return settings


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The database's URL: the one that is set, else the embedded server's for this block.

    The URL goes into the settings and the environment, so that child processes find it too.
    """
    if settings.database_url:
        yield settings.database_url
        return
    with postgres.running(settings.catalog_home) as url:
        settings.database_url = os.environ["DATABASE_URL"] = url
        if not settings.flask_skip_db_init:
            upgrade(url)
        yield url


@contextmanager
def connected(settings: Settings) -> Iterator[str]:
    """The database, and `unit_of_work()` ready to use it."""
    with database(settings) as url:
        engine = db.connect(url)
        try:
            yield url
        finally:
            engine.dispose()
