"""What the words of a title are, one title at a time and many at once."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalogtool.catalog.words.bulk import Tokens, find_names, find_tokens
from catalogtool.catalog.words.tokens import (
    LONGEST_ASKED,
    LONGEST_NAME,
    PART_SIZE,
    Field,
    is_joint,
    is_separator,
    is_wide,
    tokens_of,
    tokens_of_name,
)


@pytest.mark.parametrize(
    ("title", "tokens"),
    [
        ("", ""),
        (" \t\n\0!\x7f", ""),
        ("one two,three one", "one two three"),
        ("don't a_b [x] {y}", "don t a b x y"),
        ("100% 50-50", "100 50"),
        ("é—ü «sí»", "é—ü «sí»"),
        ("夜", "夜"),
        ("愛の夜", "愛 の 夜 愛の の夜"),
        ("愛 の", "愛 の"),
        ("abc愛def", "abc c愛 愛 愛d def"),
        ("live愛", "live 愛 e愛"),
        ("한국 노래", "한 국 한국 노 래 노래"),
        ("🎵夜🎶", "🎵 夜 🎶 🎵夜 夜🎶"),
        ("𠀀𠀁", "𠀀 𠀁 𠀀𠀁"),
        ("ｌｉｖｅ ﾗｲ", "ｌｉｖｅ ﾗ ｲ ﾗｲ"),
    ],
)
def test_the_tokens_of_a_title(title: str, tokens: str) -> None:
    assert {token for token in tokens_of(title) if not is_joint(token)} == set(tokens.split())


@pytest.mark.parametrize(
    ("title", "joints"),
    [
        ("one two,three", ["ne t", "wo,t"]),
        ("a - b c", ["a - b", "b c"]),
        ("one -- two", []),
        ("one - two", ["ne - t"]),
        ("愛 の a 夜b c", []),
        (" one! ", []),
        ("é ü", ["é ü"]),
    ],
)
def test_joints_tell_which_words_follow_each_other(title: str, joints: list[str]) -> None:
    assert sorted(filter(is_joint, tokens_of(title))) == sorted(joints)


@pytest.mark.parametrize("letter", [*"\0 /:@[`{\x7f", "\t", "'", "_"])
def test_separators(letter: str) -> None:
    assert is_separator(letter)
    assert not is_wide(letter)


@pytest.mark.parametrize("letter", [*"09azé\x80—\xa0\u2e7f\ud800\ua000", "\ue000", "\U00040000"])
def test_letters_of_words(letter: str) -> None:
    assert not is_separator(letter)
    assert not is_wide(letter)


@pytest.mark.parametrize(
    "letter", ["⺀", "鿿", "ꥠ", "가", "\ud7ff", "豈", "︰", "ｦ", "𠀀", "\U0003ffff"]
)
def test_wide_letters(letter: str) -> None:
    assert is_wide(letter)
    assert not is_separator(letter)


letters = st.one_of(
    st.characters(exclude_categories=["Cs"]), st.sampled_from("ab é夜愛のカ가🎵-\0\n\U00020000𐐨")
)
titles = st.lists(st.text(letters, max_size=12), max_size=8)


@given(titles=titles)
@example(titles=[])
@example(titles=["", "ab", "", "ab ab 夜夜夜", ""])
def test_many_titles_have_the_same_tokens(titles: list[str]) -> None:
    chance = np.random.default_rng(len(titles))
    places = np.sort(chance.choice(PART_SIZE, len(titles), replace=False))
    expected: dict[str, set[int]] = defaultdict(set)
    for place, title in zip(places.tolist(), titles, strict=True):
        for token in tokens_of(title):
            expected[token].add(place)
    told = find_tokens(titles, places)
    found = {**where(told[Field.WORD]), **where(told[Field.JOINT])}
    assert found == expected
    assert all(
        is_joint(token) == (field is Field.JOINT) for field in told for token in told[field].tokens
    )


def where(told: Tokens) -> dict[str, set[int]]:
    """The places of each token."""
    found: dict[str, set[int]] = {token: set() for token in told.tokens}
    assert len(found) == len(told.tokens)
    for entry in told.entries.tolist():
        found[told.tokens[entry // PART_SIZE]].add(entry % PART_SIZE)
    assert all(found.values())
    assert (np.diff(told.entries) > 0).all()
    return found


@given(title=st.text(letters, max_size=12))
def test_every_token_is_a_part_of_the_title(title: str) -> None:
    for token in tokens_of(title):
        assert token in title
        assert is_joint(token) == any(is_separator(letter) for letter in token)


@given(title=st.text(letters, max_size=12), start=st.integers(0, 12), length=st.integers(1, 5))
def test_what_the_tokens_tell_of_a_part_of_a_title(title: str, start: int, length: int) -> None:
    part = title[start : start + length]
    tokens = tokens_of(title)
    if any(is_separator(letter) for letter in part) or not part:
        return
    if not any(is_wide(letter) for letter in part):
        words = (t for t in tokens if not is_joint(t) and not any(map(is_wide, t)))
        assert any(part in word for word in words)
    elif len(part) <= 2:
        assert part in tokens


@given(names=st.lists(st.tuples(st.text(letters, max_size=5), st.integers(0, 3))))
@example(names=[])
@example(names=[("", 0), ("a", 0), ("a", 0), ("a", 1), ("A b", 1)])
def test_many_names_have_the_same_tokens(names: list[tuple[str, int]]) -> None:
    expected: dict[str, set[int]] = defaultdict(set)
    for name, place in names:
        for token in tokens_of_name(name):
            expected[token].add(place)
    places = np.array([place for _, place in names], np.int64)
    assert where(find_names([name for name, _ in names], places)) == expected


@given(length=st.integers(1, 5 * LONGEST_NAME), at=st.integers(0, 5 * LONGEST_NAME))
@example(length=LONGEST_NAME, at=LONGEST_NAME - LONGEST_ASKED)
@example(length=LONGEST_NAME + 1, at=LONGEST_NAME + 1 - LONGEST_ASKED)
def test_whatever_is_in_a_name_is_in_one_of_its_tokens(length: int, at: int) -> None:
    # No two letters are the same.
    name = "".join(map(chr, range(0x10000, 0x10000 + length)))
    tokens = tokens_of_name(name)
    assert name[at : at + LONGEST_ASKED] in "\n".join(tokens)
    assert all(token in name for token in tokens)
    assert max(map(len, tokens)) <= LONGEST_NAME
    assert (tokens == [name]) == (length <= LONGEST_NAME)
