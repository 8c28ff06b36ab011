"""What every test may ask for: a real PostgreSQL, a session that leaves no trace, settings."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from passlib.hash import argon2
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from catalogtool.auth import service
from catalogtool.core import db
from catalogtool.core.migrate import upgrade
from catalogtool.core.settings import Settings
from tests.chromium import find_chromium
from tests.databases import new_database, own_server

LEFT_OUT = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of the one server of this run: TEST_DATABASE_URL, or an embedded one."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    with own_server() as url:
        yield url


@pytest.fixture(scope="session")
def template(server: str) -> Iterator[str]:
    """The name of a migrated database without rows."""
    with new_database(server) as url:
        upgrade(url)
        yield str(make_url(url).database)


@pytest.fixture
def database(server: str, template: str) -> Iterator[str]:
    """The URL of a fresh database; `unit_of_work()` uses it."""
    with new_database(server, template) as url:
        engine = db.connect(url)
        yield url
        engine.dispose()


@pytest.fixture(scope="session")
def shared_engine(server: str, template: str) -> Iterator[Engine]:
    """An engine on a database that stays empty, because its sessions are rolled back."""
    with new_database(server, template) as url:
        target = make_url(url).set(drivername="postgresql+psycopg")
        engine = create_engine(target, connect_args={"options": "-c timezone=UTC"})
        yield engine
        engine.dispose()


@pytest.fixture
def session(shared_engine: Engine) -> Iterator[Session]:
    """A session in a transaction that is rolled back; a commit inside ends a savepoint only."""
    with shared_engine.connect() as connection:
        transaction = connection.begin()
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as opened:
            yield opened
        transaction.rollback()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a fresh home, whatever the environment and a `.env` file of this machine say."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("SQLALCHEMY_DATABASE_URI", raising=False)
    monkeypatch.setenv("CATALOG_HOME", str(tmp_path / "home"))
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    return Settings.load().with_secrets()


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hashes are meant to be slow; ours and Flask-Security's are not while tests run."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(service, "HASHER", cheap)
        patch.setattr(argon2, "default_rounds", cheap.time_cost)
        patch.setattr(argon2, "memory_cost", cheap.memory_cost)
        patch.setattr(argon2, "parallelism", cheap.parallelism)
        yield


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser; tests that ask for it are left out where there is none."""
    found = find_chromium()
    assert found is not None
    return found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """See that all tests are run, but for those that need a browser where there is none."""
    name_apart(items)
    wanting = [item for item in items if "chromium" in getattr(item, "fixturenames", ())]
    for item in wanting:
        item.add_marker("browser")
    if wanting and find_chromium() is None:
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason="no browser"))
        config.stash[LEFT_OUT] = len(wanting)


def name_apart(items: list[pytest.Item]) -> None:
    """Give each test an id of its own.

    Of those with the same id only the first is run where they are spread over processes, and nobody
    notices. The fuzzer's have names that tell the route, but ids that do not.
    """
    for item in items:
        if item.parent is not None and not item.nodeid.endswith(item.name):
            item._id = type(item.id).parse(f"{item.parent.nodeid}::{item.name}")
    [(commonest, number)] = Counter(item.nodeid for item in items).most_common(1) or [("", 0)]
    if number > 1:
        raise pytest.UsageError(f"{number} tests have the id {commonest}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process that runs a part of the tests tells the one that started it."""
    if (told := getattr(session.config, "workeroutput", None)) is not None:
        told["left_out"] = session.config.stash.get(LEFT_OUT, 0)


class Parts:
    """Hears of the end of the processes that the tests are spread over."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Every part has collected all tests, and so knows the same number."""
        self.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_configure(config: pytest.Config) -> None:
    """Listen to the parts."""
    config.pluginmanager.register(Parts(config))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Say at the very end which tests were left out."""
    if hasattr(config, "workerinput"):
        return
    if count := config.stash.get(LEFT_OUT, 0):
        line = f"Left out: {count} browser tests, because neither Chromium nor Chrome was found"
        print(f"{line} (install one, or name it in CHROMIUM).")  # noqa: T201
