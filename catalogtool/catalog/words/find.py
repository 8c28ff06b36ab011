"""The videos whose titles or names hold a text, by all words and names and where each stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from catalogtool.catalog.words.pieces import Kind, Piece, Pieces, pieces_of
from catalogtool.catalog.words.tokens import PART_BITS, WIDE_LETTERS, Field, has_trigram
from catalogtool.core.arrays import Int64s, are_listed, merged
from catalogtool.core.db import Reader, driver_connection
from catalogtool.core.patterns import escaped

# A part of more words or names than this is a part of very many titles, too.
MOST_WORDS = 5_000
# So many videos that are not indexed yet are looked at with each search.
MOST_PENDING = 5_000
# More that have the words, but perhaps not next to each other, are not even listed.
MOST_CANDIDATES = 2_000_000
# Fewer numbers are quicker sorted than marked in a field of all.
FEW = 30_000

# A joint of one letter before is the text; one of two has another letter before it.
_JOINT_END = (
    f"field = {Field.JOINT.value}"
    " AND (token = lower({text}) OR substr(token, 2) = lower({text}))"
)
# What begins beyond all narrow letters but a few: one pair too many is no harm.
_PAIR_END = (
    f"field = {Field.WORD.value} AND length(token) = 2"
    " AND substr(token, 2) = left(lower({text}), 1)"
    f" AND ascii(token) >= {ord(WIDE_LETTERS[0][0])}"
)
_ENDS = {
    Kind.JOINT_END: _JOINT_END,
    Kind.PAIR_END: _PAIR_END,
    Kind.ANY_END: f"({_JOINT_END} OR {_PAIR_END})",
}
_HAS_LETTERS = "video_letters(token) @> ARRAY[lower({text})]"
_OF_LETTERS = {
    Kind.BEGINNING: "starts_with(token, lower({text}))",
    Kind.END: "right(token, length(lower({text}))) = lower({text})",
    Kind.PART: "true",
}
_NONE = np.empty(0, np.int64)
_PLACES = np.dtype("<u2")
_NUMBERS = np.dtype(">i4")


@dataclass(frozen=True)
class Hits:
    """`sure`: the ids of videos that hold the text, in order; any other one that does is among
    the `unsure` ones."""

    sure: Int64s
    unsure: Int64s


def told_pieces(text: str) -> Pieces | None:
    """The pieces that lead to the titles with this text; None if there are none."""
    asked = pieces_of(text)
    if asked is None:
        return None
    led_to = tuple(piece for piece in asked.pieces if _shape(piece))
    return replace(asked, pieces=led_to) if led_to else None


def find_by_words(session: Reader, asked: Pieces) -> Hits | None:
    """Who holds a text with these pieces, or may; None if too many may, or too few are indexed."""
    doubt = () if asked.doubt is None else (asked.doubt,)
    pending, *columns = _ask(session, (*asked.pieces, *doubt))
    found = [_ids(*columns[at : at + 4]) for at in range(0, len(columns), 4)]
    doubtful = found.pop() if doubt else _NONE
    told = sorted((ids for ids in found if ids is not None), key=len)
    if pending is None or not told or doubtful is None:
        return None
    # A piece of too many words is done without: the others are those of all matches, too.
    fewest, *others = told
    for ids in others:
        fewest = fewest[are_listed(fewest, ids)]
    waiting = np.unique(pending)
    indexed = fewest[~are_listed(fewest, waiting)]
    if asked.enough:
        doubtful = doubtful[~are_listed(doubtful, indexed) & ~are_listed(doubtful, waiting)]
        return Hits(indexed, merged(doubtful, waiting))
    return Hits(_NONE, merged(indexed, waiting)) if len(indexed) <= MOST_CANDIDATES else None


def _shape(piece: Piece) -> str | None:
    """How tokens like this piece are found; None if no index leads to them.

    The field stands there as a number, so that the planner knows which indexes are of that field.
    """
    if piece.kind in _ENDS:
        return _ENDS[piece.kind]
    found, field = _like(piece), piece.field.value
    return None if found is None else f"field = {field} AND {found}"


def _like(piece: Piece) -> str | None:
    if piece.kind is Kind.WHOLE:
        return "token = lower({text})"
    begins_well = piece.kind is Kind.BEGINNING and piece.text[0].isalnum()
    if begins_well or has_trigram(piece.text):
        return "token LIKE lower({pattern})"
    if len(piece.text) <= 2 and (piece.kind is Kind.PART or not piece.text.isascii()):
        # Of two letters a token has the pair.
        return f"{_HAS_LETTERS} AND {_OF_LETTERS[piece.kind]}"
    if piece.field >= Field.ARTIST:
        # Names are few enough for a look at each that has the letters.
        return "video_letters(token) @> video_letters({text}) AND token LIKE lower({pattern})"
    return None


def _ask(session: Reader, pieces: Sequence[Piece]) -> Sequence[Any]:
    shapes = tuple(shape for piece in pieces if (shape := _shape(piece)) is not None)
    values = {}
    for at, piece in enumerate(pieces):
        values[f"text{at}"] = piece.text
        values[f"pattern{at}"] = piece.kind.value.format(escaped(piece.text))
    connection = driver_connection(session)
    row = connection.execute(_statement(shapes), values, prepare=False, binary=True).fetchone()
    assert isinstance(row, tuple)
    return row


@cache
def _statement(shapes: tuple[str, ...]) -> str:
    """One statement, so that what is pending and what is indexed are of one moment."""
    tokens, columns, sources = [], [], []
    for at, shape in enumerate(shapes):
        given = {name: f"%({name}{at})s::text" for name in ("text", "pattern")}
        tokens.append(
            f"tokens{at} AS MATERIALIZED (SELECT id FROM text_token"
            f" WHERE {shape.format_map(given)} LIMIT {MOST_WORDS + 1})"
        )
        columns.append(
            f"(SELECT count(*) FROM tokens{at}), in{at}.parts, in{at}.lengths, in{at}.places"
        )
        sources.append(
            f"""(SELECT string_agg(int4send(part), '') AS parts,
                string_agg(int4send(length(places) / 2), '') AS lengths,
                string_agg(places, '') AS places
            FROM text_posting
            WHERE token_id = ANY (ARRAY(SELECT id FROM tokens{at}
                WHERE (SELECT count(*) FROM tokens{at}) <= {MOST_WORDS}))) AS in{at}"""
        )
    return f"""
        WITH {", ".join(tokens)}
        SELECT (SELECT ARRAY(SELECT unnest(ids) FROM text_change)
                WHERE (SELECT coalesce(sum(videos), 0) FROM text_change) <= {MOST_PENDING}),
            {", ".join(columns)}
        FROM {", ".join(sources)}"""


def _ids(
    tokens: int, parts: bytes | None, lengths: bytes | None, places: bytes | None
) -> Int64s | None:
    """The videos with one of so many tokens, in order."""
    if tokens > MOST_WORDS:
        return None
    firsts = np.frombuffer(parts or b"", _NUMBERS).astype(np.int64) << PART_BITS
    ids = np.repeat(firsts, np.frombuffer(lengths or b"", _NUMBERS))
    ids += np.frombuffer(places or b"", _PLACES)
    if len(ids) < FEW:
        ids.sort()
        return ids[np.append(True, ids[1:] != ids[:-1])] if len(ids) else ids
    marks = np.zeros(int(ids.max()) + 1, np.bool_)
    marks[ids] = True
    return np.flatnonzero(marks)
