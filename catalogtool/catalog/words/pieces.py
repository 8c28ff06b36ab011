"""A text that is looked for, taken apart into what the words of a title, or a name, are like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from catalogtool.catalog.words.tokens import (
    BEFORE,
    BEHIND,
    LONGEST_ASKED,
    Field,
    is_joint,
    is_separator,
    is_wide,
    joint_of,
)

# Of a long text, so many are thought of; more than so many tell little that these do not.
MOST_PIECES, MOST_ASKED = 8, 2
# A joint tells as much as a word of so many letters.
JOINT = 6
# A word of so few letters is a part of many others.
SHORT = 2
# What so many times as many titles have takes longer to read than it saves looking at.
USELESS = 100


class Kind(Enum):
    """Which tokens a piece stands for: those that are it, or hold it somewhere."""

    WHOLE = "{}"
    BEGINNING = "{}%"
    END = "%{}"
    PART = "%{}%"
    # Of a text that begins with one letter of a word: a joint that ends like this, a pair of a wide
    # letter and that one (which has no joint), and any of both.
    JOINT_END = "joint"
    PAIR_END = "pair"
    ANY_END = "joint or pair"


@dataclass(frozen=True)
class Piece:
    """A title, or a name, that holds the text has a token like this."""

    kind: Kind
    text: str
    # If it is of names.
    names: Field | None = None

    @property
    def field(self) -> Field:
        """What such a token is of."""
        if self.names is not None:
            return self.names
        return Field.JOINT if is_joint(self.text) else Field.WORD

    @property
    def rank(self) -> int:
        """Higher for what fewer titles are expected to have."""
        if is_joint(self.text):
            return JOINT
        if self.kind is Kind.WHOLE:
            return len(self.text) + (2 if any(map(is_wide, self.text)) else 1)
        return len(self.text)

    @property
    def likely(self) -> str:
        """What most titles with such a token hold, and few others: a short word alone."""
        if is_joint(self.text) and self.kind is Kind.WHOLE and is_separator(self.text[1]):
            return f" {self.text}"
        # Letters beyond ASCII are rarely a part of anything else.
        if len(self.text) > SHORT or not self.text.isascii():
            return self.text
        before = " " if self.kind in {Kind.WHOLE, Kind.BEGINNING} else ""
        return f"{before}{self.text}{' ' if self.kind in {Kind.WHOLE, Kind.END} else ''}"


@dataclass(frozen=True)
class Pieces:
    """What titles with the text must have; `enough` if they need nothing else.

    Where there is a `doubt`, a title that has this instead may hold the text, too.
    """

    pieces: tuple[Piece, ...]
    enough: bool
    doubt: Piece | None = None

    def rarest(self, titles: Callable[[Piece], float]) -> Pieces:
        """The two that fewest titles have, of which `titles` tells the number; or only one of them,
        where the second would not help."""
        found = sorted(self.pieces, key=titles)[:MOST_ASKED]
        most = USELESS * titles(found[0])
        return Pieces(tuple(piece for piece in found if titles(piece) <= most), self.enough)


def pieces_of(text: str) -> Pieces | None:
    """The pieces that tell most; None if none of them tells anything."""
    if text and not any(map(is_separator, text)):
        if not any(map(is_wide, text)):
            return Pieces((Piece(Kind.PART, text),), enough=True)
        if len(text) <= 2 and _keeps_length(text):
            return Pieces((Piece(Kind.WHOLE, text),), enough=True)
    if joint := _as_joint(text):
        return joint
    found = sorted(set(_pieces(text)), key=lambda piece: (-piece.rank, piece.text))
    return Pieces(tuple(found[:MOST_PIECES]), enough=False) if found else None


def _as_joint(text: str) -> Pieces | None:
    """A text that is a joint, or the end of one, is in the titles that have such a joint."""
    runs = [run.span() for run in re.finditer("[^s]+", _classes(text))]
    if len(runs) != 2 or runs[0][0] > 0 or runs[1][1] < len(text) or not _keeps_length(text):
        return None
    before, behind = (end - begin for begin, end in runs)
    if before > BEFORE or behind > BEHIND or joint_of(text, runs[0], runs[1]) is None:
        return None
    if before == BEFORE:
        return Pieces((Piece(Kind.WHOLE, text),), enough=True)
    return Pieces((Piece(Kind.JOINT_END, text),), enough=True, doubt=Piece(Kind.PAIR_END, text))


def _classes(text: str) -> str:
    return "".join("s" if is_separator(c) else "w" if is_wide(c) else "n" for c in text)


def _keeps_length(text: str) -> bool:
    """Whether each letter is one in small letters, too, whatever PostgreSQL takes these from."""
    return all(len(letter.lower()) == 1 for letter in text)


def pieces_of_name(text: str, field: Field) -> Pieces | None:
    """The piece of a text in names; None if the parts of a long name need not hold it."""
    if not text or len(text) > LONGEST_ASKED:
        return None
    return Pieces((Piece(Kind.PART, text, field),), enough=True)


def _pieces(text: str) -> Iterator[Piece]:
    classes = _classes(text)
    for run in re.finditer("[wn]+", classes):
        begin, end = run.span()
        wide = [at for at in range(begin, end) if classes[at] == "w"]
        pairs = {at for one in wide for at in (one - 1, one) if begin <= at < end - 1}
        told = (text[at : at + 2] for at in pairs)
        yield from (Piece(Kind.WHOLE, pair) for pair in told if _keeps_length(pair))
        if end - begin == 1 and wide:
            yield Piece(Kind.WHOLE, text[begin])
    runs = [run.span() for run in re.finditer("[wn]+", classes)]
    for one, next_one in pairwise(runs):
        # What stands at the text's beginning may be the end of a longer word.
        known = one[0] > 0 or one[1] - one[0] >= BEFORE
        joint = joint_of(text, one, next_one)
        if joint is not None and _keeps_length(joint):
            yield Piece(Kind.WHOLE if known else Kind.ANY_END, joint)
    for run in re.finditer("n+", classes):
        begin, end = run.span()
        ends = {(True, True): Kind.WHOLE, (True, False): Kind.BEGINNING, (False, True): Kind.END}
        kind = ends.get((begin > 0, end < len(text)), Kind.PART)
        yield Piece(kind, text[begin:end])
