"""What is measured: an edit of every chosen video, and its rollback, in fields of every kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

BAR = 2.0
# The category that the benchmark gives to as many videos as are to be edited.
CHOSEN = "Bulk edit"


@dataclass(frozen=True)
class Case:
    """One edit: `changes` as the product takes them, `by_hand` the new value as SQL."""

    name: str
    title: str
    field: str
    changes: dict[str, Any]
    by_hand: str
    is_list: bool = False


CASES = (
    Case("label", "set a text", "label", {"label": "New label"}, "'New label'::varchar"),
    Case("notes", "set a local fact", "notes", {"notes": "seen"}, "'seen'::varchar"),
    Case(
        "title",
        "replace in the titles",
        "title",
        {"title": {"find": "e", "replace": "ee"}},
        "replace(title, 'e', 'ee')",
    ),
    Case(
        "artist",
        "append to a list",
        "artist",
        {"artist": {"append": ["Somebody New"]}},
        "coalesce(artist, '{}') || ARRAY['Somebody New']",
        is_list=True,
    ),
)


@dataclass(frozen=True)
class Outcome:
    """Wall seconds and processor seconds (client and server) of both sides for one step."""

    case: Case
    step: str
    ours: float
    by_hand: float
    our_processor: float
    processor_by_hand: float
    rows: int
    breakdown: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        return self.ours / self.by_hand

    def as_json(self) -> dict[str, Any]:
        return {
            "case": self.case.name,
            "step": self.step,
            "rows": self.rows,
            "ours_seconds": round(self.ours, 3),
            "by_hand_seconds": round(self.by_hand, 3),
            "ratio": round(self.ratio, 3),
            "our_processor_seconds": round(self.our_processor, 3),
            "processor_seconds_by_hand": round(self.processor_by_hand, 3),
            "bar": BAR,
        }
