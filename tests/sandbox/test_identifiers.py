"""Ids are unique within a seed and lead back to their video."""

import pytest

from catalogtool.sandbox.identifiers import Identifiers
from catalogtool.sandbox.mixing import scramble, unscramble
from catalogtool.sandbox.titles import channel_name


@pytest.mark.parametrize("number", [0, 1, 2**63, 2**64 - 1, 0x123456789ABCDEF])
def test_scrambling_can_be_undone(number: int) -> None:
    assert unscramble(scramble(number)) == number


def test_video_id_leads_back_to_its_video() -> None:
    ids = Identifiers(11)
    assert [ids.video_index(ids.video_id(index)) for index in range(500)] == list(range(500))


@pytest.mark.parametrize(
    "text", ["", "short", "aaaaaaaaaaa", "éééééééééééé", "bad id here", "==========="]
)
def test_foreign_ids_lead_nowhere(text: str) -> None:
    assert Identifiers(11).video_index(text) is None


def test_no_id_comes_twice() -> None:
    ids, many = Identifiers(0), range(50_000)
    assert len({ids.video_id(n) for n in many}) == len(many)
    assert len({ids.claim_id(n, p) for n in many for p in range(2)}) == 2 * len(many)
    codes = [ids.asset_codes(n) for n in many]
    assert len({code.asset_id for code in codes}) == len(many)
    isrcs = [code.isrc for code in codes if code.isrc]
    assert len(set(isrcs)) == len(isrcs)
    assert len({channel_name(n) for n in many}) == len(many)
