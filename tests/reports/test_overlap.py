"""Imports that overlap in time end as if one had run after the other; some are stopped half-way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from catalogtool.core.db import unit_of_work
from catalogtool.reports import chunk_size, importer
from catalogtool.reports.chunk_size import ChunkSize
from catalogtool.reports.models import Report
from catalogtool.reports.service import request_cancel, retry
from tests.reports.importing import Imports, catalogue, leftovers, report_of, sql
from tests.reports.reading import table, video_id

VIDEO = "video_id,claim_id,asset_id,custom_id,title,views,category,isrc,effective_policy"
CLAIMS = "video_id,claim_id,asset_id,claim_type,claim_status,video_title,views,upc,isrc"
BASE = "video_2024-01-01.csv"


def video_report(day: int, count: int = 40) -> bytes:
    """Every day each video changes in something else."""
    rows: list[list[object]] = []
    for n in range(count):
        what = (n + day) % 5
        rows.append(
            [
                video_id(n),
                f"C{n}",
                f"A{n % 7}",
                "",
                f"Title {day if what == 0 else 0}",
                1000 * day if what in (1, 4) else 5,
                f"category {day if what in (2, 4) else 0}",
                f"USRC176078{n:02}" if what == 3 else "",
                f"policy {day if what in (0, 3) else 0}",
            ]
        )
    if day % 2:
        rows.append([video_id(900 + day), "", "A1", "", "only today", 1, "", "", ""])
    rows.append([video_id(990), "", f"A{day}", "", f"moves {day}", day, "", "", ""])
    return table([VIDEO.split(","), *rows]).encode()


def claims_report(day: int) -> bytes:
    rows: list[list[object]] = []
    for n in range(45):
        state = ["ACTIVE", "PENDING"][(n + day) % 2]
        codes = [f"12345678{n % 7}{day}", f"USRC176070{n % 7}{day}"]
        claim = [video_id(n), f"C{n}", f"A{n % 7}", "AUDIO", state]
        rows.append([*claim, f"Title without comma {day}", 7 * day, *codes])
    return table([CLAIMS.split(","), *rows]).encode()


def stripped(state: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Without the ranks of sources, which tell how often a value was said, not what it is."""
    return {
        name: [{k: v for k, v in row.items() if k != "provenance"} for row in rows]
        if name in {"video", "asset"}
        else rows
        for name, rows in state.items()
    }


@contextmanager
def meanwhile(step: str, report_id: int, action: Callable[[], object]) -> Iterator[None]:
    """Do something else in the middle of a report's import, before one of its steps."""
    original = getattr(importer._Import, step)

    def interrupted(self: Any, *arguments: Any) -> Any:
        if self.turn.report_id == report_id:
            action()
        return original(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importer._Import, step, interrupted)
        yield


PAIRS = {
    "newer in older": (("video_2024-01-02.csv", 2), ("video_2024-01-03.csv", 3)),
    "older in newer": (("video_2024-01-03.csv", 3), ("video_2024-01-02.csv", 2)),
    "claims in video": (("video_2024-01-02.csv", 2), ("claims_2024-01-02.csv", 2)),
    "video in claims": (("claims_2024-01-02.csv", 2), ("video_2024-01-02.csv", 2)),
}


def content_of(name: str, day: int) -> bytes:
    return video_report(day) if name.startswith("video") else claims_report(day)


@pytest.mark.parametrize("step", ["_compare", "_merge", "_finish"])
@pytest.mark.parametrize("pair", PAIRS)
def test_an_import_inside_another_ends_as_if_after_it(
    imports: Imports, pair: str, step: str
) -> None:
    (outer, outer_day), (inner, inner_day) = PAIRS[pair]
    imports.run(video_report(1), BASE)
    first = imports.queue(imports.put(outer, content_of(outer, outer_day)))
    second = imports.queue(imports.put(inner, content_of(inner, inner_day)))
    with meanwhile(step, first, partial(imports.go_on, second)):
        imports.go_on(first)
    assert {report_of(first).status, report_of(second).status} == {"completed"}
    found = stripped(catalogue())
    if pair not in ONE_BY_ONE:
        sql("TRUNCATE video, channel, asset, report, youtube_shorts CASCADE")
        for name, day in ((BASE, 1), PAIRS[pair][0], PAIRS[pair][1]):
            imports.run(content_of(name, day), name)
        ONE_BY_ONE[pair] = stripped(catalogue())
    for name, known in ONE_BY_ONE[pair].items():
        assert found[name] == known, name


