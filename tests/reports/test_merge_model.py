"""Random small reports and looks, merged by the SQL and by a model in plain Python, end alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogtool.catalog.looks.videos import look_at_videos
from catalogtool.core.db import unit_of_work
from tests.reports.importing import Imports, catalogue, sql
from tests.reports.plain_merge import LOOKED_AT, OF_CLAIM, ONLY, RANKS, Cells, Plain
from tests.reports.reading import table, video_id

# A claims report's custom id belongs to the asset, of which the model knows nothing.
COLUMNS = {
    "video": "video_id,claim_id,asset_id,custom_id,title,views,category,effective_policy",
    "claims": "video_id,claim_id,asset_id,title,views,claim_status,claim_type",
}
VALUES: dict[str, list[Any]] = {
    "claim_id": [None, "C1", "C2"],
    "asset_id": [None, "A1", "A2"],
    "custom_id": [None, "x"],
    "title": [None, "one", "two, three"],
    "views": [None, 1, 2],
    "category": [None, "Music", "Film"],
    "effective_policy": [None, "Monetize", "Block"],
    "claim_status": [None, "ACTIVE", "PENDING", "INACTIVE"],
    "claim_type": [None, "AUDIO", "VISUAL"],
}


@st.composite
def reports(draw: st.DrawFn) -> tuple[str, int, list[Cells]]:
    """Kind, day and rows; no two rows of a video have the same claim, asset and custom id."""
    kind = draw(st.sampled_from(["video", "claims"]))
    _, *names = COLUMNS[kind].split(",")
    cells = st.fixed_dictionaries(
        {"video_id": st.integers(0, 1).map(video_id)}
        | {name: st.sampled_from(VALUES[name]) for name in names}
    )
    key = ("video_id", "claim_id", "asset_id", "custom_id")
    rows = st.lists(cells, max_size=5, unique_by=lambda row: tuple(row.get(name) for name in key))
    return kind, draw(st.integers(1, 3)), draw(rows)


def stored() -> tuple[dict[str, Cells], dict[str, dict[Any, Cells]]]:
    """Videos and claims as the database has them."""
    state = catalogue()
    names = {*RANKS["video"], *ONLY["video"]} - {"views"}
    videos = {
        video["video_id"]: {name: video[name] for name in names}
        | {"views": (video["counters"] or {}).get("views")}
        for video in state["video"]
    }
    claims: dict[str, dict[Any, Cells]] = {}
    for claim in state["claim"]:
        key = (claim["claim_id"], claim["asset_id"], claim["custom_id"])
        told = {n: claim[n] for n in (*OF_CLAIM["video"], *OF_CLAIM["claims"]) if claim[n]}
        claims.setdefault(claim["video_id"], {})[key] = told
    return videos, claims


def expected(model: Plain) -> tuple[dict[str, Cells], dict[str, dict[Any, Cells]]]:
    names = (*RANKS["video"], *ONLY["video"])
    videos = {
        video: {name: values.get(name, (None, 0))[0] for name in names}
        for video, values in model.videos.items()
    }
    return videos, model.claims


@st.composite
def looks(draw: st.DrawFn) -> tuple[str, int, list[Cells]]:
    """Noon of a day, and what YouTube said of some videos."""
    cells = st.fixed_dictionaries(
        {"video_id": st.integers(0, 1).map(video_id)}
        | {name: st.sampled_from(VALUES[name]) for name in LOOKED_AT}
    )
    rows = st.lists(cells, min_size=1, max_size=2, unique_by=lambda row: row["video_id"])
    return "look", draw(st.integers(1, 4)), draw(rows)


def look(day: int, rows: list[Cells]) -> set[str]:
    """Bring in what YouTube said at noon of a day; the videos that changed."""
    at = datetime(2024, 1, day, 12, tzinfo=UTC)
    with unit_of_work() as session:
        return set(look_at_videos(session, [{**row, "at": at, "found": True} for row in rows]))


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.one_of(reports(), reports(), looks()), min_size=3, max_size=6))
def test_sql_and_model_agree(
    shared_imports: Imports, found: list[tuple[str, int, list[Cells]]]
) -> None:
    sql("TRUNCATE video, channel, asset, report CASCADE")
    model = Plain()
    # Both videos are known from the start; looks tell of no others.
    known = [dict.fromkeys(VALUES) | {"video_id": video_id(n), "title": "first"} for n in (0, 1)]
    for number, (kind, day, rows) in enumerate([("video", 1, known), *found]):
        if kind == "look":
            assert look(day, rows) == model.look(day + 0.5, rows)
            assert stored() == expected(model)
            continue
        names = COLUMNS[kind].split(",")
        content = table([names, *([row[name] for name in names] for row in rows)])
        report = shared_imports.run(content, f"{kind}{number}_2024-01-0{day}.csv")
        counted = (report.videos_created, report.videos_updated, report.videos_unchanged)
        assert report.status == "completed", report.error_message
        assert counted == model.merge(kind, day, rows)
        assert stored() == expected(model)
