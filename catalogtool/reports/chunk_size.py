"""How many rows to merge in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

TARGET_SECONDS = 0.4
SMALLEST, LARGEST = 200, 20_000


@dataclass
class ChunkSize:
    """Grows and shrinks with the time that chunks take.

    Short enough for a bar that moves and for other imports to get their turn, long enough that
    the cost of a transaction does not show.
    """

    rows: int = 1_000

    def adapt(self, seconds: float) -> None:
        """Aim at the target time, at most doubling at once."""
        factor = min(TARGET_SECONDS / max(seconds, 0.001), 2.0)
        self.rows = max(SMALLEST, min(int(self.rows * factor), LARGEST))
