"""Figures for Prometheus.

gunicorn has several processes: when PROMETHEUS_MULTIPROC_DIR names an (emptied) folder before
start, each writes its figures there and any of them answers for all. What the database knows is
counted there at each scrape, and so is the same whichever process answers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from catalogtool.core.db import unit_of_work
from catalogtool.reports.models import Report

REQUESTS = Counter("catalog_requests_total", "Answered requests.", ("endpoint", "method", "status"))
DURATION = Histogram(
    "catalog_request_duration_seconds",
    "Time to answer a request.",
    ("endpoint", "method"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def observe_request(endpoint: str, method: str, status: int, seconds: float) -> None:
    """Count one request; methods that somebody made up share one name."""
    known = method if method in METHODS else "OTHER"
    REQUESTS.labels(endpoint, known, str(status)).inc()
    DURATION.labels(endpoint, known).observe(seconds)


class ReportCounts(Collector):
    """Reports by status, counted in the database."""

    def collect(self) -> Iterator[Metric]:
        """One gauge; without a database its value is absent, not zero."""
        family = GaugeMetricFamily("catalog_reports", "Reports by status.", labels=["status"])
        try:
            with unit_of_work() as session:
                counts = select(Report.status, func.count()).group_by(Report.status)
                for status, count in session.execute(counts):
                    family.add_metric([status], count)
        except SQLAlchemyError:
            pass
        yield family


def metrics_text() -> bytes:
    """All figures in Prometheus' text format."""
    text = generate_latest(_all_processes())
    own = CollectorRegistry()
    own.register(ReportCounts())
    return text + generate_latest(own)


def _all_processes() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
