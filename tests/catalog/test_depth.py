"""How far a walk has to go is told by where the matches of the sample lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogtool.catalog.search.depth import Sampled, depth_of, standing

SIZE, SHARE = 1_000, 0.01
PLACES = np.arange(SIZE, dtype=np.int64)


def sampled(matching: range | list[int], passing: range | None = None) -> Sampled:
    """A sample in order, with these matches; unless told otherwise, they alone pass the facets."""
    matches = np.isin(PLACES, list(matching))
    passes = matches if passing is None else np.isin(PLACES, list(passing))
    return Sampled(PLACES, matches, passes, SHARE)


@pytest.mark.parametrize("step", [1, 2, 7, 100])
@pytest.mark.parametrize("wanted", [20, 1_000, 9_000])
def test_even_matches_tell_nothing_new(step: int, wanted: int) -> None:
    assert depth_of(sampled(range(0, SIZE, step)), -1, wanted) is None


def test_matches_at_the_other_end() -> None:
    depth = depth_of(sampled(range(900, SIZE), range(500, SIZE)), -1, 1_000)
    assert depth is not None
    # Ten of the sampled ones stand for the thousand that are wanted.
    assert (depth.read, depth.passing) == (91_000, 41_000)


def test_what_lies_before_the_start_is_not_read() -> None:
    depth = depth_of(sampled([*range(100), *range(900, SIZE)], range(SIZE)), 499, 100)
    assert depth is not None
    assert (depth.read, depth.passing) == (40_100, 40_100)
    assert depth_of(sampled([*range(100), *range(900, SIZE)]), -1, 100) is None
    assert depth_of(sampled(range(900, SIZE)), 899, 100) is None


def test_more_wanted_than_there_are_is_everything() -> None:
    depth = depth_of(sampled(range(500, 520)), -1, 1_000_000)
    assert depth is None
    depth = depth_of(sampled(range(990, SIZE)), -1, 100)
    assert depth is not None
    assert depth.read == 99_100


def test_too_few_matches_tell_nothing() -> None:
    assert depth_of(sampled([]), -1, 20) is None
    assert depth_of(sampled(range(994, SIZE)), -1, 20) is None
    assert depth_of(sampled(range(993, SIZE)), -1, 20) is not None


def test_videos_without_a_place_are_passed_over() -> None:
    matching = np.isin(PLACES, range(800, SIZE))
    places = np.where(PLACES < 300, -1, PLACES)
    depth = depth_of(Sampled(places, matching, matching, SHARE), -1, 20)
    assert depth is not None
    assert depth.read == 50_000


@given(
    st.lists(st.integers(-1, 30), min_size=1, max_size=200),
    st.integers(-1, 31),
    st.integers(1, 30_000),
)
def test_it_is_as_far_as_to_a_match(places: list[int], start: int, wanted: int) -> None:
    of = np.array(places, np.int64)
    matching = np.array([place % 3 == 0 for place in places])
    depth = depth_of(Sampled(of, matching, matching, SHARE), start, wanted)
    if depth is not None:
        ends = {sum(start < p < end for p in places) for end in places if end % 3 == 0}
        assert depth.read * SHARE in {pytest.approx(end) for end in ends}
        assert depth.passing <= depth.read


def test_within_a_tie_videos_stand_by_their_ids() -> None:
    places, ids = np.array([7, 7, -1, 2, 7], np.int32), np.array([5, 900, 3, 40_000_000, 6])
    assert np.argsort(standing(places, ids, forward=True)).tolist() == [2, 3, 0, 4, 1]
    assert np.argsort(standing(places, ids, forward=False)).tolist() == [2, 3, 1, 4, 0]
    assert standing(places, ids, forward=True)[2] == -1


def test_a_tie_around_the_start_is_read_from_there() -> None:
    # All but the last few have one value, and nearly all matches are among those.
    places = np.where(PLACES < 990, 0, PLACES).astype(np.int32)
    matching = (PLACES % 5 == 0) | (PLACES >= 990)
    for forward, start in ((True, 100), (False, 890)):
        stand = standing(places, PLACES, forward=forward)
        sample = Sampled(stand, matching, matching, SHARE)
        assert depth_of(sample, int(stand[start]), 1_000) is None
