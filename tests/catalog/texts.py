"""Titles and names in several parts of the catalogue, and whether what is told of them is right."""

from __future__ import annotations

import struct
from collections import defaultdict
from random import Random
from typing import Any

import psycopg

from catalogtool.catalog.words.index import index_texts
from catalogtool.catalog.words.tokens import (
    PART_SIZE,
    Field,
    is_joint,
    tokens_of,
    tokens_of_name,
)
from tests.catalog.sample_catalogue import ARTISTS, WORDS

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
            "INSERT INTO video (id, video_id, title, artist, label) VALUES (%s, %s, %s, %s, %s)",
            [(number, f"v{number}", *some_texts(Random(number))) for number in IDS],
        )
        connection.execute("SELECT setval('video_id_seq', %s)", [4 * PART_SIZE])
    index_texts()
    assert told(url) == []


def some_title(chance: Random) -> str | None:
    """Words of many scripts, or nothing."""
    if chance.random() < 0.05:
        return None
    return chance.choice(("", " ", "-")).join(chance.choices(WORDS, k=chance.randint(1, 4)))


def some_name(chance: Random) -> str | None:
    """A name of any kind, or nothing."""
    return chance.choice((None, "", some_title(chance), *ARTISTS))


def some_texts(chance: Random) -> tuple[str | None, list[str | None] | None, str | None]:
    """A title, artists and a label."""
    artists = [some_name(chance) for _ in range(chance.randint(0, 3))]
    return some_title(chance), chance.choice((None, artists, artists)), some_name(chance)


def ask(url: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement in a transaction of its own; its rows."""
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement.encode(), values or None)
        return cursor.fetchall() if cursor.description else []


def told(url: str) -> list[list[int]]:
    """The ids of each row about changed texts."""
    rows = ask(url, "SELECT videos, ids FROM text_change ORDER BY id")
    assert all(videos == len(ids) for videos, ids in rows)
    return [ids for _, ids in rows]


def places_of(content: bytes) -> list[int]:
    """The numbers of a posting."""
    return [place for (place,) in struct.iter_unpack("<H", content)]


def check(url: str) -> None:
    """What a reader must find: all that is not noted as changed has the tokens of its texts."""
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        postings = connection.execute(
            "SELECT field, token, part, places FROM text_posting JOIN text_token ON id = token_id"
        ).fetchall()
        videos = connection.execute(
            """SELECT id, coalesce(lower(title), ''), coalesce(lower(label), ''),
            ARRAY(SELECT lower(name) FROM unnest(artist) AS name WHERE name IS NOT NULL)
            FROM video"""
        ).fetchall()
        changed = connection.execute("SELECT unnest(ids) FROM text_change").fetchall()
    found = defaultdict(set)
    for field, token, part, content in postings:
        places = places_of(content)
        assert places
        assert places == sorted(set(places))
        for place in places:
            found[part * PART_SIZE + place].add((field, token))
    expected = {number: _tokens(*texts) for number, *texts in videos}
    pending = {number for (number,) in changed}
    for number in (found.keys() | expected.keys()) - pending:
        assert found.get(number, set()) == expected.get(number, set()), number


def _tokens(title: str, label: str, artists: list[str]) -> set[tuple[int, str]]:
    found = {(Field.JOINT if is_joint(word) else Field.WORD, word) for word in tokens_of(title)}
    found |= {(Field.LABEL, token) for token in tokens_of_name(label)}
    return found | {(Field.ARTIST, token) for name in artists for token in tokens_of_name(name)}


def is_in(url: str, token: str, field: Field = Field.WORD) -> list[int]:
    """The videos with this token in this field, as the postings tell."""
    check(url)
    rows = ask(
        url,
        "SELECT part, places FROM text_posting JOIN text_token ON id = token_id"
        " WHERE field = %s AND token = %s ORDER BY part",
        field.value,
        token,
    )
    return [part * PART_SIZE + place for part, content in rows for place in places_of(content)]
