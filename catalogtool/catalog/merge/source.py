"""Who tells what is merged: a report, or YouTube itself. Every change is signed with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """`name` is one of the audit's sources; only a report has an id."""

    name: str
    report_id: int | None = None

    @property
    def is_look(self) -> bool:
        """Whether YouTube was asked for exactly this, just now."""
        return self.name == "youtube"

    @property
    def parameters(self) -> dict[str, object]:
        """The values that SQL refers to as :source and :report_id."""
        return {"source": self.name, "report_id": self.report_id}


YOUTUBE = Source("youtube")
