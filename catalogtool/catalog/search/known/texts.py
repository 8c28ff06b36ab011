"""Columns of texts in memory: which rows hold a part, and which have a value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from catalogtool.core.arrays import Int64s

Mask = NDArray[np.bool_]

# Stands between two texts and at both ends: no text of PostgreSQL holds it.
_BETWEEN = "\0"


def lowered(text: str) -> str:
    """The text in lower case as PostgreSQL's `lower` has it: letter by letter, one for one."""
    if text.isascii():
        return text.lower()
    return "".join("i" if letter == "\u0130" else letter.lower() for letter in text)


class Texts:
    """Texts of rows, already in lower case; a row may have one, several or none.

    The places of each letter are known. A part is looked for where its rarest letter stands, so
    that neither a rare nor a common text takes long.
    """

    def __init__(self, size: int, texts: Iterable[tuple[int, str]]) -> None:
        """`size` is the number of rows; with each text comes the row that has it."""
        given = list(texts)
        joined = "".join([_BETWEEN, *(text + _BETWEEN for _, text in given)])
        letters = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
        numbers = np.zeros(int(letters.max()) + 1, np.int32)
        numbers[letters] = 1
        known = np.flatnonzero(numbers)
        numbers[known] = np.arange(len(known))
        self._size = size
        self._numbers = {letter: number for number, letter in enumerate(known.tolist())}
        # In a narrow type, which is sorted in no time.
        self._letters = numbers[letters].astype(np.min_scalar_type(len(known)))
        self._places = np.argsort(self._letters, kind="stable").astype(np.int32)
        self._occurrences = np.bincount(self._letters)
        self._begins = np.cumsum(self._occurrences) - self._occurrences
        self._having_text = np.array([row for row, _ in given], np.int32)
        lengths = [1, *(len(text) + 1 for _, text in given)]
        self._rows = np.repeat(np.array([0, *self._having_text], np.int32), lengths)

    def having(self, part: str) -> Mask:
        """The rows with a text that holds this part in any case."""
        found = np.zeros(self._size, np.bool_)
        if not part:
            found[self._having_text] = True
            return found
        numbers = [self._numbers.get(ord(letter)) for letter in lowered(part)]
        wanted = [(number, at) for at, number in enumerate(numbers) if number is not None]
        if len(wanted) == len(numbers):
            found[self._rows[self._starts(wanted)]] = True
        return found

    def _starts(self, wanted: Sequence[tuple[int, int]]) -> NDArray[np.int32]:
        """Where these letters stand, each so far behind the start."""
        first, *others = sorted(wanted, key=lambda letter: self._occurrences[letter[0]])
        begin = self._begins[first[0]]
        starts = self._places[begin : begin + self._occurrences[first[0]]] - first[1]
        for number, at in others:
            # Beyond either end stands, as at the ends, no letter that is wanted.
            starts = starts[self._letters.take(starts + at, mode="clip") == number]
            if not len(starts):
                break
        return starts


class Values:
    """One value for each row, or none; rows with the same value have the same number."""

    def __init__(self, values: Iterable[str | None]) -> None:
        numbers: dict[str | None, int] = {}
        rows = [numbers.setdefault(value, len(numbers)) for value in values]
        self._numbers = numbers
        self._rows = np.array(rows, np.int32)

    def among(self, wanted: Iterable[str]) -> Mask:
        """The rows whose value is one of these."""
        numbers = [self._numbers[value] for value in wanted if value in self._numbers]
        return np.isin(self._rows, np.array(numbers, np.int32))

    def numbers_of(self, mask: Mask) -> Int64s:
        """How many rows of the mask have each value; values that none of them has are left out."""
        numbers = np.bincount(self._rows[mask])
        return numbers[numbers > 0]
