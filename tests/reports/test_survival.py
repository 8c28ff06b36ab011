"""An import that is interrupted ends as if nothing had happened, whoever goes on with it."""

from __future__ import annotations

import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row
from sqlalchemy.engine import make_url

from benchmarks.torture.digests import Digest, compare, digests
from catalogtool.core import db, postgres
from catalogtool.core.db import unit_of_work
from catalogtool.core.migrate import upgrade
from catalogtool.core.settings import Settings
from catalogtool.core.storage import Store, open_store
from catalogtool.reports.importer import run_import
from catalogtool.reports.models import Report
from catalogtool.reports.service import process_reports, request_cancel, retry
from catalogtool.sandbox.reports import write_report
from tests.databases import CARELESS, open_folder
from tests.processes import started_from
from tests.reports.turnstile import Turnstile, turnstile

EARLIER, LATER = "reports/videos_20260101.csv", "reports/videos_20260102.csv"

Start = Callable[[], subprocess.Popen[bytes]]


@dataclass(frozen=True)
class Scene:
    """A catalogue of 2,000 rows, a dirty report of the next day, and how its import ends."""

    home: Path
    server: str
    store: Store
    before: str
    reference: str
    expected: dict[str, Digest]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """A server of its own, since one test crashes it."""
    with open_folder() as home:
        server = postgres.start(home, CARELESS)
        store = open_store(str(home / "reports"), Settings(_env_file=None, catalog_home=home))
        with (home / EARLIER).open("wb") as stream:
            write_report(stream, 2_000, seed=5)
        with (home / LATER).open("wb") as stream:
            write_report(stream, 3_000, seed=5, dirty=True, day=1, changed=0.3, viewed=0.6)
        try:
            with copied(server) as before:
                upgrade(before)
                import_in_peace(before, store, EARLIER)
                with copied(server, before) as reference:
                    import_in_peace(reference, store, LATER)
                    yield Scene(home, server, store, before, reference, digests(reference))
        finally:
            postgres.stop(home, "immediate")


@contextmanager
def copied(server: str, template: str | None = None) -> Iterator[str]:
    """A database of its own, a copy of another one; dropped afterwards, crash or not.

    Copied as files, since a copy by the write-ahead log can lose its sequences in a crash.
    """
    name = f"test_{secrets.token_hex(6)}"
    source = str(make_url(template).database) if template else "template1"
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    gone = sql.SQL("DROP DATABASE {} WITH (FORCE)")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(source)))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(gone.format(sql.Identifier(name)))


def import_in_peace(url: str, store: Store, key: str) -> None:
    engine = db.connect(url)
    with unit_of_work() as session:
        report = Report(filename=key)
        session.add(report)
    run_import(report.id, store)
    engine.dispose()


@pytest.fixture
def catalogue(scene: Scene) -> Iterator[str]:
    """A copy of the catalogue of the day before, which `unit_of_work()` uses."""
    with copied(scene.server, scene.before) as url:
        engine = db.connect(url)
        yield url
        engine.dispose()


@pytest.fixture
def start_worker(scene: Scene, catalogue: str) -> Iterator[Start]:
    """Start worker processes; those that still run at the end are killed."""
    here = {"CATALOG_HOME": scene.home, "REPORT_STORE": scene.home / "reports"}
    with started_from("tests.reports.import_worker", errors=subprocess.DEVNULL) as start:
        yield partial(start, catalogue, **here)


def enqueue(scene: Scene) -> int:
    with unit_of_work() as session:
        return process_reports(session, scene.store, [LATER])[0].id


def report_of(url: str, report_id: int) -> dict[str, Any]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        row = connection.execute("SELECT * FROM report WHERE id = %s", [report_id]).fetchone()
    assert row is not None
    return row


def wait_for(url: str, report_id: int, status: str, seconds: float = 40) -> dict[str, Any]:
    """The report, when it has this status and no job of it is left open."""
    end = time.monotonic() + seconds
    while True:
        with psycopg.connect(url) as connection:
            found = connection.execute(
                "SELECT FROM procrastinate_jobs WHERE task_name = 'import_report'"
                " AND status IN ('todo', 'doing')"
            ).fetchone()
        report = report_of(url, report_id)
        if report["status"] == status and found is None:
            return report
        shown = {name: report[name] for name in ("status", "error_message", "phase", "attempt")}
        assert time.monotonic() < end, shown
        time.sleep(0.05)


def go_half_way(gate: Turnstile, url: str, report_id: int) -> dict[str, Any]:
    """Let the comparison and one chunk through; the report then."""
    gate.let_one_through()
    gate.let_one_through()
    report = report_of(url, report_id)
    assert report["phase"] == "merging"
    assert 0 < report["cursor"] < report["entries"]
    return report


