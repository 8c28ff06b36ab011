"""The report store of this process: opened once, since making an S3 client is slow."""

from __future__ import annotations

from functools import cache

from catalogtool.core.settings import Settings
from catalogtool.core.storage import Store, open_store


@cache
def settings_of_process() -> Settings:
    """The settings that jobs run with; the worker and the web read the same environment."""
    return Settings.load()


@cache
def report_store(location: str | None = None) -> Store:
    """The store with the report files; the setting's, unless another location is named."""
    settings = settings_of_process()
    return open_store(location or settings.report_store, settings)
