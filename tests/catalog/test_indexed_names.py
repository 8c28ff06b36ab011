"""The names of artists and labels in the index of words."""

from __future__ import annotations

from random import Random

import pytest

from catalogtool.catalog.words.index import index_texts
from catalogtool.catalog.words.tokens import Field
from tests.catalog.texts import ask, check, fill, is_in, told


@pytest.fixture
def url(database: str) -> str:
    """A catalogue in several parts that is indexed."""
    fill(database)
    return database


def test_names_are_told_from_words_and_from_each_other(url: str) -> None:
    ask(url, "UPDATE video SET title = 'same', artist = NULL, label = NULL WHERE id = 1")
    ask(url, "UPDATE video SET title = NULL, artist = '{SAME,NULL,\"\"}', label = '' WHERE id = 2")
    ask(url, "UPDATE video SET title = NULL, artist = '{}', label = 'Same' WHERE id = 3")
    ask(url, "UPDATE video SET title = '', artist = '{{x,same},{y,same}}' WHERE id = 4")
    index_texts()
    assert is_in(url, "same") == [1]
    assert is_in(url, "same", Field.ARTIST) == [2, 4]
    assert is_in(url, "same", Field.LABEL) == [3]
    assert is_in(url, "", Field.ARTIST) == is_in(url, "", Field.LABEL) == []
    ask(url, "UPDATE video SET artist = '{same}', label = 'same' WHERE id = 1")
    index_texts()
    assert [is_in(url, "same", field) for field in Field] == [[1], [], [1, 2, 4], [1, 3]]


def test_the_longest_names(url: str) -> None:
    letters = Random(2).choices([chr(n) for n in range(0x12000, 0x16000)], k=3_000)
    names = ["".join(letters[:length]) for length in (640, 641, 781, 782, 3_000)]
    ask(url, "UPDATE video SET artist = %s, label = %s WHERE id = 7", names, names[0][:255])
    index_texts()
    check(url)
    assert is_in(url, names[0], Field.ARTIST) == [7]
    assert told(url) == []
