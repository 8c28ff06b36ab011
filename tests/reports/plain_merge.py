"""The merge of reports and looks in plain Python, a row at a time: what the SQL must agree with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Cells = dict[str, Any]
Key = tuple[Any, Any, Any]

# How much each kind's word counts, where both have one.
RANKS = {
    "video": {"title": 3, "asset_id": 3, "custom_id": 3, "claimed_status": 3, "views": 3},
    "claims": {"title": 1, "asset_id": 1, "custom_id": 1, "claimed_status": 4, "views": 1},
}
ONLY = {"video": ("category", "effective_policy"), "claims": ()}
OF_CLAIM = {"video": ("effective_policy",), "claims": ("claim_status", "claim_type")}
# What YouTube itself is asked for: as good as the best report, and the latest word.
LOOKED_AT = {"title": 3, "views": 3, "category": 0}
STATES = {"ACTIVE": "claimed", "PENDING": "pending", "INACTIVE": "unclaimed"}


@dataclass
class Plain:
    """A catalogue: values with the rank of their source, claims, and who spoke last of a video."""

    videos: dict[str, dict[str, tuple[Any, int]]] = field(default_factory=dict)
    claims: dict[str, dict[Key, Cells]] = field(default_factory=dict)
    last: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    looks: dict[str, float] = field(default_factory=dict)
    reports: int = 0

    def look(self, at: float, rows: list[Cells]) -> set[str]:
        """Bring in what YouTube said at this time (days with fractions); the videos that changed.

        A video that nobody knows is passed over, and so is what a later look has overtaken.
        """
        changed = set()
        for row in rows:
            video = row["video_id"]
            if video not in self.videos or self.looks.get(video, at) > at:
                continue
            self.looks[video] = at
            told = {name: row[name] for name in LOOKED_AT}
            if self._tell(LOOKED_AT, video, told, old=False, overtaken=False):
                changed.add(video)
        return changed

    def merge(self, kind: str, day: int, rows: list[Cells]) -> tuple[int, int, int]:
        """Bring in one report; videos created, updated, unchanged."""
        self.reports += 1
        edition = (day, self.reports)
        outcome = {"created": 0, "updated": 0, "unchanged": 0}
        for video in sorted({row["video_id"] for row in rows}):
            mine = sorted((r for r in rows if r["video_id"] == video), key=place_of(kind))
            old = self.last.get((kind, video), edition) > edition
            is_new = video not in self.videos
            told = told_by(kind, mine[0])
            # A report of a day knows nothing of what came after its end.
            overtaken = self.looks.get(video, 0.0) >= day + 1
            changed = self._tell(RANKS[kind], video, told, old, overtaken)
            changed |= self._claim(kind, video, mine, old)
            self.last[kind, video] = max(self.last.get((kind, video), edition), edition)
            outcome["created" if is_new else "updated" if changed else "unchanged"] += 1
        return outcome["created"], outcome["updated"], outcome["unchanged"]

    def _tell(
        self, ranks: dict[str, int], video: str, told: Cells, old: bool, overtaken: bool
    ) -> bool:
        stored = self.videos.setdefault(video, {})
        changed = False
        for name, value in told.items():
            rank = ranks.get(name, 0)
            present, present_rank = stored.get(name, (None, 0))
            if value is None or present_rank > rank:
                continue
            if old and present is not None and present_rank == rank:
                continue
            if overtaken and present is not None and name in LOOKED_AT:
                continue
            changed |= present != value
            stored[name] = (value, rank)
        return changed

    def _claim(self, kind: str, video: str, rows: list[Cells], old: bool) -> bool:
        changed = False
        for row in rows:
            key = (row["claim_id"], row["asset_id"], row.get("custom_id"))
            if key == (None, None, None):
                continue
            known = self.claims.setdefault(video, {})
            changed |= key not in known
            stored = known.setdefault(key, {})
            for name in OF_CLAIM[kind]:
                value, present = row.get(name), stored.get(name)
                if value is not None and value != present and not (old and present is not None):
                    stored[name] = value
                    changed = True
        return changed


def told_by(kind: str, row: Cells) -> Cells:
    """What one row says of its video."""
    told = {name: row.get(name) for name in (*RANKS[kind], *ONLY[kind])}
    if kind == "video":
        told["claimed_status"] = "claimed" if row["claim_id"] else None
    else:
        told["claimed_status"] = STATES.get(row["claim_status"])
    return told


def place_of(kind: str) -> Any:
    """The order of a video's rows: the first one speaks for the video."""

    def key(row: Cells) -> tuple[Any, ...]:
        status = row.get("claim_status")
        live = [0 if status == wanted else 2 if status is None else 1 for wanted in LIVE]
        names = [row.get(name) for name in ("claim_id", "asset_id", "custom_id")]
        sorted_names = [(name is None, name or "") for name in names]
        missing = [row["claim_id"] is None, row["asset_id"] is None]
        return (*(live if kind == "claims" else []), *missing, *sorted_names)

    return key


LIVE = ("ACTIVE", "PENDING")
