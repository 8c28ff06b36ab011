"""Jobs, kinds and reports of the Reporting API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalogtool.youtube.facts import ReportingJob, ReportingReport, ReportType
from catalogtool.youtube.reading.scalars import flag_of, time_of, word_of


def reporting_job(item: Mapping[str, Any]) -> ReportingJob | None:
    """None if it does not say which job, or of what."""
    job_id, kind = word_of(item, "id"), word_of(item, "reportTypeId")
    if job_id is None or kind is None:
        return None
    managed = flag_of(item, "systemManaged") or False
    return ReportingJob(job_id=job_id, report_type=kind, system_managed=managed)


def reporting_report(item: Mapping[str, Any], job_id: str) -> ReportingReport | None:
    """None without id, address and all three times: such a report cannot be told from others."""
    report_id, url = word_of(item, "id"), word_of(item, "downloadUrl")
    start, end = time_of(item, "startTime"), time_of(item, "endTime")
    created = time_of(item, "createTime")
    if report_id is None or url is None or start is None or end is None or created is None:
        return None
    return ReportingReport(
        report_id=report_id,
        job_id=job_id,
        start_time=start,
        end_time=end,
        create_time=created,
        download_url=url,
    )


def report_type(item: Mapping[str, Any]) -> ReportType | None:
    """None if it does not say which kind."""
    kind = word_of(item, "id")
    if kind is None:
        return None
    return ReportType(report_type=kind, deprecate_time=time_of(item, "deprecateTime"))
