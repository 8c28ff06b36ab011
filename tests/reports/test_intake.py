"""YouTube's own reports come into the catalogue by themselves: the newest, and each once."""

from __future__ import annotations

import gzip
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import S3ProcessingError
from catalogtool.core.settings import Settings
from catalogtool.core.storage import Store, open_store
from catalogtool.reports import fetched, intake, jobs, stores
from catalogtool.reports.importer import run_import
from catalogtool.reports.models import Report
from catalogtool.youtube.client import YouTube
from catalogtool.youtube.errors import QuotaExhausted
from catalogtool.youtube.facts import ReportingJob, ReportingReport
from catalogtool.youtube.quota import RateLimiter
from tests.sandbox.running import Sandbox, running_sandbox
from tests.youtube.conftest import access_to, units_counted
from tests.youtube.tiny_server import Reply, tiny_server

ROOT = Path(__file__).parents[2]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(videos=40) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


@pytest.fixture
def store(folder: Path) -> Store:
    return open_store(str(folder), Settings(_env_file=None))


@pytest.fixture
def youtube(database: str, sandbox: Sandbox) -> Iterator[YouTube]:
    with closing(YouTube(access_to(sandbox.url), RateLimiter(9500, 0.0))) as client:
        yield client


def rows(query: str) -> list[Any]:
    with unit_of_work() as session:
        return list(session.execute(text(query)).all())


def imports() -> list[str]:
    """The files that are queued, in this order; each has its job."""
    found = rows("SELECT id, filename FROM report ORDER BY id")
    waiting = rows("SELECT args ->> 'report_id' FROM procrastinate_jobs ORDER BY id")
    assert [str(row.id) for row in found] == [row[0] for row in waiting]
    return [row.filename for row in found]


def downloads(sandbox: Sandbox) -> int:
    counts = sandbox.usage()["by_method"].get("media.download", {"requests": 0})
    return int(counts["requests"])


def test_new_reports_are_imported_once(youtube: YouTube, store: Store, sandbox: Sandbox) -> None:
    assert intake.take_in(youtube, store) == 3
    names = imports()
    assert [name.rsplit("_a", 1)[0] for name in names] == [
        "reports/content_owner_video_metadata",
        "reports/content_owner_asset",
        "reports/content_owner_active_claims",
    ]
    assert units_counted()[0] == sandbox.usage()["units"] == 7
    assert intake.take_in(youtube, store) == 0
    assert len(imports()) == 3
    assert downloads(sandbox) == 3
    sandbox.pass_days(2)
    assert intake.take_in(youtube, store) == 6
    assert [name[-17:-7] for name in imports()[3:]] == sorted(
        name[-17:-7] for name in imports()[3:]
    )


def test_a_fetched_report_fills_the_catalogue(youtube: YouTube, store: Store) -> None:
    intake.take_in(youtube, store)
    (taken,) = rows("SELECT * FROM fetched_report WHERE report_type LIKE '%video_metadata%'")
    with store.open(taken.key) as file:
        assert gzip.decompress(file.read()).startswith(b"video_id,channel_id,")
    run_import(taken.report_id, store)
    with unit_of_work() as session:
        report = session.get_one(Report, taken.report_id)
    assert (report.status, report.entries) == ("completed", 40)
    assert report.as_of == taken.start_time.replace(hour=0, minute=0, second=0, microsecond=0)
    assert len(rows("SELECT FROM video")) == 40


def test_what_fails_for_one_report_leaves_the_others(
    youtube: YouTube, store: Store, sandbox: Sandbox
) -> None:
    sandbox.fault(next=["cut_middle"], methods=["media.download"])
    assert intake.take_in(youtube, store) == 2
    assert not any("video_metadata" in file.key for file in store.list())
    sandbox.fault(next=["server_error"], methods=["reports.list"])
    assert intake.take_in(youtube, store) == 0
    assert intake.take_in(youtube, store) == 1
    assert len(set(imports())) == 3


