"""Chance inside PostgreSQL: SQL expressions that give each row `i` its numbers, by seed.

A hash of the row's number instead of random(): the same seed makes the same catalogue, whatever
the order or the size of the steps in which it is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate


class Draws:
    """Independent draws for the rows of one table; `row` is the SQL of the row's number."""

    def __init__(self, seed: int, row: str = "i") -> None:
        self._seed = seed * 1_000_000
        self._row = row

    def bits(self, name: str) -> str:
        """64 random bits as a bigint, the same wherever `name` is used."""
        key = self._seed + sum((n + 1) * 131 * ord(letter) for n, letter in enumerate(name))
        return f"hashint8extended({self._row}, {key})"

    def share(self, name: str) -> str:
        """A number from 0 up to, not including, 1."""
        return f"(({self.bits(name)} & 4294967295)::float8 / 4294967296::float8)"

    def below(self, name: str, limit: int | str) -> str:
        """A whole number from 0 up to, not including, `limit`; all equally likely."""
        return f"floor({self.share(name)} * ({limit}))::int"

    def tailed(self, name: str, limit: int | str, steepness: float) -> str:
        """The same with a long tail: small numbers are the likely ones."""
        return f"floor(power({self.share(name)}, {steepness}::float8) * ({limit}))::int"


def among(share: str, choices: Sequence[tuple[float, str]]) -> str:
    """One of these SQL expressions by its weight; weights that miss 1 leave null."""
    limits = accumulate(weight for weight, _ in choices)
    cases = " ".join(
        f"WHEN {share} < {limit:.6f}::float8 THEN {value}"
        for limit, (_, value) in zip(limits, choices, strict=True)
    )
    return f"CASE {cases} END"


def element(values: Sequence[str], index: str) -> str:
    """The value of a constant list of texts at `index` (from 0)."""
    listed = ", ".join(literal(value) for value in values)
    return f"(ARRAY[{listed}])[1 + {index}]"


def literal(value: str) -> str:
    """A text as an SQL constant."""
    return "'" + value.replace("'", "''") + "'"
