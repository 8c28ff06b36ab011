"""Halves of a batch, so that one bad video is found and the others go on without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from catalogtool.sync.queue.handler import Batch, Task


def halves(batch: Batch, subject: Callable[[Task], str]) -> tuple[Batch, Batch] | None:
    """Two batches under the same lease; None if all its tasks are about one subject."""
    groups: dict[str, list[Task]] = {}
    for task in batch.tasks:
        groups.setdefault(subject(task), []).append(task)
    if len(groups) < 2:
        return None
    lists = list(groups.values())
    middle = len(lists) // 2
    first, second = lists[:middle], lists[middle:]
    return (
        replace(batch, tasks=tuple(task for group in first for task in group)),
        replace(batch, tasks=tuple(task for group in second for task in group)),
    )
