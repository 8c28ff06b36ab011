"""An exact export that comes back through the import: the catalogue's own words are no news."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogtool.catalog.export.csv_file import as_file
from catalogtool.catalog.export.pieces import read_pieces
from catalogtool.catalog.export.request import parse_export
from catalogtool.catalog.models import FLAGS
from catalogtool.reports.models import Report
from tests.reports.importing import (
    Imports,
    catalogue,
    changes_of,
    errors_of,
    fingerprint,
    sql,
    video,
)
from tests.reports.reading import table, video_id

TODAY, YESTERDAY = "video_export_2026-03-02.csv", "videos_2026-03-01.csv"
LENGTHS = {
    "title": 500, "channel_display_name": 200, "channel_id": 100, "asset_id": 50,
    "custom_id": 100, "label": 255, "upc": 20, "isrc": 12, "privacy_status": 20,
    "claimed_status": 20, "category": 100, "upload_source": 50, "notes": 500,
    "effective_policy": 3000, "other_owners_claiming": 3000,
}  # fmt: skip
LISTS = ("artist", "genre")

letters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
hostile = st.sampled_from(
    ["", " ", "\n", "\r\n", "\r", "\t", '"', '""', ",", "=1+1", "-1", "\\", "\\N", "\\.", "|",
     "a|b", "\ufeff", "\x1c", "\x85", "\u2028", "夜に駆ける", "🎵", "a\nvid-0000001,b", "NULL",
     " x ", '"a\n', "null", "Yes", "[]", "{}", "'=1"]
)  # fmt: skip
texts = st.none() | st.lists(hostile | letters, max_size=6).map("".join)
lists = st.none() | st.lists(st.none() | hostile | st.text(letters, max_size=4), max_size=3)
some_time = st.datetimes(
    *(datetime(year, 1, 2, tzinfo=UTC).replace(tzinfo=None) for year in (1990, 2099)),
    timezones=st.just(UTC),
)
moments = st.none() | some_time


@st.composite
def videos(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Videos with anything that the database can hold in all of their columns."""
    yes_no = st.sampled_from([None, "Yes", "No"])
    found = []
    for number in range(draw(st.integers(1, 3))):
        one: dict[str, Any] = {"video_id": video_id(number)}
        for name, longest in LENGTHS.items():
            value = draw(texts)
            one[name] = value if value is None else value[:longest]
        one |= {name: draw(lists) for name in LISTS}
        one |= {name: draw(yes_no) for name in FLAGS}
        one |= {name: draw(st.none() | st.booleans()) for name in ("is_short", "is_live_stream")}
        one |= {name: draw(st.booleans()) for name in ("hidden", "administered")}
        one |= {name: draw(moments) for name in ("time_published", "administered_at")}
        one["updated_at"] = draw(some_time)
        one["video_length"] = draw(st.none() | st.integers(0, 2**31 - 1))
        one["views"] = draw(st.none() | st.integers(0, 2**63 - 1))
        found.append(one)
    return found


def store(found: list[dict[str, Any]]) -> None:
    sql("TRUNCATE video, channel, asset, report CASCADE")
    for one in found:
        columns = {name: value for name, value in one.items() if name != "views"}
        if (name := columns["channel_display_name"]) is not None:
            sql("INSERT INTO channel (name) VALUES (:name) ON CONFLICT DO NOTHING", name=name)
        sql(
            f"INSERT INTO video ({', '.join(columns)})"
            f" VALUES ({', '.join(f':{name}' for name in columns)})",
            **columns,
        )
        if one["views"] is not None:
            sql(
                """INSERT INTO video_counter (video_pk, views)
                SELECT id, :views FROM video WHERE video_id = :video_id
                ON CONFLICT (video_pk) DO UPDATE SET views = excluded.views""",
                views=one["views"],
                video_id=one["video_id"],
            )


def export(**parameters: str) -> bytes:
    wanted = parse_export({"hidden": "all", "safe": "0", **parameters})
    return b"".join(as_file(wanted, read_pieces(wanted)))


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def written(value: Any) -> str:
    """What the file holds for a stored value."""
    if isinstance(value, list):
        return "|".join(item for item in value if item is not None)
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return "" if value is None else str(value)


def import_nothing_new(imports: Imports, content: bytes, name: str = TODAY) -> Report:
    """Import, and see that nothing at all was written, not even an equal value."""
    before, said = fingerprint(), catalogue()
    report = imports.run(content, name)
    assert (report.status, report.kind) == ("completed", "export"), report.error_message
    assert errors_of(report) == []
    assert report.unknown_columns == []
    assert (report.videos_created, report.videos_updated) == (0, 0)
    assert (report.videos_unchanged, report.values_cut) == (report.total_rows, 0)
    assert fingerprint() == before
    assert catalogue() == said
    assert sql("SELECT count(*) FROM report_coverage WHERE report_id = :id", id=report.id) == 0
    return report


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(found=videos())
def test_whatever_is_stored_survives_the_journey(
    shared_imports: Imports, found: list[dict[str, Any]]
) -> None:
    store(found)
    content = export()
    rows = rows_of(content)
    assert [row["video_id"] for row in rows] == [one["video_id"] for one in found]
    for row, one in zip(rows, found, strict=True):
        told = {name: value for name, value in row.items() if name != "policy"}
        assert told == {name: written(one[name]) for name in told}
    report = import_nothing_new(shared_imports, content)
    assert report.total_rows == len(found)


