"""A catalogue of some videos as a report told them, beside a YouTube that knows the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from catalogtool.core import db
from catalogtool.core.settings import Settings
from catalogtool.youtube.client import YouTube
from tests.databases import new_database
from tests.reports.importing import Imports
from tests.sandbox.running import Sandbox
from tests.sync.pulling import MANY, SEED, connected


@pytest.fixture(scope="session")
def imported(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The name of a database to copy, and the folder of its reports."""
    folder = tmp_path_factory.mktemp("imported")
    with new_database(server, template) as url:
        engine = db.connect(url)
        Imports(folder).synthetic(MANY, "video_2026-01-01.csv", seed=SEED)
        engine.dispose()
        yield str(make_url(url).database), folder


@pytest.fixture
def place(
    server: str,
    imported: tuple[str, Path],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Imports, Sandbox, YouTube]]:
    """The catalogue, YouTube on the day of the report, and a client between them."""
    name, folder = imported
    with new_database(server, name) as url:
        engine = db.connect(url)
        with connected(settings, monkeypatch, seed=SEED, videos=MANY) as (sandbox, youtube):
            yield Imports(folder), sandbox, youtube
        engine.dispose()
