"""What runs in the worker's process beside the jobs, with a queue of its own."""

from __future__ import annotations

from typing import Protocol

from catalogtool.jobs.status import TaskFigures


class Beside(Protocol):
    """Started and stopped with the worker; its figures are told together with those of the jobs."""

    def start(self) -> None:
        """Begin to work; returns at once, be the database up or not."""

    def stop(self) -> None:
        """End what can be ended in a moment, and give the rest back."""

    def moves(self) -> int:
        """A number that grows whenever its queue has changed as far as this process knows."""
        ...

    def figures(self) -> TaskFigures:
        """How its queue stands; asks the database."""
        ...
