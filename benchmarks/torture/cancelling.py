"""Rounds of cancellation: over within two seconds, and a retry brings the same catalogue."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from catalogtool.core.db import unit_of_work
from catalogtool.core.errors import ConcurrencyError
from catalogtool.reports.service import request_cancel, retry
from torture.digests import compare
from torture.rounds import Outcome, Undisturbed, where
from torture.scene import KEYS, Scene
from torture.stage import Import, Stuck, enqueue
from torture.workers import crew

ADDED = ("videos_created", "videos_updated")
SAME = (
    *("total_rows", "processed_rows", "entries", "videos_skipped", "errors"),
    *("values_cut", "values_dropped"),
)


def cancel(running: Import) -> tuple[float, dict[str, Any]] | None:
    """Cancel, and wait: the seconds it took and the report then; None if the import was over."""
    began = time.monotonic()
    try:
        with unit_of_work() as session:
            request_cancel(session, running.report_id)
    except ConcurrencyError:
        return None
    state = running.wait(lambda state: state["status"] != "processing", 0.01)
    return time.monotonic() - began, state


def run_cancel_round(
    scene: Scene, quiet: Undisturbed, moments: list[float], note: Callable[[float, str], None]
) -> Outcome:
    """Cancel at each of the moments, retry each time, and compare the end."""
    outcome = Outcome("cancel")
    began = time.monotonic()
    with scene.cloned() as url, crew(url, scene.home) as workers:
        running = enqueue(url, scene.store, KEYS[quiet.name])
        done = dict.fromkeys(ADDED, 0)
        try:
            for moment in moments:
                running.wait(lambda state: state["status"] != "pending")
                time.sleep(moment)
                answer = cancel(running)
                if answer is None or answer[1]["status"] == "completed":
                    break
                seconds, state = answer
                note(seconds, where(state))
                outcome.moments.append(where(state))
                done = {name: done[name] + state[name] for name in ADDED}
                with unit_of_work() as session:
                    retry(session, running.report_id)
            state = running.wait_for_end()
        except Stuck as stuck:
            outcome.difference = f"  {stuck}\n{workers.tails()}"
        else:
            outcome.difference = _judge(state, done, quiet, url)
    outcome.seconds = time.monotonic() - began
    return outcome


def _judge(state: dict[str, Any], done: dict[str, int], quiet: Undisturbed, url: str) -> str:
    """A retry counts what it did itself; together with the turns before it is the whole.

    A claims report changes a video in two steps, by its asset and by itself. Where a retry came
    between them both turns count the video, so that the sum may be more than the whole.
    """
    if state["status"] != "completed":
        return f"  ended as {state['status']}: {state['error_message']}"
    expected = Import(quiet.url, state["id"]).state()
    got = {name: state[name] for name in SAME}
    got |= {name: state[name] + done[name] for name in ADDED}
    if quiet.name == "claims" and state["videos_updated"] <= expected["videos_updated"]:
        got["videos_updated"] = min(got["videos_updated"], expected["videos_updated"])
    wrong = [f"  {n}: {got[n]} instead of {expected[n]}" for n in got if got[n] != expected[n]]
    return "\n".join([*wrong, *filter(None, [compare(quiet.digests, url, quiet.url, ("report",))])])


def chosen(seconds: float, chance: random.Random) -> list[float]:
    """One to three moments of an undisturbed run."""
    return [chance.uniform(0, seconds) for _ in range(chance.choice((1, 1, 2, 3)))]
