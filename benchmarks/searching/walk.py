"""A walk through the whole catalogue by cursor, alone and while imports bring other videos."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psycopg
from import_sql.worker import import_report

from catalogtool.sandbox.reports import write_report
from searching.server import Site

PER_PAGE = 100
SPAN = 1_000
BAR = 0.30
START = f"/api/videos?hidden=all&per_page={PER_PAGE}"
# Rows of each report, and how many reports bring videos of their own.
IMPORTED = 20_000
CATALOGUES = 3
NEWER = "(SELECT video_id FROM video WHERE id > %(last)s)"
# What an import has brought goes again, so that the catalogue stays what it was.
TAKE_BACK = (
    f"DELETE FROM claim WHERE video_id IN {NEWER}",
    "DELETE FROM counter_change WHERE video_pk > %(last)s",
    f"DELETE FROM metadata_sync WHERE video_id IN {NEWER}",
    "DELETE FROM video WHERE id > %(last)s",
    "DELETE FROM channel WHERE id > %(channel)s",
    "DELETE FROM asset",
    "DELETE FROM report WHERE id > %(report)s",
    "DELETE FROM youtube_shorts",
)


@dataclass(frozen=True)
class Walk:
    """Medians in milliseconds; `seen` tells how often the videos of the catalogue came."""

    pages: int
    first: float
    last: float
    missed: int
    repeated: int
    others: int
    imports: int

    @property
    def ratio(self) -> float:
        return self.last / self.first


def walk(site: Site, videos: int, reports: Path | None = None) -> Walk:
    """Go from page to page to the end; with `reports` (a folder), imports run meanwhile."""
    client, times = site.client(), []
    seen = bytearray(videos + 1)
    others, path = 0, START
    with _imports(site.url, reports) as done:
        while True:
            answer = client.get(path)
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.body[:500]!r}")
            times.append(answer.milliseconds)
            page = answer.json()
            for video in page["videos"]:
                if video["id"] <= videos:
                    seen[video["id"]] = min(2, seen[video["id"]] + 1)
                else:
                    others += 1
            if page["next_cursor"] is None:
                break
            path = f"{START}&cursor={page['next_cursor']}"
    return Walk(
        len(times),
        median(times[:SPAN]),
        median(times[-SPAN:]),
        seen.count(0) - 1,
        seen.count(2),
        others,
        len(done),
    )


@contextmanager
def _imports(url: str, folder: Path | None) -> Iterator[Sequence[int]]:
    """One import after the other for as long as the block; what they brought is taken back."""
    done: list[int] = []
    if folder is None:
        yield done
        return
    last = _last_ids(url)
    stop = threading.Event()
    thread = threading.Thread(target=_import_days, args=(url, folder, stop, done))
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()
        _take_back(url, last)


def _import_days(url: str, folder: Path, stop: threading.Event, done: list[int]) -> None:
    """New videos with the first few reports; then changes of some of them, new views for most."""
    folder.mkdir(parents=True, exist_ok=True)
    while not stop.is_set():
        number = len(done)
        file = folder / f"video_report_2026{1 + number // 28:02}{1 + number % 28:02}.csv"
        day, seed = divmod(number, CATALOGUES)
        with open(file, "wb") as stream:
            write_report(stream, IMPORTED, seed=seed, day=day, changed=0.05, viewed=0.6)
        import_report(url, file)
        file.unlink()
        done.append(number)


def _last_ids(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            """SELECT (SELECT max(id) FROM video), (SELECT max(id) FROM channel),
                (SELECT max(id) FROM report)"""
        ).fetchone()
    assert row is not None
    return dict(zip(("last", "channel", "report"), (int(value) for value in row), strict=True))


def _take_back(url: str, last: dict[str, int]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in TAKE_BACK:
            connection.execute(statement, last)
        connection.execute("VACUUM (ANALYZE)")
