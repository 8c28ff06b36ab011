"""An export in many pieces: each video once, nothing lost, and nobody kept waiting."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from catalogtool.catalog.export import extent, pieces
from catalogtool.catalog.export.csv_file import as_file
from catalogtool.catalog.export.pieces import Piece, read_pieces
from catalogtool.catalog.export.request import ExportRequest, parse_export
from catalogtool.core.db import driver_connection, engine, unit_of_work
from catalogtool.core.errors import ValidationError

ROWS = 3_000
# Ids with gaps, some of them longer than a piece.
FILL = f"""INSERT INTO video (id, video_id, title, label, hidden, artist) OVERRIDING SYSTEM VALUE
    SELECT n * 7 + (n / 1000) * 5000, 'v' || lpad(n::text, 10, '0'),
           CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE repeat(n || ' ', n % 50) END,
           CASE n % 2 WHEN 0 THEN 'even' END, n % 10 = 0, ARRAY['a' || n]
    FROM generate_series(1, {ROWS}) AS n"""


@pytest.fixture(autouse=True)
def filled(database: str) -> None:
    """Some thousand videos."""
    with unit_of_work() as session:
        session.execute(text(FILL))


@pytest.fixture
def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that make even few videos come in many pieces."""
    monkeypatch.setattr(extent, "FEW", 20)
    monkeypatch.setattr(pieces, "FIRST_WIDTH", 10)
    monkeypatch.setattr(pieces, "WIDEST", 5_000)
    monkeypatch.setattr(pieces, "AIM_BYTES", 4_000)
    monkeypatch.setattr(pieces, "MOST_BYTES", 16_000)
    monkeypatch.setattr(pieces, "LINES_AT_ONCE", 3)


def wanted(**parameters: str) -> ExportRequest:
    return parse_export({"safe": "0", "columns": "id,video_id,title", **parameters})


def ids_of(content: bytes) -> list[int]:
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    return [int(row[header.index("id")]) for row in rows]


def all_ids(condition: str = "true") -> list[int]:
    with unit_of_work() as session:
        return list(session.scalars(text(f"SELECT id FROM video WHERE {condition} ORDER BY id")))


@pytest.mark.usefixtures("in_small_pieces")
@pytest.mark.parametrize(
    ("parameters", "condition"),
    [
        ({"hidden": "all"}, "true"),
        ({}, "NOT hidden"),
        ({"label": "EVEN"}, "NOT hidden AND label = 'even'"),
        ({"artist": "A29"}, "NOT hidden AND artist[1] LIKE 'a29%'"),
        ({"video_id": "v0000000017", "hidden": "all"}, "video_id = 'v0000000017'"),
    ],
)
def test_each_video_comes_once_and_in_order(parameters: dict[str, str], condition: str) -> None:
    order = wanted(**parameters)
    found = list(read_pieces(order))
    assert ids_of(b"".join(as_file(order, found))) == all_ids(condition)
    assert sum(piece.rows for piece in found) == len(all_ids(condition))
    assert [piece.done for piece in found] == sorted({piece.done for piece in found})
    assert found[-1].done == 1
    sizes = [sum(map(len, piece.blocks)) for piece in found]
    assert max(sizes) <= 16_000 + 2_000
    assert len(found) > 3 or len(all_ids(condition)) <= 20


@pytest.mark.usefixtures("in_small_pieces")
def test_a_piece_that_turns_out_too_large_is_taken_in_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pieces, "FIRST_WIDTH", 100_000)
    asked: list[int] = []
    copy = pieces._copy

    def watched(query: Any, piece: dict[str, Any], *, whole: bool) -> Any:
        asked.append(piece["last"] - piece["first"] + 1)
        return copy(query, piece, whole=whole)

    monkeypatch.setattr(pieces, "_copy", watched)
    order = wanted(hidden="all")
    assert ids_of(b"".join(as_file(order, read_pieces(order)))) == all_ids()
    assert asked[0] > asked[1] > asked[2]


@pytest.mark.usefixtures("in_small_pieces")
def test_one_row_that_is_larger_than_a_piece_still_comes() -> None:
    with unit_of_work() as session:
        session.execute(text("UPDATE video SET effective_policy = repeat('x', 50000) WHERE id = 7"))
    order = wanted(hidden="all", columns="id,effective_policy")
    rows = list(csv.reader(io.StringIO(b"".join(as_file(order, read_pieces(order))).decode())))
    assert rows[1] == ["7", "x" * 50_000]


def test_null_and_empty_text_survive() -> None:
    order = wanted(hidden="all", columns="video_id,title,label,views")
    content = b"".join(as_file(order, read_pieces(order)))
    with unit_of_work() as session:
        session.execute(
            text("CREATE TEMP TABLE back (video_id text, title text, label text, views bigint)")
        )
        with (
            driver_connection(session)
            .cursor()
            .copy("COPY back FROM STDIN (FORMAT csv, HEADER)") as copy
        ):
            copy.write(content)
        different = session.scalar(
            text(
                """SELECT count(*) FROM back FULL JOIN video v USING (video_id)
                WHERE (back.title, back.label) IS DISTINCT FROM (v.title, v.label)"""
            )
        )
    assert different == 0


def busy(session: Any) -> int:
    """How many other sessions of this database have a transaction open."""
    found = session.scalar(
        text(
            """SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
              AND xact_start IS NOT NULL"""
        )
    )
    assert isinstance(found, int)
    return found


@pytest.mark.usefixtures("in_small_pieces")
def test_no_transaction_is_open_while_a_piece_is_being_sent() -> None:
    reading: Iterator[Piece] = read_pieces(wanted(hidden="all"))
    for _ in range(3):
        next(reading)
        assert engine().pool.checkedout() == 0  # type: ignore[attr-defined]
        with unit_of_work() as session:
            assert busy(session) == 0


@pytest.mark.usefixtures("in_small_pieces")
def test_a_snapshot_lives_as_long_as_a_piece_only() -> None:
    order = wanted(hidden="all")
    reading = read_pieces(order)
    first = next(reading)
    with unit_of_work() as session:
        session.execute(text("DELETE FROM video WHERE id % 2 = 0"))
        session.execute(text("UPDATE video SET title = 'meanwhile'"))
        session.execute(text("INSERT INTO video (video_id) VALUES ('later000001')"))
    last = b"".join(block for piece in reading for block in piece.blocks)
    rows = list(csv.reader(io.StringIO(last.decode())))
    before = [int(line.split(b",")[0]) for block in first.blocks for line in block.splitlines()]
    assert [int(row[0]) for row in rows] == all_ids(f"id % 2 = 1 AND id > {before[-1]}")
    assert {row[2] for row in rows} == {"meanwhile"}


def test_nothing_found_is_told_before_anything_is_written() -> None:
    with pytest.raises(ValidationError, match="No video matches"):
        next(as_file(order := wanted(video_id="nowhere"), read_pieces(order)))
