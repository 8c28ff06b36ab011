"""Made-up catalogues for all tests that only read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from catalogtool.catalog.search import lists
from catalogtool.catalog.search.known import column
from catalogtool.catalog.words import find
from catalogtool.catalog.words.index import index_texts
from catalogtool.catalog.words.tokens import PART_SIZE
from catalogtool.core.db import connect
from catalogtool.core.db import engine as bound_engine
from tests.catalog.asking_words import SOME_IDS, Words
from tests.catalog.plain_model import PlainModel
from tests.catalog.sample_catalogue import insert_samples, make_samples
from tests.databases import new_database


class Catalogue(NamedTuple):
    """The same videos twice: as plain values and in a database."""

    model: PlainModel
    engine: Engine
    url: str

    def __repr__(self) -> str:
        return f"<{len(self.model.videos)} videos>"


@pytest.fixture(scope="session")
def catalogue(server: str, template: str) -> Iterator[Catalogue]:
    """300 videos; nobody may change them."""
    with open_catalogue(server, template, 300) as opened:
        yield opened


@pytest.fixture(scope="module")
def large_catalogue(server: str, template: str) -> Iterator[Catalogue]:
    """5,000 videos: too many to sort them all for one page; nobody may change them."""
    with open_catalogue(server, template, 5_000) as opened:
        yield opened


@contextmanager
def open_catalogue(server: str, template: str, number: int) -> Iterator[Catalogue]:
    """So many videos in a database of their own, which is dropped afterwards."""
    samples = make_samples(7, number)
    with new_database(server, template) as url:
        target = make_url(url).set(drivername="postgresql+psycopg")
        engine = create_engine(target, connect_args={"options": "-c timezone=UTC"})
        with Session(engine) as session, session.begin():
            insert_samples(session, samples)
            session.execute(text("ANALYZE"))
        connect(url)
        index_texts()
        bound_engine().dispose()
        reader = engine.execution_options(isolation_level="AUTOCOMMIT")
        yield Catalogue(PlainModel(samples), reader, url)
        engine.dispose()


@pytest.fixture
def bare_videos(database: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection to videos without any text, of several parts; each statement commits."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO video (id, video_id) SELECT n, 'v' || n FROM unnest(%s::bigint[]) AS n",
            [SOME_IDS],
        )
        yield connection


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> Iterator[Words]:
    """Words are asked wherever they may tell, and limits may be changed."""
    spy = Words()
    monkeypatch.setattr(lists, "find_by_words", spy.find)
    monkeypatch.setattr(lists, "LEAST_COST", -1e9)
    # Ids of several parts are sparse where videos are few.
    monkeypatch.setattr(column, "FEW_IDS", 10 * PART_SIZE)
    # Limits are a part of the statement, which is made but once otherwise.
    monkeypatch.setattr(find, "_statement", find._statement.__wrapped__)
    yield spy
    assert spy.told
