"""Keeping the postings in step with the titles: a part of the catalogue at a time.

A part takes a transaction of its own, in which its changed titles are read anew, what differs in
the postings is written, and the notes of the changes are deleted. The titles are read by a later
statement than the notes, so that they are never older. Who is killed leaves all other parts to the
next run; a change that commits meanwhile has a note of its own, which stays.
"""

from __future__ import annotations

from time import monotonic
from typing import NamedTuple

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.words.bulk import Tokens, find_tokens, sort_once, starts_of_runs
from catalogtool.catalog.words.tokens import PART_BITS, PART_SIZE, is_joint
from catalogtool.core.arrays import Int64s
from catalogtool.core.db import driver_connection, unit_of_work
from catalogtool.core.locks import try_lock

# Held by whoever writes postings, in each of its transactions.
INDEX_LOCK = 7_240_009
# A run ends before the clock starts the next one; nothing of it is lost.
SECONDS = 50.0

PLACE = PART_SIZE - 1
WORD_INDEXES = ("ix_title_word_trigram", "ix_title_word_letters")

# Notes of several parts become one for each part, so that a part takes its notes along.
_DIVIDE = text(
    f"""
    WITH divided AS (
        DELETE FROM title_change
        WHERE ids[1] >> {PART_BITS} <> ids[cardinality(ids)] >> {PART_BITS}
        RETURNING ids)
    INSERT INTO title_change (videos, ids)
    SELECT count(*), array_agg(id ORDER BY id)
    FROM (SELECT DISTINCT unnest(ids) AS id FROM divided) AS changed
    GROUP BY id >> {PART_BITS}
    """
)
_PARTS = text(
    f"""
    SELECT ids[1] >> {PART_BITS}, array_agg(id) FROM title_change
    WHERE ids[1] >> {PART_BITS} = ids[cardinality(ids)] >> {PART_BITS}
    GROUP BY 1 ORDER BY sum(videos) DESC, 1
    """
)

_IDS = "SELECT DISTINCT unnest(ids) FROM title_change WHERE id = ANY(%s)"
# While an import goes on, the planner may take the table for a small one; whatever it then thinks
# of, no more than a part is read, and by an index.
_BY_INDEX = "SET LOCAL enable_seqscan = off"
_TITLES = """
SELECT id, lower(title) FROM unnest(%s::bigint[]) AS changed (id) JOIN video USING (id)
WHERE id BETWEEN %s AND %s AND title IS NOT NULL
"""
_FORGET = "DELETE FROM title_change WHERE id = ANY(%s)"
_PRESENT = "SELECT word_id, places FROM title_posting WHERE part = %s"
_DELETE = "DELETE FROM title_posting WHERE part = %s AND word_id = ANY(%s)"
_WRITE = "COPY title_posting (word_id, part, places) FROM STDIN (FORMAT binary)"
_WORDS = "SELECT word, id FROM title_word WHERE word = ANY(%s)"
_NEW_WORDS = """
INSERT INTO title_word (word, is_joint)
SELECT * FROM unnest(%s::text[], %s::boolean[]) RETURNING word, id
"""


class Part(NamedTuple):
    """A part with changed titles, and the rows of `title_change` that name them."""

    number: int
    notes: list[int]


def index_titles() -> None:
    """Index the parts with changed titles, those with the most of them first.

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
    ids, found = _read_titles(session, part)
    entries = found.entries
    if found.tokens:
        # Each entry begins with its token's number; the word's own takes its place.
        numbers = _word_ids(session, found.tokens)
        entries = numbers[entries >> PART_BITS] << PART_BITS | entries & PLACE
    _write(session, part.number, ids & PLACE, entries)
    driver_connection(session).execute(_FORGET, [part.notes])


def _read_titles(session: Session, part: Part) -> tuple[Int64s, Tokens]:
    """The changed videos, and the tokens of those that have a title."""
    cursor = driver_connection(session).cursor()
    ids = np.array([row[0] for row in cursor.execute(_IDS, [part.notes], binary=True)], np.int64)
    first = part.number << PART_BITS
    rows = cursor.execute(_TITLES, [ids, first, first + PLACE], binary=True).fetchall()
    places = np.fromiter((row[0] & PLACE for row in rows), np.int64, len(rows))
    return ids, find_tokens([row[1] for row in rows], places)


def _word_ids(session: Session, words: list[str]) -> Int64s:
    """The words' own numbers; new words get theirs."""
    connection = driver_connection(session)
    known = dict(connection.execute(_WORDS, [words], binary=True).fetchall())
    if missing := sorted(word for word in words if word not in known):
        joints = [is_joint(word) for word in missing]
        known.update(connection.execute(_NEW_WORDS, [missing, joints], binary=True).fetchall())
        # What the indexes have put aside would slow every search.
        for index in WORD_INDEXES:
            connection.execute("SELECT gin_clean_pending_list(%s)", [index])
    return np.fromiter((known[word] for word in words), np.int64, len(words))


def _write(session: Session, part: int, changed: Int64s, entries: Int64s) -> None:
    """Let the changed places have these entries and no others; only words that differ are written.

    An entry is a word's number, then 16 bits of a place.
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
    words = wanted >> PART_BITS
    starts = starts_of_runs(words)
    bounds = [*(2 * starts).tolist(), len(places)]
    with connection.cursor().copy(_WRITE) as copy:
        copy.set_types(["int4", "int4", "bytea"])
        for word, first, after in zip(words[starts].tolist(), bounds[:-1], bounds[1:], strict=True):
            copy.write_row((word, part, places[first:after]))


def _present(session: Session, part: int) -> Int64s:
    """The entries that the part has, each once, in any order."""
    rows = driver_connection(session).execute(_PRESENT, [part], binary=True).fetchall()
    words = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    lengths = np.fromiter((len(row[1]) // 2 for row in rows), np.int64, len(rows))
    places = np.frombuffer(b"".join(row[1] for row in rows), "<u2")
    entries: Int64s = np.repeat(words, lengths) << PART_BITS | places
    return entries
