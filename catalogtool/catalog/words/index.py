"""Keeping the postings in step with titles and names: a part of the catalogue at a time.

A part takes a transaction of its own, in which its changed texts are read anew, what differs in
the postings is written, and the notes of the changes are deleted. The texts are read by a later
statement than the notes, so that they are never older. Who is killed leaves all other parts to the
next run; a change that commits meanwhile has a note of its own, which stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import NamedTuple

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.words.bulk import (
    Tokens,
    find_names,
    find_tokens,
    sort_once,
    starts_of_runs,
)
from catalogtool.catalog.words.tokens import PART_BITS, PART_SIZE, Field
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import driver_connection, unit_of_work
from catalogtool.core.locks import try_lock

# Held by whoever writes postings, in each of its transactions.
INDEX_LOCK = 7_240_009
# A run ends before the clock starts the next one; nothing of it is lost.
SECONDS = 50.0

PLACE = PART_SIZE - 1
_OF_WORDS = ("ix_text_token_words_trigram", "ix_text_token_words_letters")
_OF_NAMES = ("ix_text_token_names_trigram", "ix_text_token_names_letters")
# Which indexes lead to the tokens of a field by a part of them.
TOKEN_INDEXES: Mapping[Field, tuple[str, ...]] = {
    Field.WORD: _OF_WORDS,
    Field.JOINT: (),
    Field.ARTIST: _OF_NAMES,
    Field.LABEL: _OF_NAMES,
}

# Notes of several parts become one for each part, so that a part takes its notes along.
_DIVIDE = text(
    f"""
    WITH divided AS (
        DELETE FROM text_change
        WHERE ids[1] >> {PART_BITS} <> ids[cardinality(ids)] >> {PART_BITS}
        RETURNING ids)
    INSERT INTO text_change (videos, ids)
    SELECT count(*), array_agg(id ORDER BY id)
    FROM (SELECT DISTINCT unnest(ids) AS id FROM divided) AS changed
    GROUP BY id >> {PART_BITS}
    """
)
_PARTS = text(
    f"""
    SELECT ids[1] >> {PART_BITS}, array_agg(id) FROM text_change
    WHERE ids[1] >> {PART_BITS} = ids[cardinality(ids)] >> {PART_BITS}
    GROUP BY 1 ORDER BY sum(videos) DESC, 1
    """
)

_IDS = "SELECT DISTINCT unnest(ids) FROM text_change WHERE id = ANY(%s)"
# While an import goes on, the planner may take the table for a small one; whatever it then thinks
# of, no more than a part is read, and by an index.
_BY_INDEX = "SET LOCAL enable_seqscan = off"
# An empty text has no tokens.
_TEXTS = """
SELECT id, coalesce(lower(title), ''), coalesce(lower(label), ''),
    ARRAY(SELECT lower(name) FROM unnest(artist) AS name WHERE name <> '')
