"""A search for artists or labels is exact where their names in the index of words answer it."""

from __future__ import annotations

from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogtool.catalog.search import conditions, lists
from catalogtool.catalog.search.known.sample import Sample
from catalogtool.catalog.words.index import index_texts
from catalogtool.catalog.words.tokens import LONGEST_ASKED, LONGEST_NAME
from catalogtool.core.patterns import like
from tests.catalog.asking_words import (
    SOME_IDS,
    Words,
    many_examples,
    new_process,
    some_text,
    texts_of,
)

# As each filter is told, by a plain scan; no index is of these texts.
SCAN = {
    "artist": "EXISTS (SELECT FROM unnest(artist) AS name WHERE name ILIKE %s)",
    "label": "label || '' ILIKE %s",
}
LONGEST_LABEL = 255
labels = st.none() | some_text.map("".join) | some_text.map("".join)
artists = st.none() | st.lists(labels, max_size=3)


def compare(connection: psycopg.Connection[Any], words: Words, texts: list[str]) -> None:
    """All that names tell, and they tell all, is what a plain scan tells."""
    index_texts()
    process = new_process()
    for text in filter(None, dict.fromkeys(texts)):
        for asked, condition in SCAN.items():
            if asked == "label" and len(text) > LONGEST_LABEL:
                continue
            told, statement = words.told, f"SELECT id FROM video WHERE {condition} ORDER BY id"
            expected = [row[0] for row in connection.execute(statement.encode(), [like(text)])]
            assert process.find(**{asked: text}) == expected, (asked, text)
            assert words.told == told + 1, (asked, text)


@many_examples
@given(data=st.data())
def test_names_answer_what_postgresql_finds_without_them(
    bare_videos: psycopg.Connection[Any], words: Words, data: st.DataObject
) -> None:
    some = {number: (data.draw(artists), data.draw(labels)) for number in SOME_IDS}
    known = [name for names, label in some.values() for name in (*(names or ()), label)]
    texts = data.draw(st.lists(texts_of(known), min_size=1, max_size=8))
    with bare_videos.cursor() as cursor:
        cursor.executemany(
            "UPDATE video SET artist = %s, label = %s WHERE id = %s",
            [(*names, number) for number, names in some.items()],
        )
    compare(bare_videos, words, texts)


TEXTS = {
    "100% a_b c\\d": [
        "0%", "%", "a_b", "axb", "_", "\\", "c\\d", "d\\", "\\d", "0% a", "%a", "\\\\",
    ],
    "A, B & C": ["a, b", ", ", "& c", "a", "b &", "a b", "a,b", "c "],
    "one\ntwo\t{x} \"y\"": ["e\nt", "\n", "o\t", "{x}", "\"y", "one two", "\" "],
    "İstanbul ẞtraße ΣΟΦΟΣ \u212aelvin": [
        "İ", "is", "ıs", "i\u0307", "ß", "ss", "ẞ", "ẞt", "σοφος", "σοφοσ", "Σ Κ", "s \u212a", "ς",
    ],
    "e\u0301te\u0301 \u1112\u1161\u11ab": [
        "é", "e\u0301", "\u0301", "te", "\u1161", "한", "\u0301 ",
    ],
    "宇多田ヒカル む ウ": ["む ウ", "多田", "多 田", "ヒカル", "ル む", "田", " ", "宇", "むウ"],
    "🔥🔥 x👩\u200d🚀𐐀": ["🔥", "🔥🔥🔥", "\u200d", "👩\u200d🚀", "𐐨", "🔥 x", "🚀𐐨"],
    "NULL": ["null", "NULL", "nul", "n"],
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_traps(bare_videos: psycopg.Connection[Any], words: Words, name: str) -> None:
    for number, artist, label in (
        (1, [name], name),
        (2, [None, name], None),
        (3, [name[:3], name[3:]], name[:3]),
        (4, [], ""),
        (SOME_IDS[-1], [None, "", name.swapcase()], name.lower()),
        (SOME_IDS[-2], [name, name], name + name),
    ):
        edit = "UPDATE video SET artist = %s, label = %s WHERE id = %s"
        bare_videos.execute(edit, [artist, label, number])
    compare(bare_videos, words, TEXTS[name])


def test_texts_in_very_long_names(bare_videos: psycopg.Connection[Any], words: Words) -> None:
    # Any three letters are there once.
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + 3 * LONGEST_NAME)))
    edit = "UPDATE video SET artist = ARRAY[left(%s, id::int)] WHERE id < 5"
    bare_videos.execute(edit, [letters])
    bare_videos.execute(
        "UPDATE video SET artist = ARRAY['x', %s] WHERE id = %s", [letters, SOME_IDS[-1]]
    )
    starts = (0, 1, LONGEST_NAME - LONGEST_ASKED, LONGEST_NAME - 1, LONGEST_NAME, LONGEST_NAME + 99)
    ends = (1, 2, 3, LONGEST_ASKED - 1, LONGEST_ASKED)
    compare(bare_videos, words, [letters[at : at + length] for at in starts for length in ends])


def test_names_alone_tell_no_more_than_their_limit(
    bare_videos: psycopg.Connection[Any], words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalogtool.catalog.words.find.MOST_WORDS", 2)
    bare_videos.execute("UPDATE video SET label = 'Label ' || id, artist = ARRAY['Duo', 'duo']")
    index_texts()
    process = new_process()
    assert process.find(label="label") == SOME_IDS
    assert (words.asked, words.told) == (1, 0)
    assert process.find(artist="DUO") == SOME_IDS
    assert (words.asked, words.told) == (2, 1)


def test_where_names_tell_labels_are_not_read_one_by_one(
    bare_videos: psycopg.Connection[Any], words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare_videos.execute("UPDATE video SET label = 'む ウ' WHERE id < 3")
    index_texts()
    process = new_process()
    asked: list[str] = []
    monkeypatch.setattr(conditions, "is_of_labels", asked.append)
    for text in ("む", "む ", "む ウ"):
        assert process.find(label=text) == [1, 2]
    assert process.find(label="む x") == []
    assert asked == []


def test_names_in_too_many_places_are_found_otherwise(
    bare_videos: psycopg.Connection[Any], words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare_videos.execute("UPDATE video SET title = 'solo', label = 'Solo', artist = '{Solo}'")
    index_texts()
    monkeypatch.setattr(Sample, "having_each", lambda *_: np.ones(3))
    monkeypatch.setattr(lists, "POSTING_COST", 1e10)
    process = new_process()
    for asked, told in (("artist", 0), ("label", 0), ("search", 1)):
        assert process.find(**{asked: "olo"}) == SOME_IDS
        assert words.asked == told
