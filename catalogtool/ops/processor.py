"""What open pages ask about the workers: imports, edits and tasks of YouTube in one answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catalogtool.core.db import unit_of_work
from catalogtool.core.settings import Settings
from catalogtool.jobs.status import EVENT, event_payload
from catalogtool.sync.running.processor import processor_status


class ProcessorAnswers:
    """Answers for one application, whose settings know the quota."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def answer(self, _payload: dict[str, Any]) -> dict[str, Any]:
        """What the workers are doing."""
        with unit_of_work() as session:
            return event_payload(processor_status(session, self._settings))

    def latest(self) -> Iterable[tuple[str, dict[str, Any]]]:
        """The same as an event, for pages that may have missed some."""
        return [(EVENT, self.answer({}))]
