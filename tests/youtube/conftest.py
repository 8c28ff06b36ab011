"""Access to stand-ins, and a client whose requests and units can be counted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from catalogtool.core import db
from catalogtool.core.db import unit_of_work
from catalogtool.youtube.access import Access
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.quota import RateLimiter
from tests.databases import new_database
from tests.sandbox.running import Sandbox, running_sandbox


def access_to(url: str, *, refresh_token: str = "refresh", owner: str | None = None) -> Access:
    """Everything at one address."""
    return Access(
        client_id="client",
        client_secret="secret",
        refresh_token=refresh_token,
        token_url=url,
        data_url=url,
        partner_url=url,
        reporting_url=url,
        content_owner=owner,
        is_sandbox=True,
    )


def units_counted() -> tuple[int, int, int]:
    """What the ledger holds: units of reading, units of writing, requests."""
    query = """SELECT coalesce(sum(read_units), 0), coalesce(sum(write_units), 0),
        coalesce(sum(requests), 0) FROM quota_usage"""
    with unit_of_work() as session:
        read, write, requests = session.execute(text(query)).one()
    return int(read), int(write), int(requests)


@pytest.fixture(scope="session")
def one_database(server: str, template: str) -> Iterator[str]:
    with new_database(server, template) as url:
        yield url


@pytest.fixture
def database(one_database: str) -> Iterator[str]:
    """One database for all tests here, with an empty ledger for each: half of their time."""
    engine = db.connect(one_database)
    with unit_of_work() as session:
        session.execute(text("TRUNCATE quota_usage, quota_state"))
    yield one_database
    engine.dispose()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(videos=2000) as running:
        yield running


@pytest.fixture
def youtube(database: str, sandbox: Sandbox) -> Iterator[YouTube]:
    """A client of the sandbox with the usual quota and no delay."""
    client = YouTube(access_to(sandbox.url), RateLimiter(9500, 0.0))
    yield client
    client.close()
