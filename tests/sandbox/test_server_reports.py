"""The Reporting API of the sandbox: jobs, reports, and files that agree with everything else."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from tests.sandbox.conftest import Asker, reason
from tests.sandbox.running import Sandbox, running_sandbox
from tests.sandbox.written import read_report


def job_of(asker: Asker, report_type: str) -> str:
    jobs = asker.get("/v1/jobs", includeSystemManaged="true").json()["jobs"]
    return str(next(job["id"] for job in jobs if job["reportTypeId"] == report_type))


def newest(asker: Asker, job_id: str) -> list[dict[str, str]]:
    report = asker.get(f"/v1/jobs/{job_id}/reports").json()["reports"][0]
    text = asker.get(report["downloadUrl"]).content.decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_jobs_are_system_managed(asker: Asker) -> None:
    assert asker.get("/v1/jobs").json() == {}
    types = asker.get("/v1/reportTypes", includeSystemManaged="true").json()["reportTypes"]
    assert {"content_owner_video_metadata_a4", "content_owner_active_claims_a3"} <= {
        report_type["id"] for report_type in types
    }
    assert reason(asker.get("/v1/jobs/unknown/reports"))[0] == 404


def test_first_report_is_that_of_the_command(asker: Asker) -> None:
    found = newest(asker, job_of(asker, "content_owner_video_metadata_a4"))
    assert len({row["video_id"] for row in found}) == 5000
    written = read_report(len(found), seed=2026)
    assert sorted(found, key=str) == sorted(written, key=str)


def test_a_report_comes_each_day_and_tells_of_the_day_before() -> None:
    with running_sandbox(videos=300) as sandbox:
        asker = Asker(sandbox)
        with asker.session:
            job = job_of(asker, "content_owner_video_metadata_a4")
            path = f"/v1/jobs/{job}/reports"
            edited = sandbox.video_id(4)
            first = asker.get(path).json()["reports"]
            sandbox.change(edited, gone=False, title="Edited elsewhere", views=12)
            assert len(first) == 1
            sandbox.pass_days(3)
            now = asker.get(path).json()["reports"]
            assert len(now) == 4
            times = [datetime.fromisoformat(report["startTime"]) for report in now]
            assert times == sorted(times, reverse=True)
            made = [report["createTime"] for report in now]
            assert made[:3] > [first[0]["createTime"]] * 3
            assert made[3] < made[2]
            later = asker.get(path, createdAfter=now[3]["createTime"]).json()["reports"]
            assert later == now[:3]
            page = asker.get(path, pageSize=3).json()
            rest = asker.get(path, pageSize=3, pageToken=page["nextPageToken"]).json()
            assert len(page["reports"]) + len(rest["reports"]) == 4
            rows = {row["video_id"]: row for row in newest(asker, job)}
            truth = sandbox.truths(list(rows))
            differing = [
                name
                for name, row in rows.items()
                if row["video_title"] != truth[name]["title"] and name != edited
            ]
            assert len(differing) < 10, "only what changed on the last day"


def test_other_reports_can_be_read(asker: Asker) -> None:
    claims = newest(asker, job_of(asker, "content_owner_active_claims_a3"))
    assert len(claims) > 4000
    assert all(row["claim_id"] for row in claims)
    assets = newest(asker, job_of(asker, "content_owner_asset_a3"))
    assert len({row["asset_id"] for row in assets}) == len(assets) > 1000


def test_sandbox_writes_the_report_with_what_was_written(sandbox: Sandbox, asker: Asker) -> None:
    video_id = sandbox.video_id(6)
    sandbox.change(video_id, title="Pushed, from here", privacy_status="private")
    sandbox.pass_days(1)
    rows = newest(asker, job_of(asker, "content_owner_video_metadata_a4"))
    row = next(row for row in rows if row["video_id"] == video_id)
    assert (row["video_title"], row["video_privacy_status"]) == ("Pushed, from here", "private")