def test_blanks_survive_where_nothing_asks_for_a_closer_look(shared_imports: Imports) -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    texts = {
        "title": " x ",
        "category": "Music ",
        "channel_id": "a" * 22,
        "privacy_status": "Public",
    }
    store([{"video_id": video_id(1), "artist": ["a ", " b", ""], "updated_at": moment,
            "views": 1, **dict.fromkeys(LENGTHS), **texts}])  # fmt: skip
    import_nothing_new(shared_imports, export())


CLAIMS = (
    "claim_id,claim_status,asset_id,video_id,channel_display_name,video_title,claim_type,"
    "is_shorts_eligible,artist,upc,views,custom_id"
)


def a_real_catalogue(imports: Imports) -> None:
    """From reports of all kinds, with an edit that waits and a channel that was renamed."""
    imports.synthetic(300, "videos_2026-02-01.csv", kind="video", seed=4)
    imports.synthetic(300, "claims_2026-02-01.csv", kind="claims", seed=4)
    imports.synthetic(100, "assets_2026-02-01.csv", kind="asset", seed=4)
    imports.rows(CLAIMS, ["C1", "ACTIVE", "A1", "only-claims", "Claimed by", "Only", "AUDIO",
                          "true", "Ado | Björk", "036000291452", 7, "x"])  # fmt: skip
    sql("UPDATE video SET title = 'edited here' WHERE video_id = 'only-claims'")
    sql("""INSERT INTO pending_edit (video_id, field, value, created_at)
        VALUES ('only-claims', 'title', '"edited here"', '2026-02-02')""")


def test_a_whole_catalogue_comes_back_without_a_trace(imports: Imports) -> None:
    a_real_catalogue(imports)
    import_nothing_new(imports, export())
    import_nothing_new(imports, export(format="csv.gz"), f"{TODAY}.gz")
    columns = "updated_at,video_id,views,asset_id,custom_id,administered,title,policy,artist"
    import_nothing_new(imports, export(columns=columns))


def test_it_makes_no_other_report_an_old_one(imports: Imports) -> None:
    imports.rows("video_id,video_title", [video_id(1), "one"], name="videos_2026-02-01.csv")
    imports.run(export(), TODAY)
    imports.rows("video_id,video_title", [video_id(1), "two"], name=YESTERDAY)
    assert video(video_id(1))["title"] == "two"


def changed(content: bytes, which: str, **cells: str) -> bytes:
    """The file with other values in the row of one video."""
    rows = rows_of(content)
    for row in rows:
        if row["video_id"] == which:
            row.update(cells)
    return table([list(rows[0]), *(row.values() for row in rows)]).encode()


def test_what_a_person_changed_in_the_file_is_taken(imports: Imports) -> None:
    a_real_catalogue(imports)
    channel = "only-claims"
    content = changed(
        export(), channel, label="Label", artist="Ado|宇多田ヒカル", views="99", title="other"
    )
    report = imports.run(content, TODAY)
    assert (report.errors, report.videos_created, report.videos_updated) == (0, 0, 1)
    assert changes_of(report) == {
        channel: {
            "label": [None, "Label"],
            "artist": [["Ado", "Björk"], ["Ado", "宇多田ヒカル"]],
        }
    }
    # The counter goes on by itself, and the user's own edit waits for YouTube.
    assert video(channel)["counters"]["views"] == 7
    assert video(channel)["title"] == "edited here"


def test_a_video_that_changed_since_only_fills_its_gaps(imports: Imports) -> None:
    imports.rows(
        "video_id,video_title,category", [video_id(1), "one", ""], name="videos_2026-02-01.csv"
    )
    content = changed(export(), video_id(1), category="Music")
    imports.rows("video_id,video_title", [video_id(1), "two"], name=YESTERDAY)
    report = imports.run(content, TODAY)
    assert changes_of(report) == {video_id(1): {"category": [None, "Music"]}}
    assert video(video_id(1))["title"] == "two"


def test_a_video_that_is_gone_comes_back(imports: Imports) -> None:
    a_real_catalogue(imports)
    content = export()
    before = video("only-claims")
    sql("DELETE FROM video WHERE video_id = 'only-claims'")
    report = imports.run(content, TODAY)
    assert (report.videos_created, report.videos_updated) == (1, 0)
    after = video("only-claims")
    own = {"hidden", "administered", "notes", "provenance", "facets", "counters"}
    assert {n: v for n, v in after.items() if n not in own} == {
        n: v for n, v in before.items() if n not in own
    }


def test_a_few_chosen_columns_make_an_ordinary_report(imports: Imports) -> None:
    a_real_catalogue(imports)
    report = imports.run(export(columns="video_id,title"), TODAY)
    assert (report.kind, report.videos_created, report.videos_updated) == ("video", 0, 0)
