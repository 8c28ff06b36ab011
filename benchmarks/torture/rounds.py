"""Rounds of kills and crashes: an import is disturbed at chosen moments and must end as ever."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from catalogtool.core.db import unit_of_work
from catalogtool.reports.service import retry
from torture.digests import Digest, compare, digests
from torture.scene import KEYS, Scene
from torture.stage import Import, Stuck, enqueue
from torture.workers import Crew, crew

Disturb = Callable[[Scene, Crew, Import, random.Random], str | None]


@dataclass
class Undisturbed:
    """The end of a quiet run: kept in a database of its own, for every round to compare with."""

    name: str
    url: str
    seconds: float
    digests: dict[str, Digest]


@dataclass(frozen=True)
class Moment:
    """When to strike: after this percentage of progress, and then after some seconds more."""

    percentage: float
    seconds: float

    def sooner(self, tries: int) -> Moment:
        """For a round that came too late so many times."""
        return Moment(self.percentage * 0.9**tries, 0.0) if tries else self


@dataclass
class Outcome:
    """What became of one round. `moments`: where the disturbances hit, like `merging 40 %`."""

    kind: str
    moments: list[str] = field(default_factory=list)
    difference: str = ""
    seconds: float = 0.0


def run_undisturbed(scene: Scene, file: str) -> Undisturbed:
    """Import a file in peace; its database stays, under the file's name."""
    url = scene.copy(f"quiet_{file}")
    with crew(url, scene.home):
        running = enqueue(url, scene.store, KEYS[file])
        running.wait(lambda state: state["status"] != "pending")
        began = time.monotonic()
        state = running.wait_for_end()
        seconds = time.monotonic() - began
    assert state["status"] == "completed", state
    return Undisturbed(file, url, seconds, digests(url))


def run_round(
    kind: str, scene: Scene, quiet: Undisturbed, moments: list[Moment], disturb: Disturb, seed: str
) -> Outcome:
    """Disturb one import at these moments of one turn after the other."""
    chance = random.Random(seed)
    outcome = Outcome(kind)
    began = time.monotonic()
    with scene.cloned() as url, crew(url, scene.home) as workers:
        running = enqueue(url, scene.store, KEYS[quiet.name])
        try:
            turn = 0
            for moment in moments:
                turn = running.wait_for_turn(turn)
                running.wait_for_progress(moment.percentage)
                time.sleep(moment.seconds)
                hit = disturb(scene, workers, running, chance)
                if hit is None:
                    break
                outcome.moments.append(hit)
            state = running.wait_for_end()
        except Stuck as stuck:
            outcome.difference = f"  {stuck}\n{workers.tails()}"
        else:
            outcome.difference = judge(state, quiet, url)
            if outcome.difference:
                outcome.difference += f"\n{workers.tails()}"
    outcome.seconds = time.monotonic() - began
    return outcome


def judge(state: dict[str, object], quiet: Undisturbed, url: str) -> str:
    """What is wrong with the end of a round, if anything."""
    if state["status"] != "completed":
        return f"  ended as {state['status']}: {state['error_message']}"
    return compare(quiet.digests, url, quiet.url)


def kill_holder(
    _scene: Scene, workers: Crew, running: Import, _chance: random.Random
) -> str | None:
    """Kill the worker that has the report, and hire another; None if the import is over."""
    state = running.state()
    end = time.monotonic() + 30
    while state["status"] == "processing" and time.monotonic() < end:
        holder = workers.holder_of(state["attempt"])
        if holder is not None:
            moment = where(state)
            workers.kill(holder)
            workers.hire()
            return moment
        time.sleep(0.02)
        state = running.state()
    return None


def crash_server(scene: Scene, workers: Crew, running: Import, chance: random.Random) -> str | None:
    """Crash the server for up to two seconds; in every second case a worker dies with it."""
    with suppress(psycopg.OperationalError):
        state = running.state()
        if state["status"] != "processing":
            return None
        moment = where(state)
        killed = chance.random() < 0.5
        if killed:
            workers.kill(workers.holder_of(state["attempt"]) or workers.alive[0])
        scene.crash(chance.uniform(0, 2))
        if killed:
            workers.hire()
        return f"{moment}{' with its worker' if killed else ''}"
    return None


def where(state: dict[str, object]) -> str:
    """Where an import is: its phase, and how far."""
    return f"{state['phase']} {state['percentage']:.0f} %"


def spread(rounds: int, seconds: float, most: int, seed: int) -> list[list[Moment]]:
    """Moments for so many rounds; the first of each is spread evenly over an import's progress.

    Some rounds have more than one. After its share of the progress a moment waits for some time
    more, since progress is saved in steps.
    """
    chance = random.Random(seed)
    shares = [100 * (number + chance.random()) / rounds for number in range(rounds)]
    chance.shuffle(shares)
    return [
        [
            Moment(share, chance.uniform(0, seconds / 10)),
            *(
                Moment(0, chance.uniform(0, seconds))
                for _ in range(chance.choice((0, 0, 1, most - 1)))
            ),
        ]
        for share in shares
    ]


def run_line_round(
    scene: Scene, quiet: Undisturbed, environment: dict[str, str], cuts: Callable[[], int]
) -> Outcome:
    """One import from a store behind a bad line.

    A report that ends in an error, since the store could not be reached however often it was
    asked, is queued again, as a person would do. Keys are the same in both kinds of store.
    """
    outcome = Outcome(f"cut {quiet.name}")
    began = time.monotonic()
    with scene.cloned() as url, crew(url, scene.home, **environment) as workers:
        try:
            running = enqueue(url, scene.store, KEYS[quiet.name])
            for _ in range(5):
                state = running.wait_for_end()
                if state["status"] != "error":
                    break
                outcome.moments.append(f"error: {state['error_message']}")
                with unit_of_work() as session:
                    retry(session, running.report_id)
        except Stuck as stuck:
            outcome.difference = f"  {stuck}\n{workers.tails()}"
        else:
            outcome.difference = judge(state, quiet, url)
    outcome.moments.insert(0, f"cuts {cuts()}")
    outcome.seconds = time.monotonic() - began
    return outcome
