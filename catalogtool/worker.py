"""Every job of every package, declared by importing this module: what a worker process can do."""

from __future__ import annotations

import catalogtool.catalog.edits.jobs
import catalogtool.catalog.jobs
import catalogtool.reports.jobs
import catalogtool.sync.jobs  # noqa: F401
