"""Background jobs: enqueued by the transaction that needs them, run by any worker, run to the end.

What a domain package needs is here; the worker itself is in `catalogtool.jobs.worker`.
"""

from catalogtool.jobs.app import job
from catalogtool.jobs.enqueue import defer
from catalogtool.jobs.running import JobLost, Requeue, hold_job, stop_requested
from catalogtool.jobs.schedule import periodic

__all__ = ["JobLost", "Requeue", "defer", "hold_job", "job", "periodic", "stop_requested"]