FROM unnest(%s::bigint[]) AS changed (id) JOIN video USING (id)
WHERE id BETWEEN %s AND %s
"""
_FORGET = "DELETE FROM text_change WHERE id = ANY(%s)"
_PRESENT = "SELECT token_id, places FROM text_posting WHERE part = %s"
_DELETE = "DELETE FROM text_posting WHERE part = %s AND token_id = ANY(%s)"
_WRITE = "COPY text_posting (token_id, part, places) FROM STDIN (FORMAT binary)"
_TOKENS = "SELECT token, id FROM text_token WHERE field = %s AND token = ANY(%s)"
_NEW_TOKENS = """
INSERT INTO text_token (field, token)
SELECT %s::smallint, unnest(%s::text[]) RETURNING token, id
"""


class Part(NamedTuple):
    """A part with changed texts, and the rows of `text_change` that name them."""

    number: int
    notes: list[int]


def index_texts() -> None:
    """Index the parts with changed texts, those with the most of them first.

    Nothing happens while somebody else is at it.
    """
    until = monotonic() + SECONDS
    with unit_of_work() as session:
        parts = _changed_parts(session) if try_lock(session, INDEX_LOCK) else []
    for part in parts:
        with unit_of_work() as session:
            if monotonic() > until or not try_lock(session, INDEX_LOCK):
                return
            _index(session, part)


def _changed_parts(session: Session) -> list[Part]:
    session.execute(_DIVIDE)
    return [Part(*row) for row in session.execute(_PARTS)]


def _index(session: Session, part: Part) -> None:
    driver_connection(session).execute(_BY_INDEX)
    ids, found = _read_texts(session, part)
    entries = _entries(session, found)
    _write(session, part.number, ids & PLACE, entries)
    driver_connection(session).execute(_FORGET, [part.notes])


def _read_texts(session: Session, part: Part) -> tuple[Int64s, dict[Field, Tokens]]:
    """The changed videos, and the tokens of those that are there."""
    cursor = driver_connection(session).cursor()
    ids = np.array([row[0] for row in cursor.execute(_IDS, [part.notes], binary=True)], np.int64)
    first = part.number << PART_BITS
    rows = cursor.execute(_TEXTS, [ids, first, first + PLACE], binary=True).fetchall()
    places = np.fromiter((row[0] & PLACE for row in rows), np.int64, len(rows))
    artists = np.repeat(places, [len(row[3]) for row in rows])
    return ids, {
        **find_tokens([row[1] for row in rows], places),
        Field.LABEL: find_names([row[2] for row in rows], places),
        Field.ARTIST: find_names([name for row in rows for name in row[3]], artists),
    }


def _entries(session: Session, found: Mapping[Field, Tokens]) -> Int64s:
    """All entries, each with the number that its token has in the table."""
    entries = [
        _token_ids(session, field, some.tokens)[some.entries >> PART_BITS] << PART_BITS
        | some.entries & PLACE
        for field, some in found.items()
    ]
    return np.concatenate(entries)


def _token_ids(session: Session, field: Field, tokens: list[str]) -> Int64s:
    """The tokens' own numbers; new tokens get theirs."""
    connection = driver_connection(session)
    asked = [field.value, tokens]
    known = dict(connection.execute(_TOKENS, asked, binary=True).fetchall()) if tokens else {}
    if missing := sorted(token for token in tokens if token not in known):
        added = [field.value, missing]
        known.update(connection.execute(_NEW_TOKENS, added, binary=True).fetchall())
        # What the indexes have put aside would slow every search.
        for index in TOKEN_INDEXES[field]:
            connection.execute("SELECT gin_clean_pending_list(%s)", [index])
    return np.fromiter((known[token] for token in tokens), np.int64, len(tokens))


def _write(session: Session, part: int, changed: Int64s, entries: Int64s) -> None:
    """Let the changed places have these entries and no others; only tokens that differ are written.

    An entry is a token's number, then 16 bits of a place.
    """
    present = _present(session, part)
    is_changed = np.zeros(PART_SIZE, bool)
    is_changed[changed] = True
    outdated = is_changed[present & PLACE]
    differing = sort_once(np.setxor1d(present[outdated], entries, assume_unique=True) >> PART_BITS)
    if not len(differing):
        return
    wanted = np.concatenate([present[~outdated], entries])
    wanted = np.sort(wanted[np.isin(wanted >> PART_BITS, differing)])
    connection = driver_connection(session)
    if len(present):
        connection.execute(_DELETE, [part, differing.tolist()])
    places = wanted.astype("<u2").tobytes()
    tokens = wanted >> PART_BITS
    starts = starts_of_runs(tokens)
    bounds = [*(2 * starts).tolist(), len(places)]
    with connection.cursor().copy(_WRITE) as copy:
        copy.set_types(["int4", "int4", "bytea"])
        numbers = tokens[starts].tolist()
        for token, first, after in zip(numbers, bounds[:-1], bounds[1:], strict=True):
            copy.write_row((token, part, places[first:after]))


def _present(session: Session, part: int) -> Int64s:
    """The entries that the part has, each once, in any order."""
    rows = driver_connection(session).execute(_PRESENT, [part], binary=True).fetchall()
    tokens = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    lengths = np.fromiter((len(row[1]) // 2 for row in rows), np.int64, len(rows))
    places = np.frombuffer(b"".join(row[1] for row in rows), "<u2")
    entries: Int64s = np.repeat(tokens, lengths) << PART_BITS | places
    return entries
