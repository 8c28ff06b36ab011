"""What tests of the ranks share: a catalogue to be written to, ranks of it, and lists to slice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
from sqlalchemy import Connection, select, text

from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.index_walk import sort_listed
from catalogtool.catalog.search.known.memory import memory_of
from catalogtool.catalog.search.known.order import load_ranks
from catalogtool.catalog.search.known.ranks import UNKNOWN, Ranks
from catalogtool.catalog.search.ordering import ordering_of
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.search.ranked import slice_by_ranks
from catalogtool.catalog.search.request import SORT_FIELDS
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import reading, unit_of_work
from tests.catalog.sample_catalogue import insert_samples, make_samples

VIDEOS = 400
# To move videos to and fro, into ties and out of them, and to where those without a value are.
WRITES = (
    "UPDATE video SET title = 'Live ' || id % 5 WHERE id % {n} = {m}",
    "UPDATE video SET title = NULL, category = NULL WHERE id % {n} = {m}",
    "UPDATE video SET updated_at = now(), category = 'Film' WHERE id % {n} = {m}",
    "UPDATE video SET updated_at = '1999-01-01Z', title = '夜' WHERE id % {n} = {m}",
    "UPDATE video SET time_published = now() - id * interval '1 hour' WHERE id % {n} = {m}",
    "UPDATE video SET time_published = NULL, video_length = 60 WHERE id % {n} = {m}",
    "UPDATE video SET video_length = nullif(id % 400, 0) WHERE id % {n} = {m}",
    "UPDATE video SET channel_display_name = CASE WHEN id % 2 = 0 THEN 'Alpha' ELSE 'Quiet' END"
    " WHERE id % {n} = {m}",
    "UPDATE video SET channel_display_name = NULL, hidden = NOT hidden WHERE id % {n} = {m}",
    "UPDATE video_counter SET views = views + 1 WHERE video_pk % {n} = {m}",
    "UPDATE video_counter SET views = NULL WHERE video_pk % {n} = {m}",
    "UPDATE video_counter SET views = 7, last_synced = now() WHERE video_pk % {n} = {m}",
    "UPDATE video_counter SET last_synced = NULL WHERE video_pk % {n} = {m}",
    "UPDATE video_counter SET last_synced = '2026-03-01Z', views = 0 WHERE video_pk % {n} = {m}",
    "DELETE FROM video WHERE id % (10 * {n}) = {m}",
    "WITH new AS (INSERT INTO video (video_id, title, video_length)"
    " SELECT left(md5(random()::text), 15), 'new ' || n % 3, n FROM generate_series(1, 60 / {n}) n"
    " RETURNING id) INSERT INTO video_counter (video_pk, views) SELECT id, id % 9 FROM new",
    # Only later do they have counters.
    "INSERT INTO video (video_id) SELECT left(md5(random()::text), 15)",
    "INSERT INTO video_counter (video_pk, views) SELECT id, 7 FROM video"
    " WHERE NOT EXISTS (SELECT FROM video_counter WHERE video_pk = id)",
)


def fill() -> None:
    """400 videos, of which some have no counters; there is room for more among their ids."""
    with unit_of_work() as session:
        insert_samples(session, make_samples(5, VIDEOS))
        session.execute(text("SELECT setval(pg_get_serial_sequence('video', 'id'), 1000)"))
        session.execute(text("DELETE FROM video_counter WHERE video_pk % 60 = 7"))


def a_write(chance: Random) -> str:
    """A random statement of those."""
    n = chance.choice((2, 7, 30, 30, 200))
    return chance.choice(WRITES).format(n=n, m=chance.randrange(n))


def load(field: str, videos: int = VIDEOS) -> Ranks | None:
    """The ranks as they are now."""
    with reading() as connection:
        _, state = memory_of(connection).look(connection, Filters())
        return load_ranks(connection, field, replace(state, videos=videos))


def loaded(field: str) -> Ranks:
    """The same where there must be some."""
    found = load(field)
    assert found is not None
    return found


def knows_all_orders(connection: Connection) -> None:
    """Let the process have all at hand, but for the places of some, as if they had been written."""
    memory = memory_of(connection)
    _, state = memory.look(connection, Filters())
    memory.load_column(connection)
    for field in SORT_FIELDS:
        memory.load_ranks(connection, state, field)
        ranks = memory.ranks(connection, state, field)
        assert ranks is not None
        ranks._ranks[::50] = UNKNOWN


def in_order(field: str) -> list[Position]:
    """All videos in ascending order; those without a value come last."""
    by = ordering_of(field)
    with unit_of_work() as session:
        rows = select(by.value, by.id).order_by(by.value.asc().nulls_last(), by.id)
        return [Position(value, number) for value, number in session.execute(rows)]


def a_reading(chance: Random, field: str) -> Reading:
    """One of the four."""
    return Reading(ordering_of(field), chance.random() < 0.5, chance.random() < 0.5)


def a_part(chance: Random, rows: Sequence[Position], number: int) -> Slice:
    """Some slice: from the first one, or behind any video of the catalogue."""
    limit = chance.choice((1, 3, 20))
    if chance.random() < 0.5 or not rows:
        return Slice(None, chance.randint(0, number + 2), limit)
    return Slice(chance.choice(rows), 0, limit)


def some_of(chance: Random, ids: Sequence[int]) -> Int64s:
    """A list of some of them."""
    share = chance.choice((0.1, 0.5, 1))
    return np.array(sorted(one for one in set(ids) if chance.random() < share), np.int64)


def by_ranks(
    ranks: Ranks, read: Reading, ids: Int64s | Sequence[int], part: Slice
) -> list[Position] | None:
    """The slice by the ranks."""
    with reading() as connection:
        return slice_by_ranks(connection, ranks, read, np.asarray(ids, np.int64), part)


def by_sorting(read: Reading, ids: Int64s | Sequence[int], part: Slice) -> list[Position]:
    """The slice as it is."""
    with reading() as connection:
        return sort_listed(connection, read, np.asarray(ids, np.int64), part)
