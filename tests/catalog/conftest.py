"""One made-up catalogue for all tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from tests.catalog.sample_catalogue import Sample, insert_samples, make_samples
from tests.databases import new_database


class Catalogue(NamedTuple):
    """The same videos twice: as plain values and in a database."""

    samples: list[Sample]
    engine: Engine

    def __repr__(self) -> str:
        return f"<{len(self.samples)} videos>"


@pytest.fixture(scope="session")
def catalogue(server: str, template: str) -> Iterator[Catalogue]:
    """300 videos; nobody may change them."""
    samples = make_samples(7, 300)
    with new_database(server, template) as url:
        target = make_url(url).set(drivername="postgresql+psycopg")
        engine = create_engine(target, connect_args={"options": "-c timezone=UTC"})
        with Session(engine) as session, session.begin():
            insert_samples(session, samples)
            session.execute(text("ANALYZE"))
        yield Catalogue(samples, engine)
        engine.dispose()
