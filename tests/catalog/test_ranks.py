"""Ranks are the order of all videos, only coarser."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from catalogtool.catalog.search.known import column, order
from catalogtool.catalog.search.known.order import ranked
from catalogtool.catalog.search.known.ranks import ABSENT, UNKNOWN, VALUELESS
from catalogtool.catalog.search.ordering import ordering_of
from catalogtool.catalog.search.pages import Slice
from catalogtool.catalog.search.positions import Reading
from catalogtool.catalog.search.request import SORT_FIELDS
from tests.catalog.ranking import by_ranks, fill, in_order, load
from tests.catalog.remembering import execute

MANY = 10_000_000
# Of ten million videos, so many are as long a tie as a rank is wide.
WIDTH = MANY // order.RANKS
LARGEST_RANK = VALUELESS - 1


@pytest.fixture
def filled(database: str) -> None:
    """A database with 400 videos, of which some have no counters."""
    fill()


def begins_of(sizes: Any) -> NDArray[np.bool_]:
    """The marks of an order with ties of these lengths."""
    lengths = np.asarray(sizes, np.int64)
    begins = np.zeros(int(lengths.sum()), np.bool_)
    begins[np.cumsum(lengths) - lengths] = True
    return begins


def assert_coarse(begins: NDArray[np.bool_], most: int) -> None:
    """The ranks are `most` at most, and what else is said of them."""
    ranks, equal = ranked(begins)
    width = max(1, -(-len(begins) // order.RANKS))
    assert ranks.dtype == np.uint16
    assert len(ranks) == len(begins)
    assert len(equal) <= most
    if not len(begins):
        return
    steps = np.diff(ranks.astype(np.int64))
    assert ranks[0] == 0
    assert ranks[-1] == len(equal) - 1
    assert set(np.unique(steps).tolist()) <= {0, 1}
    # A new rank begins only where another value does.
    assert not steps[~begins[1:]].any()
    values = np.bincount(ranks[begins], minlength=len(equal))
    assert (equal == (values == 1)).all()
    sizes = np.bincount(ranks)
    assert sizes[~equal].max(initial=0) < 2 * width


@settings(max_examples=500, deadline=None)
@given(
    sizes=st.lists(st.sampled_from((1, 1, 2, 3, 7, 8, 20)), max_size=60), number=st.integers(1, 30)
)
@example(sizes=[], number=3)
@example(sizes=[5], number=3)
def test_neighbours_share_a_rank_and_those_with_one_value_always_do(
    sizes: list[int], number: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "RANKS", number)
        assert_coarse(begins_of(sizes), 3 * number)


SHAPES: dict[str, Any] = {
    "all differ": [1],
    "all are equal": [MANY],
    "ties that are just long": [WIDTH],
    "ties that are just short": [WIDTH - 1],
    "long ties with a single one in between": [WIDTH, 1],
    "long ties with short ones in between": [WIDTH, 1, WIDTH - 1],
    "a long tie within each stretch": [1, WIDTH, WIDTH - 2],
    "pairs and very long ones": [2] * 3 * WIDTH + [40 * WIDTH],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_two_bytes_tell_the_ranks_of_ten_millions(shape: str) -> None:
    pattern = SHAPES[shape]
    sizes = np.tile(pattern, -(-MANY // sum(pattern)))
    assert_coarse(begins_of(sizes)[:MANY], LARGEST_RANK + 1)


def test_so_do_they_for_ties_of_random_lengths() -> None:
    chance = np.random.default_rng(1)
    lengths = np.array([1, 2, WIDTH // 2, WIDTH - 1, WIDTH, WIDTH + 1, 3 * WIDTH])
    sizes = chance.choice(lengths, 3 * MANY // WIDTH, p=(0.3, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1))
    begins = begins_of(sizes)
    assert len(begins) > MANY
    assert_coarse(begins[:MANY], LARGEST_RANK + 1)


def test_the_order_of_each_sort_is_read(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces, numbers = (7, 1, 500_000), (9, 100, 20_000)
    for piece, number, field in product(pieces, numbers, SORT_FIELDS):
        monkeypatch.setattr(order, "PIECE", piece)
        monkeypatch.setattr(order, "RANKS", number)
        rows = in_order(field)
        known = [row for row in rows if row.value is not None]
        values = [row.value for row in known]
        begins = [True, *(values[n] != values[n - 1] for n in range(1, len(values)))]
        ranks, equal = ranked(np.array(begins))
        expected = dict(zip((row.id for row in known), ranks.tolist(), strict=True))
        expected |= {row.id: VALUELESS for row in rows if row.value is None}
        found = load(field)
        assert found is not None
        told = found._of(np.arange(-1, 1_005, dtype=np.int64)).tolist()
        absent = [ABSENT] * len(found._ranks) + [UNKNOWN] * 1_005
        assert told[1:] == [expected.get(n, absent[n]) for n in range(1_005)], field
        assert found._equal.tolist() == equal.tolist()
        assert not found.is_stale


def test_the_length_may_be_that_of_a_few_pieces(
    filled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = in_order("title")
    for videos in (len(rows), sum(row.value is not None for row in rows)):
        monkeypatch.setattr(order, "PIECE", videos)
        found = load("title")
        assert found is not None
        told = found._of(np.array([row.id for row in rows], np.int64))
        assert UNKNOWN not in told.tolist()


def test_what_nobody_has_a_value_for(filled: None) -> None:
    execute("UPDATE video SET title = NULL")
    found = load("title")
    assert found is not None
    assert not len(found._equal)
    read = Reading(ordering_of("title"), descending=False)
    places = by_ranks(found, read.backwards, range(1, 401), Slice(None, 7, 3))
    assert places is not None
    assert [place.id for place in places] == [393, 392, 391]


def test_sparse_ids_have_none(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column, "FEW_IDS", 1_000)
    add = "INSERT INTO video (id, video_id) OVERRIDING SYSTEM VALUE VALUES ({}, '{}')"
    execute(add.format("1599", "near"))
    assert load("title") is not None
    for far in ("1604", "1000000000000", "0 - 1"):
        execute(add.format(far, "far"))
        assert load("title") is None
        assert load("views") is None
        execute("DELETE FROM video WHERE video_id = 'far'")
        assert load("title") is not None


def test_an_empty_catalogue_has_them_too(database: str) -> None:
    loaded = [(field, load(field, 0)) for field in SORT_FIELDS]
    execute("INSERT INTO video (id, video_id) OVERRIDING SYSTEM VALUE VALUES (5, 'first')")
    execute("INSERT INTO video_counter (video_pk) VALUES (5)")
    nothing: list[int] = []
    for (field, found), ids in product(loaded, (nothing, [5])):
        assert found is not None
        places = by_ranks(found, Reading(ordering_of(field), True), ids, Slice(None, 0, 3))
        assert places is not None
        assert [place.id for place in places] == ids


def test_an_id_below_all_others_is_not_known(filled: None) -> None:
    add = "INSERT INTO video (id, video_id, title) OVERRIDING SYSTEM VALUE VALUES ({}, '{}', '{}')"
    execute(add.format(0, "zero", "a"))
    found = load("title")
    assert found is not None
    execute(add.format("0 - 1", "below", "z"))
    assert found._of(np.array([-1], np.int64)).tolist() == [UNKNOWN]