def test_the_end_of_the_quota_ends_the_run(
    store: Store, youtube: YouTube, sandbox: Sandbox
) -> None:
    few = YouTube(access_to(sandbox.url), RateLimiter(5, 0.0))
    with closing(few), pytest.raises(QuotaExhausted):
        intake.take_in(few, store)
    assert len(imports()) == 1
    assert intake.take_in(youtube, store) == 2
    assert downloads(sandbox) == 3


def test_a_full_store_is_tried_again(
    youtube: YouTube, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise S3ProcessingError

    with monkeypatch.context() as patch:
        patch.setattr(store, "put", full)
        assert intake.take_in(youtube, store) == 0
    assert intake.take_in(youtube, store) == 3


def test_a_file_that_was_stored_before_a_crash_is_not_fetched_again(
    youtube: YouTube, store: Store, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any, **__: Any) -> Any:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(fetched, "note_taken", crash)
        with pytest.raises(SystemExit):
            intake.take_in(youtube, store)
    assert imports() == []
    assert intake.take_in(youtube, store) == 3
    assert downloads(sandbox) == 3


def test_a_file_that_another_worker_stored_meanwhile_stays(
    youtube: YouTube, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(intake, "_queue", lambda *_: False)
        intake.take_in(youtube, store)
    before = {file.key: file.version for file in store.list()}
    assert len(before) == 3
    monkeypatch.setattr(intake, "_is_there", lambda *_: False)
    assert intake.take_in(youtube, store) == 3
    assert {file.key: file.version for file in store.list()} == before


def test_two_workers_at_once_import_each_report_once(
    database: str, store: Store, sandbox: Sandbox
) -> None:
    sandbox.pass_days(2)
    sandbox.fault(latency_ms=20)

    def run(_: int) -> int:
        with closing(YouTube(access_to(sandbox.url), RateLimiter(9500, 0.0))) as client:
            return intake.take_in(client, store)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 9
    assert len(imports()) == len(set(imports())) == 9


def test_whoever_is_killed_leaves_nothing_half_done(
    database: str, folder: Path, store: Store, sandbox: Sandbox, youtube: YouTube
) -> None:
    sandbox.pass_days(3)
    sandbox.fault(latency_ms=150)
    command = [sys.executable, "-m", "tests.reports.intake_process", sandbox.url, database]
    for enough in (1, 6):
        process = subprocess.Popen([*command, str(folder)], cwd=ROOT, stderr=subprocess.DEVNULL)
        while downloads(sandbox) < enough:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.wait()
    sandbox.fault()
    intake.take_in(youtube, store)
    assert len(imports()) == len(set(imports())) == 12
    assert {file.key for file in store.list()} == set(imports())
    assert downloads(sandbox) <= 12 + 2


DAY = datetime(2026, 3, 1, tzinfo=UTC)


def made(number: int, day: datetime, created: datetime, job: str = "j") -> ReportingReport:
    return ReportingReport(
        report_id=str(number),
        job_id=job,
        start_time=day,
        end_time=day + timedelta(days=1),
        create_time=created,
        download_url="https://x/",
    )


def test_the_newest_report_of_a_period_wins(database: str) -> None:
    day = timedelta(days=1)
    with unit_of_work() as session:
        old = [made(n, DAY + n * day, DAY + (n + 1) * day) for n in range(10)]
        again = [made(20, DAY + 9 * day, DAY + 11 * day), made(21, DAY + 8 * day, DAY + 10 * day)]
        fetched.notice(session, "t", [*again, *old])
        fetched.notice(session, "t", old)
        fetched.notice(session, "other", [made(1, DAY, DAY + day, job="k")])
        assert fetched.pass_over(session) == 4
        waiting = [row.youtube_report_id for row in fetched.waiting(session)]
    assert waiting == ["k/1", *(f"j/{n}" for n in range(2, 8)), "j/21", "j/20"]


def test_the_newest_version_of_each_kind_is_asked() -> None:
    types = [
        *("content_owner_video_metadata_a3", "content_owner_video_metadata_a10"),
        *("content_owner_asset_a3", "content_owner_asset_conflict_a3", "content_owner_asset_a"),
        *("channel_basic_a2", "content_owner_active_claims_a3/../x"),
    ]
    managed = [ReportingJob(job_id="1", report_type=t, system_managed=True) for t in types]
    own = ReportingJob(job_id="2", report_type="content_owner_active_claims_a3")
    found = intake._by_kind([*managed, own])
    assert [[job.report_type for job in kind] for kind in found] == [
        ["content_owner_video_metadata_a10", "content_owner_video_metadata_a3"],
        ["content_owner_asset_a3"],
    ]


def test_a_report_that_youtube_keeps_no_longer_is_let_go(database: str, store: Store) -> None:
    job = {"id": "1", "reportTypeId": "content_owner_asset_a3", "systemManaged": True}
    report = {
        "id": "7",
        "startTime": "2026-03-01T00:00:00Z",
        "endTime": "2026-03-02T00:00:00Z",
        "createTime": "2026-03-02T05:00:00Z",
    }
    with tiny_server() as server:
        found = report | {"downloadUrl": f"{server.url}/v1/media/7"}
        unavailable = [Reply({"jobs": [job]}), Reply({"reports": [found]}), Reply(status=404)]
        server.replies += [*unavailable, Reply({"jobs": [job]}), Reply({"reports": [found]})]
        with closing(YouTube(access_to(server.url), RateLimiter(100, 0.0))) as youtube:
            assert intake.take_in(youtube, store) == 0
            assert intake.take_in(youtube, store) == 0
        assert "createdAfter=2026-02-23T05%3A00%3A00Z" in server.asked[-1][1]
    assert rows("SELECT key FROM fetched_report WHERE fetched_at IS NOT NULL") == [(None,)]


@pytest.mark.parametrize(
    ("client_id", "chosen", "on"),
    [(None, None, False), ("id", None, True), (None, True, True), ("id", False, False)],
)
def test_when_it_is_on(
    settings: Settings, client_id: str | None, chosen: bool | None, on: bool
) -> None:
    update = {"client_id": client_id, "youtube_intake": chosen}
    assert intake.is_on(settings.model_copy(update=update)) is on


def test_the_job_does_what_the_settings_say(
    database: str, settings: Settings, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings
    monkeypatch.setattr(jobs, "settings_of_process", lambda: chosen)
    monkeypatch.setattr(stores, "settings_of_process", lambda: chosen)
    stores.report_store.cache_clear()
    jobs.fetch_reports()
    assert imports() == []
    chosen = settings.model_copy(update={"youtube_intake": True, "youtube_min_delay": 0.0})
    jobs.fetch_reports()
    jobs.watch_report_types()
    assert imports() == []  # There is no sandbox yet.
    (settings.catalog_home / "sandbox.url").write_text(sandbox.url)
    jobs.fetch_reports()
    jobs.watch_report_types()
    assert len(imports()) == 3
    stores.report_store.cache_clear()


def test_the_end_of_a_kind_is_told(
    database: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = {"id": "content_owner_asset_a3", "deprecateTime": "2027-01-01T00:00:00Z"}
    other = {"id": "channel_basic_a2", "deprecateTime": "2027-01-01T00:00:00Z"}
    with (
        tiny_server(Reply({"reportTypes": [ends, other]})) as server,
        closing(YouTube(access_to(server.url), RateLimiter(100, 0.0))) as youtube,
    ):
        intake.warn_of_ends(youtube)
    said = capsys.readouterr()
    told = [*caplog.messages, *said.out.splitlines(), *said.err.splitlines()]
    assert [line for line in told if "content_owner_asset_a3" in line and "2027-01-01" in line]
    assert not [line for line in told if "channel_basic_a2" in line]
