"""A window holds the slice of a list and little else, whatever is known of the videos' places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogtool.catalog.search.cursors import Position
from catalogtool.catalog.search.known import slices
from catalogtool.catalog.search.known.slices import MOST_UNKNOWN, Listed, Window

many_examples = settings(max_examples=1_000, deadline=None)
UNKNOWN = -1


@dataclass(frozen=True)
class Model:
    """A catalogue in the order of reading; which of its videos are listed, and what is told."""

    rows: list[Position]
    places: dict[int, int]
    equal: list[bool]
    listed: set[int]
    forward: bool
    gone: set[int]

    @property
    def told(self) -> Listed:
        """The list as it is given to be sliced, among it what has been deleted meanwhile."""
        ids = sorted(self.listed | self.gone)
        places = [self.places.get(number, UNKNOWN) for number in ids]
        return Listed(
            np.array(ids, np.int64),
            np.array(places, np.int32),
            np.array(self.equal, np.bool_),
            self.forward,
        )

    @property
    def whole(self) -> list[Position]:
        """All of the list, in the order of reading."""
        return [row for row in self.rows if row.id in self.listed]

    @property
    def known(self) -> list[int]:
        """The listed videos whose places are known, in the order of reading."""
        return [row.id for row in self.whole if self.places[row.id] != UNKNOWN]

    @property
    def unknown(self) -> int:
        """How many of the list may be anywhere."""
        return len(self.listed | self.gone) - len(self.known)

    def look_up(self, window: Window) -> list[Position]:
        """What the database answers."""
        ids = window.ids.tolist()
        assert ids == sorted(set(ids))
        return [row for row in self.rows if row.id in ids]

    def mixed(self, videos: Iterable[int]) -> int:
        """How many of the list are neighbours of these, of whom nobody knows the order."""
        places = {self.places[number] for number in videos}
        return sum(self.places[n] in places and not self.equal[self.places[n]] for n in self.known)


def model_of(size: int, seed: int) -> Model:
    """A catalogue of so many videos, with ties of any length; half of them at most are unknown."""
    chance = Random(seed)
    largest = chance.choice((0, 2, 9, 60))
    values = [chance.choice((None, *range(largest + 1))) for _ in range(size)]
    forward, descending = chance.random() < 0.5, chance.random() < 0.5
    videos = [Position(value, number) for number, value in enumerate(values, 3)]

    def in_list(row: Position) -> tuple[bool, int, int]:
        known = row.value if isinstance(row.value, int) else 0
        return row.value is None, -known if descending else known, row.id

    rows = sorted(videos, key=in_list, reverse=not forward)
    # Some values share a place with the one before, others stand behind places of no video.
    steps = chance.choice(((0, 1), (0, 0, 0, 1, 2), (1,)))
    places: dict[int, int] = {}
    place = chance.randint(0, 1)
    for before, row in zip([rows[0], *rows], rows, strict=False):
        if row.value != before.value:
            place += chance.choice(steps)
        places[row.id] = place
    of_place = [{row.value for row in rows if places[row.id] == n} for n in range(place + 2)]
    equal = [len(held) <= 1 and chance.random() < 0.9 for held in of_place]
    share = chance.choice((0, 0.05, 0.5))
    places |= {row.id: UNKNOWN for row in rows if chance.random() < share}
    share = chance.choice((1, 0.7))
    listed = {row.id for row in rows if chance.random() < share}
    gone = set(chance.sample((0, 1, 2, 90, 91, 92), chance.choice((0, 0, 2))))
    return Model(rows, places, equal, listed, forward, gone)


models = st.builds(model_of, st.integers(1, 50), st.integers(0, 2**32))


@many_examples
@given(model=models, offset=st.integers(0, 52), limit=st.integers(1, 12))
def test_so_many_behind_so_many(model: Model, offset: int, limit: int) -> None:
    window = model.told.from_first(offset, limit)
    assert window is not None
    assert window.cut(model.look_up(window)) == model.whole[offset : offset + limit]
    # Those that may be in the slice, or before it, and the neighbours of the first and the last.
    known, passed = model.known, max(0, offset - model.unknown - 1)
    near = known[passed : offset + limit]
    assert len(window.ids) <= len(near) + model.unknown + model.mixed([*near[:1], *near[-1:]])


@many_examples
@given(model=models, limit=st.integers(1, 12), data=st.data())
def test_so_many_behind_one_of_them_or_behind_any_other(
    model: Model, limit: int, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(model.rows) - 1))
    start = model.rows[at]
    place = model.places[start.id]
    window = model.told.from_start(start, place, limit)
    if place == UNKNOWN:
        assert window is None
        return
    assert window is not None
    behind = [row for row in model.rows[at + 1 :] if row.id in model.listed]
    assert window.cut(model.look_up(window)) == behind[:limit]
    beyond = [number for number in model.known if model.places[number] > place]
    wanted = limit
    if model.equal[place]:
        same = sum(model.places[row.id] == place for row in behind)
        wanted = max(0, limit - same)
    last = beyond[:wanted][-1:]
    # It is itself among them, and so are its neighbours, unless all of them have its value.
    most = limit + 1 + model.unknown + model.mixed([start.id, *last])
    assert len(window.ids) <= most


@many_examples
@given(model=models, data=st.data())
def test_a_start_that_has_another_value_by_now_leads_nowhere(
    model: Model, data: st.DataObject
) -> None:
    now = data.draw(st.sampled_from(model.rows))
    before = Position(None if data.draw(st.booleans()) and now.value is not None else 99, now.id)
    place = model.places[now.id]
    window = model.told.from_start(before, place, 60)
    assert window is None or window.cut(model.look_up(window)) is None


@many_examples
@given(model=models, most=st.integers(0, 5))
def test_it_is_known_whether_too_many_are_unknown(model: Model, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices, "MOST_UNKNOWN", most)
        assert model.told.too_many_unknown == (model.unknown > most)


@many_examples
@given(model=models)
def test_who_starts_from_an_unknown_one_finds_none(model: Model) -> None:
    start = model.rows[0]
    found = model.told.from_start(start, model.places[start.id], 3)
    assert (found is None) == (model.places[start.id] == UNKNOWN)


@pytest.mark.parametrize("more", [0, 1])
def test_so_many_may_be_unknown(more: int) -> None:
    ids = np.arange(MOST_UNKNOWN + more, dtype=np.int64)
    listed = Listed(ids, np.full(len(ids), UNKNOWN, np.int32), np.ones(3, np.bool_), forward=True)
    assert listed.too_many_unknown == bool(more)