def assert_equal(scene: Scene, url: str) -> None:
    assert compare(scene.expected, url, scene.reference) == ""


def test_the_scene_has_all_that_an_import_can_do(scene: Scene) -> None:
    report = report_of(scene.reference, 2)
    assert report["status"] == "completed"
    for count in ("videos_created", "videos_updated", "videos_unchanged", "errors"):
        assert report[count] > 0
    assert scene.expected["metadata_sync"][0] > 0
    assert scene.expected["counter_change"][0] > 0


def test_another_worker_finishes_the_import_of_a_killed_one(
    scene: Scene, catalogue: str, start_worker: Start
) -> None:
    with turnstile(catalogue) as gate:
        number = enqueue(scene)
        first = start_worker()
        half_way = go_half_way(gate, catalogue, number)
        first.kill()
        start_worker()
    report = wait_for(catalogue, number, "completed")
    assert report["attempt"] > half_way["attempt"]
    assert_equal(scene, catalogue)


def test_a_worker_killed_while_it_compares_leaves_nothing_behind(
    scene: Scene, catalogue: str, start_worker: Start
) -> None:
    with turnstile(catalogue) as gate:
        number = enqueue(scene)
        first = start_worker()
        gate.wait_for_import()
        assert report_of(catalogue, number)["phase"] == "comparing"
        first.kill()
        start_worker()
    wait_for(catalogue, number, "completed")
    assert_equal(scene, catalogue)


def test_a_frozen_worker_that_wakes_up_has_lost_its_turn(
    scene: Scene, catalogue: str, start_worker: Start
) -> None:
    with turnstile(catalogue) as gate:
        number = enqueue(scene)
        first = start_worker()
        half_way = go_half_way(gate, catalogue, number)
        first.send_signal(signal.SIGSTOP)
        start_worker()
        end = time.monotonic() + 30
        while report_of(catalogue, number)["attempt"] == half_way["attempt"]:
            assert time.monotonic() < end
            time.sleep(0.05)
        first.send_signal(signal.SIGCONT)
    wait_for(catalogue, number, "completed")
    assert_equal(scene, catalogue)


def test_sigterm_gives_the_turn_back_and_another_worker_goes_on_from_there(
    scene: Scene, catalogue: str, start_worker: Start
) -> None:
    with turnstile(catalogue) as gate:
        number = enqueue(scene)
        first = start_worker()
        half_way = go_half_way(gate, catalogue, number)
        first.terminate()
        assert first.wait(8) == 0
        given_back = report_of(catalogue, number)
        assert given_back["status"] == "processing"
        assert given_back["cursor"] == half_way["cursor"]
        start_worker()
    wait_for(catalogue, number, "completed")
    assert_equal(scene, catalogue)


def test_an_import_survives_a_crash_of_postgresql(
    scene: Scene, catalogue: str, start_worker: Start
) -> None:
    with turnstile(catalogue) as gate:
        number = enqueue(scene)
        worker = start_worker()
        go_half_way(gate, catalogue, number)
        postgres.stop(scene.home, "immediate")
        postgres.start(scene.home, CARELESS)
    wait_for(catalogue, number, "completed")
    assert worker.poll() is None
    assert_equal(scene, catalogue)


def test_a_file_replaced_between_two_crashes_is_not_mixed_with_the_old_one(
    scene: Scene, catalogue: str
) -> None:
    with unit_of_work() as session:
        report = Report(filename=LATER, status="processing", phase="comparing", kind="video")
        report.file_version, report.videos_created = "as it was when a part of it went in", 5
        session.add(report)
    run_import(report.id, scene.store)
    ended = report_of(catalogue, report.id)
    assert ended["status"] == "error"
    assert "replaced" in ended["error_message"]
    with unit_of_work() as session:
        retry(session, report.id)
    run_import(report.id, scene.store)
    assert report_of(catalogue, report.id)["status"] == "completed"


def test_a_cancelled_import_ends_in_two_seconds_and_a_retry_completes_it(
    scene: Scene, catalogue: str, start_worker: Start
) -> None:
    with turnstile(catalogue) as gate:
        number = enqueue(scene)
        start_worker()
        go_half_way(gate, catalogue, number)
        with unit_of_work() as session:
            request_cancel(session, number)
        cancelled = wait_for(catalogue, number, "cancelled", 2)
    with unit_of_work() as session:
        retry(session, number)
    report = wait_for(catalogue, number, "completed")
    expected = report_of(scene.reference, number)
    for count in ("videos_created", "videos_updated"):
        assert report[count] + cancelled[count] == expected[count]
    assert compare(scene.expected, catalogue, scene.reference, but=["report"]) == ""
