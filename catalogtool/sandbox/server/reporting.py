"""The Reporting API: system-managed jobs, one report of each a day, and the files themselves.

The report of a day is there on the next one and says what was true at that day's end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from catalogtool.sandbox.asset_rows import asset_rows, claim_rows
from catalogtool.sandbox.report_columns import layout_of
from catalogtool.sandbox.report_rows import video_rows
from catalogtool.sandbox.server.clock import written
from catalogtool.sandbox.server.drift import Drifting
from catalogtool.sandbox.server.facts import CATEGORY_NAMES
from catalogtool.sandbox.server.messages import Answer, Request, found
from catalogtool.sandbox.server.parameters import page_size, page_start, page_token
from catalogtool.sandbox.server.refusals import invalid, not_found
from catalogtool.sandbox.server.store import Values
from catalogtool.sandbox.server.world import World
from catalogtool.sandbox.synthetic import CATEGORIES, PRIVACY, Synthetic, Video

KEPT_DAYS = 60
_ROWS = {"video": video_rows, "claims": claim_rows, "asset": asset_rows}
_BLOCK = 200


@dataclass(frozen=True)
class Job:
    """One system-managed job, and which of our reports it makes."""

    job_id: str
    report_type: str
    name: str
    kind: str
    version: str


JOBS = (
    Job("6b1c7f0e-0001-4000-8000-000000000001", "content_owner_video_metadata_a4",
        "Video metadata", "video", "a4"),
    Job("6b1c7f0e-0002-4000-8000-000000000002", "content_owner_active_claims_a3",
        "Active claims", "claims", "a3"),
    Job("6b1c7f0e-0003-4000-8000-000000000003", "content_owner_asset_a3",
        "Assets", "asset", "a3"),
)  # fmt: skip
_BY_ID = {job.job_id: job for job in JOBS}


class Written(Drifting):
    """The catalogue of a day, with what had been written to it by that day's end."""

    def __init__(self, seed: int, today: int, written: dict[tuple[str, str], Values]) -> None:
        super().__init__(seed, today)
        self._written = {name: v for (kind, name), v in written.items() if kind == "video"}

    def video(self, index: int) -> Video:
        fate = self.fate(index)
        values = self._written.get(fate.video.video_id)
        return _with(fate.video, values) if values else fate.video


class ReportAnswers:
    def __init__(self, world: World, address: str) -> None:
        self._world = world
        self.address = address

    def types(self, request: Request) -> Answer:
        types = [{"id": job.report_type, "name": job.name, "systemManaged": True} for job in JOBS]
        return found({"reportTypes": types} if request.flag("includeSystemManaged") else {})

    def jobs(self, request: Request) -> Answer:
        """Nothing, unless system-managed jobs are asked for: there are no others."""
        if not request.flag("includeSystemManaged"):
            return found({})
        size = page_size(request, 50, 1000, "pageSize")
        start = page_start(request, "jobs")
        jobs = [self._job(job) for job in JOBS[start : start + size]]
        return found(_page("jobs", jobs, page_token(start + size, len(JOBS), "jobs")))

    def job(self, _request: Request, job_id: str) -> Answer:
        return found(self._job(_known(job_id)))

    def reports(self, request: Request, job_id: str) -> Answer:
        """Newest first; those of the last sixty days."""
        job = _known(job_id)
        today = self._world.clock.day
        chosen = [
            self._report(job, day)
            for day in range(today, max(-1, today - KEPT_DAYS), -1)
            if self._wanted(request, day)
        ]
        size = page_size(request, 50, 1000, "pageSize")
        start = page_start(request, job_id)
        token = page_token(start + size, len(chosen), job_id)
        return found(_page("reports", chosen[start : start + size], token))

    def report(self, _request: Request, job_id: str, report_id: str) -> Answer:
        return found(self._report(_known(job_id), self._day(report_id)))

    def media(self, _request: Request, job_id: str, report_id: str) -> Answer:
        """The file, made while it is sent."""
        job, day = _known(job_id), self._day(report_id)
        earlier = self._world.store.before(day)
        catalogue = Written(self._world.choices.seed, max(0, day - 1), earlier)
        return Answer(
            200, content_type="text/csv", chunks=_lines(job, catalogue, self._world.choices.videos)
        )

    def _day(self, report_id: str) -> int:
        today = self._world.clock.day
        if not report_id.isdecimal() or not 0 <= int(report_id) - 1000 <= today:
            raise not_found("notFound", "Requested entity was not found.")
        return int(report_id) - 1000

    def _job(self, job: Job) -> dict[str, Any]:
        return {
            "id": job.job_id,
            "reportTypeId": job.report_type,
            "name": job.name,
            "createTime": written(self._world.clock.start_of(0)),
            "systemManaged": True,
        }

    def _report(self, job: Job, day: int) -> dict[str, Any]:
        clock = self._world.clock
        made = clock.reached(day)
        return {
            "id": str(1000 + day),
            "jobId": job.job_id,
            "startTime": written(clock.start_of(day - 1)),
            "endTime": written(clock.start_of(day)),
            "createTime": written(made),
            "jobExpireTime": written(made + timedelta(days=KEPT_DAYS)),
            "downloadUrl": f"{self.address}/v1/media/{job.job_id}/{1000 + day}?alt=media",
        }

    def _wanted(self, request: Request, day: int) -> bool:
        clock = self._world.clock
        made, begun = clock.reached(day), clock.start_of(day - 1)
        created_after = _time(request, "createdAfter")
        at_or_after = _time(request, "startTimeAtOrAfter")
        before = _time(request, "startTimeBefore")
        return (
            (created_after is None or made > created_after)
            and (at_or_after is None or begun >= at_or_after)
            and (before is None or begun < before)
        )


def _lines(job: Job, catalogue: Synthetic, videos: int) -> Iterator[bytes]:
    """The header, then the rows of so many videos."""
    layout = layout_of(job.kind, job.version)
    yield ",".join(layout.header).encode() + b"\n"
    groups = _ROWS[job.kind](catalogue, layout, range(videos))
    while block := list(islice(groups, _BLOCK)):
        yield b"".join(",".join(cells).encode() + b"\n" for group in block for cells in group)


def _known(job_id: str) -> Job:
    if job_id not in _BY_ID:
        raise not_found("notFound", "Requested entity was not found.")
    return _BY_ID[job_id]


def _page(name: str, items: list[dict[str, Any]], token: str) -> dict[str, Any]:
    body: dict[str, Any] = {name: items} if items else {}
    return body | {"nextPageToken": token} if token else body


def _time(request: Request, name: str) -> datetime | None:
    text = request.text(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"Invalid value at '{name}' (TYPE_TIMESTAMP), \"{text}\"", name) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _with(video: Video, values: Values) -> Video:
    """The video with the written values that a report has."""
    if "title" in values:
        video = video._replace(title=video.title._replace(text=values["title"]))
    if "privacy_status" in values:
        video = video._replace(privacy=PRIVACY.index(values["privacy_status"]))
    if "category_id" in values:
        category = CATEGORIES.index(CATEGORY_NAMES[values["category_id"]])
        video = video._replace(category=category)
    return video._replace(
        views=values.get("views", video.views),
        embeddable=values.get("embeddable", video.embeddable),
        length=values.get("length") or video.length,
    )
