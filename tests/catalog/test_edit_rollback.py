"""A rollback leads back to exactly the state before, whatever was edited, unconfirmed edits too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogtool.core import db
from tests.catalog.editing import add_videos, edit, edit_all, name, records, sql, state, undo
from tests.databases import new_database

TEXTS = ["a", "b", "aa b", "a|b'c", "夜"]
NAMES = ["x", "y", "Ado"]
CODES = {"upc": ["036000291452", "4006381333931"], "isrc": ["USRC17607839", "GBAYE0000351"]}
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "title": st.sampled_from(TEXTS),
    **{
        field: st.sampled_from([None, *TEXTS[:3]])
        for field in ("notes", "custom_id", "asset_id", "label", "category", "effective_policy")
    },
    **{
        field: st.none() | st.lists(st.sampled_from(NAMES), max_size=3, unique=True)
        for field in ("artist", "genre")
    },
    **{field: st.sampled_from([None, *codes]) for field, codes in CODES.items()},
    "privacy_status": st.sampled_from(["public", "unlisted", "private"]),
    "administered": st.booleans(),
    "hidden": st.booleans(),
    "is_short": st.sampled_from([None, True, False]),
}
ENTRIES = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2)
PARTS = st.fixed_dictionaries(
    {"find": st.sampled_from(["a", "b", "夜"]), "replace": st.sampled_from(["", "b", "x" * 300])}
)
CHANGES = {
    **PLAIN,
    **{
        field: PLAIN[field]
        | st.fixed_dictionaries({"append": ENTRIES})
        | st.fixed_dictionaries({"remove": ENTRIES})
        for field in ("artist", "genre")
    },
    **{field: PLAIN[field] | PARTS for field in ("title", "notes", "label", "category")},
}
VIDEOS = [name(number) for number in range(1, 4)]

rows = st.fixed_dictionaries({}, optional={f: v for f, v in PLAIN.items() if f != "title"})
edits = st.fixed_dictionaries({}, optional=PLAIN)
batches = st.fixed_dictionaries({}, optional=CHANGES).filter(bool)


@pytest.fixture(scope="module")
def shared(server: str, template: str) -> Iterator[None]:
    """A database that all examples share."""
    with new_database(server, template) as url:
        engine = db.connect(url)
        yield
        engine.dispose()


def begin(videos: list[dict[str, Any]], sources: list[str | None]) -> None:
    """Videos with these columns; their Shorts are known from these sources."""
    sql("TRUNCATE video, channel, youtube_shorts, non_youtube_shorts, edit_batch CASCADE")
    add_videos(*({"title": TEXTS[0], **columns} for columns in videos))
    for video_id, source in zip(VIDEOS, sources, strict=True):
        if source == "not_short":
            sql("INSERT INTO non_youtube_shorts (video_id) VALUES (:id)", id=video_id)
        elif source:
            sql(
                "INSERT INTO youtube_shorts (video_id, source) VALUES (:id, :source)",
                id=video_id,
                source=source,
            )


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    videos=st.lists(rows, min_size=3, max_size=3),
    sources=st.lists(
        st.sampled_from([None, "claims_report", "user", "not_short"]), min_size=3, max_size=3
    ),
    before=st.lists(st.tuples(st.sampled_from(VIDEOS), edits), max_size=3),
    changes=batches,
    chosen=st.lists(st.sampled_from(VIDEOS), min_size=1, max_size=3, unique=True),
)
def test_a_rollback_and_its_own_rollback(
    shared: None,
    videos: list[dict[str, Any]],
    sources: list[str | None],
    before: list[tuple[str, dict[str, Any]]],
    changes: dict[str, Any],
    chosen: list[str],
) -> None:
    begin(videos, sources)
    for video_id, fields in before:
        edit(video_id, **fields)
    unedited, known = state(), len(records())

    done = edit_all(changes, chosen)
    edited = state()
    assert done["matched"] == done["updated"] + done["unchanged"] + done["skipped_count"]
    assert len(records()) - known == done["updated"]
    assert (edited != unedited) == (done["updated"] > 0)
    if "is_short" not in changes:
        assert edited["shorts"] == unedited["shorts"]

    undone = undo(done["batch_id"])
    assert state() == unedited
    assert (undone["updated"], undone["skipped_count"]) == (done["updated"], 0)

    redone = undo(undone["batch_id"])
    assert state() == edited
    assert (redone["updated"], redone["skipped_count"]) == (done["updated"], 0)

    undo(redone["batch_id"])
    assert state() == unedited