ONE_BY_ONE: dict[str, dict[str, list[Any]]] = {}


def test_imports_at_once_end_as_if_one_after_the_other(imports: Imports) -> None:
    files = {f"video_2024-01-0{day}.csv": video_report(day, 300) for day in (2, 3, 4)}
    files |= {"claims_2024-01-02.csv": claims_report(2), "claims_2024-01-03.csv": claims_report(3)}
    imports.run(video_report(1, 300), BASE)
    for name, content in files.items():
        imports.run(content, name)
    one_by_one = stripped(catalogue())
    sql("TRUNCATE video, channel, asset, report, youtube_shorts CASCADE")
    imports.run(video_report(1, 300), BASE)
    ids = [imports.queue(imports.put(name, content)) for name, content in files.items()]
    threads = [threading.Thread(target=imports.go_on, args=[id_]) for id_ in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {report_of(id_).status for id_ in ids} == {"completed"}
    found = stripped(catalogue())
    for name, known in one_by_one.items():
        assert found[name] == known, name


def test_a_running_import_is_cancelled_and_can_be_tried_again(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports.run(video_report(5, 900), BASE)
    whole = stripped(catalogue())
    sql("TRUNCATE video, channel, asset, report CASCADE")
    monkeypatch.setattr(chunk_size, "SMALLEST", 100)
    monkeypatch.setattr(chunk_size, "LARGEST", 100)
    monkeypatch.setattr(importer, "ChunkSize", partial(ChunkSize, rows=100))
    waiting = imports.queue(imports.put(BASE, video_report(5, 900)))
    with cancelled_in_chunk(3, waiting) as asked:
        ended = imports.go_on(waiting)
    assert time.monotonic() - asked[0] < 2
    assert (ended.status, ended.error_message) == ("cancelled", "Cancelled by a user.")
    # What is said of the progress is what is in the catalogue.
    assert ended.videos_created == len(catalogue()["video"]) in (200, 300)
    assert 0 < ended.percentage < 100
    assert leftovers() == []
    with unit_of_work() as session:
        retry(session, waiting)
    again: Report = imports.go_on(waiting)
    assert again.status == "completed"
    assert again.videos_created + ended.videos_created == 902
    assert stripped(catalogue()) == whole


def test_what_a_cancelled_report_never_brought_is_free_for_an_older_one(
    imports: Imports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk_size, "SMALLEST", 10)
    monkeypatch.setattr(chunk_size, "LARGEST", 10)
    monkeypatch.setattr(importer, "ChunkSize", partial(ChunkSize, rows=10))
    columns = ["video_id", "title"]
    rows = [video_id(n) for n in range(50)]

    def titles(day: int) -> bytes:
        return table([columns, *([row, f"day {day}"] for row in rows)]).encode()

    imports.run(titles(1), BASE)
    newest = imports.queue(imports.put("video_2024-01-03.csv", titles(3)))
    with cancelled_in_chunk(3, newest):
        assert imports.go_on(newest).status == "cancelled"
    imports.run(titles(2), "video_2024-01-02.csv")
    found = [video["title"] for video in catalogue()["video"]]
    done = found.count("day 3")
    assert done in (20, 30)
    assert found == ["day 3"] * done + ["day 2"] * (50 - done)


@contextmanager
def cancelled_in_chunk(number: int, report_id: int) -> Iterator[list[float]]:
    """Ask for the end of an import while it is at this chunk; the time of it."""
    asked: list[float] = []
    original = importer._Import._save_chunk
    chunks = iter(range(1, 1000))

    def interrupted(self: Any, *arguments: Any) -> None:
        if next(chunks) == number:
            asked.append(time.monotonic())
            with unit_of_work() as session:
                request_cancel(session, report_id)
            while self.watcher.reason is None:
                time.sleep(0.01)
        original(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importer._Import, "_save_chunk", interrupted)
        yield asked
