"""Titles in several parts of the catalogue, and whether what is told of them is right."""

from __future__ import annotations

import struct
from collections import defaultdict
from random import Random
from typing import Any

import psycopg

from catalogtool.catalog.words.index import index_titles
from catalogtool.catalog.words.tokens import PART_SIZE, tokens_of
from tests.catalog.sample_catalogue import WORDS

# Some of each of the first three parts, and the edges.
IDS = [
    *range(1, 40),
    *range(PART_SIZE - 5, PART_SIZE + 5),
    *range(3 * PART_SIZE - 20, 3 * PART_SIZE),
]
PARTS = [[number for number in IDS if number // PART_SIZE == part] for part in (0, 1, 2)]


def fill(url: str) -> None:
    """Videos with these ids, all of them indexed."""
    with psycopg.connect(url) as connection:
        connection.cursor().executemany(
            "INSERT INTO video (id, video_id, title) VALUES (%s, %s, %s)",
            [(number, f"v{number}", some_title(Random(number))) for number in IDS],
        )
        connection.execute("SELECT setval('video_id_seq', %s)", [4 * PART_SIZE])
    index_titles()
    assert told(url) == []


def some_title(chance: Random) -> str | None:
    """Words of many scripts, or nothing."""
    if chance.random() < 0.05:
        return None
    return chance.choice(("", " ", "-")).join(chance.choices(WORDS, k=chance.randint(1, 4)))


def ask(url: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement in a transaction of its own; its rows."""
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


def told(url: str) -> list[list[int]]:
    """The ids of each row about changed titles."""
    rows = ask(url, "SELECT videos, ids FROM title_change ORDER BY id")
    assert all(videos == len(ids) for videos, ids in rows)
    return [ids for _, ids in rows]


def places_of(content: bytes) -> list[int]:
    """The numbers of a posting."""
    return [place for (place,) in struct.iter_unpack("<H", content)]


def check(url: str) -> None:
    """What a reader must find: all that is not noted as changed has the tokens of its title."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        postings = connection.execute(
            "SELECT word, part, places FROM title_posting JOIN title_word ON id = word_id"
        ).fetchall()
        titles = connection.execute("SELECT id, lower(title) FROM video").fetchall()
        changed = connection.execute("SELECT unnest(ids) FROM title_change").fetchall()
    found = defaultdict(set)
    for word, part, content in postings:
        places = places_of(content)
        assert places
        assert places == sorted(set(places))
        for place in places:
            found[part * PART_SIZE + place].add(word)
    expected = {number: tokens_of(title) for number, title in titles if title is not None}
    pending = {number for (number,) in changed}
    for number in (found.keys() | expected.keys()) - pending:
        assert found.get(number, set()) == expected.get(number, set()), number


def is_in(url: str, word: str) -> list[int]:
    """The videos whose title has this word, as the postings tell."""
    check(url)
    rows = ask(
        url,
        "SELECT part, places FROM title_posting JOIN title_word ON id = word_id"
        " WHERE word = %s ORDER BY part",
        word,
    )
    return [part * PART_SIZE + place for part, content in rows for place in places_of(content)]
