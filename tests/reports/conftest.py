"""A place to import reports into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogtool.core import db
from tests.databases import new_database
from tests.reports.importing import Imports


@pytest.fixture
def imports(database: str, tmp_path: Path) -> Imports:
    """An empty catalogue of its own."""
    return Imports(tmp_path)


@pytest.fixture(scope="module")
def shared_imports(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Imports]:
    """A catalogue that all tests of a module share."""
    with new_database(server, template) as url:
        engine = db.connect(url)
        yield Imports(tmp_path_factory.mktemp("shared"))
        engine.dispose()
