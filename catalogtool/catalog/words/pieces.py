"""A text that is looked for, taken apart into what the words of a title, or a name, are like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from catalogtool.catalog.words.tokens import (
    BEFORE,
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
# A beginning or an end of so few letters is that of too many words.
SHORT = 2


class Kind(Enum):
    """Which tokens a piece stands for: those that are it, or hold it somewhere."""

    WHOLE = "{}"
    BEGINNING = "{}%"
    END = "%{}"
    PART = "%{}%"


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
        if self.kind is not Kind.WHOLE or any(map(is_wide, self.text)):
            return self.text
        if is_joint(self.text):
            return self.text if not is_separator(self.text[1]) else f" {self.text}"
        return self.text if len(self.text) > SHORT else f" {self.text} "


@dataclass(frozen=True)
class Pieces:
    """What titles with the text must have; `enough` if they need nothing else."""

    pieces: tuple[Piece, ...]
    enough: bool

    def rarest(self, titles: Callable[[Piece], float]) -> Pieces:
        """The two that fewest titles have, of which `titles` tells the number."""
        found = sorted(self.pieces, key=titles)
        return Pieces(tuple(found[:MOST_ASKED]), self.enough)


def pieces_of(text: str) -> Pieces | None:
    """The pieces that tell most; None if none of them tells anything."""
    if text and not any(map(is_separator, text)):
        if not any(map(is_wide, text)):
            return Pieces((Piece(Kind.PART, text),), enough=True)
        if len(text) <= 2:
            return Pieces((Piece(Kind.WHOLE, text),), enough=True)
    found = sorted(set(_pieces(text)), key=lambda piece: (-piece.rank, piece.text))
    chosen = [one for one in found if one.kind is Kind.WHOLE or len(one.text) > SHORT]
    return Pieces(tuple(chosen[:MOST_PIECES]), enough=False) if chosen else None


def pieces_of_name(text: str, field: Field) -> Pieces | None:
    """The piece of a text in names; None if the parts of a long name need not hold it."""
    if not text or len(text) > LONGEST_ASKED:
        return None
    return Pieces((Piece(Kind.PART, text, field),), enough=True)


def _pieces(text: str) -> Iterator[Piece]:
    classes = "".join("s" if is_separator(c) else "w" if is_wide(c) else "n" for c in text)
    for run in re.finditer("[wn]+", classes):
        begin, end = run.span()
        wide = [at for at in range(begin, end) if classes[at] == "w"]
        pairs = {at for one in wide for at in (one - 1, one) if begin <= at < end - 1}
        yield from (Piece(Kind.WHOLE, text[at : at + 2]) for at in pairs)
        if end - begin == 1 and wide:
            yield Piece(Kind.WHOLE, text[begin])
    runs = [run.span() for run in re.finditer("[wn]+", classes)]
    for one, next_one in pairwise(runs):
        # What stands at the text's beginning may be the end of a longer word.
        known = one[0] > 0 or one[1] - one[0] >= BEFORE
        joint = joint_of(text, one, next_one) if known else None
        if joint is not None:
            yield Piece(Kind.WHOLE, joint)
    for run in re.finditer("n+", classes):
        begin, end = run.span()
        ends = {(True, True): Kind.WHOLE, (True, False): Kind.BEGINNING, (False, True): Kind.END}
        kind = ends.get((begin > 0, end < len(text)), Kind.PART)
        yield Piece(kind, text[begin:end])
