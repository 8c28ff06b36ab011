"""What runs in the background for the catalogue."""

from __future__ import annotations

from catalogtool.catalog import upkeep
from catalogtool.catalog.words import index
from catalogtool.core.db import unit_of_work
from catalogtool.jobs.app import job
from catalogtool.jobs.schedule import periodic


@job("refresh_statistics", lock="refresh_statistics", queueing_lock="refresh_statistics")
def refresh_statistics() -> None:
    """After a large import: what the planner should know."""
    upkeep.refresh_statistics()


@periodic("ensure_partitions", "7 2 * * *")
def ensure_partitions() -> None:
    """Every night: room for the months to come."""
    with unit_of_work() as session:
        upkeep.ensure_partitions(session)


@periodic("fold_counts", "*/5 * * * *")
def fold_counts() -> None:
    """Every five minutes: keep the ledgers of counts short."""
    with unit_of_work() as session:
        upkeep.fold_counts(session)


@periodic("prune_changes", "41 * * * *")
def prune_changes() -> None:
    """Every hour: the ledger of changes keeps what a web process may not have heard of yet."""
    with unit_of_work() as session:
        upkeep.prune_changes(session)


@periodic("index_texts", "* * * * *")
def index_texts() -> None:
    """Every minute: searches look at one changed video after the other until it is indexed.

    However few: a part with one changed video takes a twentieth of a second.
    """
    index.index_texts()
