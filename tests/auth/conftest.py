"""The application for the tests of this folder."""

from __future__ import annotations

import pytest
from apiflask import APIFlask

from catalogtool.app import create_app
from catalogtool.core.settings import Settings


@pytest.fixture
def app(database: str, settings: Settings) -> APIFlask:
    """The web application on a fresh database."""
    settings.database_url = database
    return create_app(settings)
