"""What browsers hear of a long import, and how soon another worker takes up a killed one's."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import psycopg

from catalogtool.realtime.pace import Pace
from torture.scene import KEYS, Scene
from torture.stage import Import, enqueue
from torture.workers import crew

EVENT = "report_status_update"
GROWING = ("percentage", "processed_rows", "total_rows", "videos_created", "errors")


@dataclass
class Heard:
    """The events of one import with the seconds since it was queued."""

    events: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def times(self) -> list[float]:
        return [at for at, _ in self.events]

    def longest_gap(self) -> tuple[float, str]:
        """Seconds between two events, and where the import was then."""
        gaps = [
            (b - a, f"{old['progress']['phase']} {old['progress']['percentage']} % at {a:.1f} s")
            for (a, old), (b, _) in pairwise(self.events)
        ]
        return max(gaps, default=(0.0, ""))

    def most_in_a_second(self) -> int:
        times = self.times()
        return max(sum(at <= t < at + 1 for t in times) for at in times)

    def steps_back(self) -> list[str]:
        """Every value that became smaller, and every status that came after the end."""
        found, ended = [], False
        for (_, old), (at, new) in pairwise(self.events):
            for name in GROWING:
                if new["progress"][name] < old["progress"][name]:
                    steps = f"{old['progress'][name]} -> {new['progress'][name]}"
                    found.append(f"{name} at {at:.2f} s: {steps}")
            ended = ended or old["status"] == "completed"
            if ended and new["status"] != "completed":
                found.append(f"{new['status']} after the end, at {at:.2f} s")
        return found


def paced(heard: Heard) -> Heard:
    """What a page gets of it: the web process holds events to their pace."""
    pace, sent, now = Pace(), Heard(), 0.0
    for at, payload in [*heard.events, (float("inf"), {})]:
        while (wait := pace.seconds_to_next(now)) is not None and now + wait <= at:
            now += wait + 1e-9
            sent.events += [(now, dict(due)) for _, due in pace.due(now)]
        if payload:
            now = at
            sent.events += [(at, dict(due)) for _, due in pace.offer(EVENT, payload, at)]
    return sent


class Listener:
    """Collects a report's events from the database in a thread."""

    def __init__(self, url: str) -> None:
        self.heard = Heard()
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("LISTEN catalog_events")
        self._done = threading.Event()
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def stop(self) -> Heard:
        time.sleep(0.5)
        self._done.set()
        self._thread.join()
        self._connection.close()
        return self.heard

    def _listen(self) -> None:
        while not self._done.is_set():
            for notice in self._connection.notifies(timeout=0.2):
                event, payload = json.loads(notice.payload)
                if event == EVENT:
                    self.heard.events.append((time.monotonic() - self._began, payload))


def listen_to_import(scene: Scene, file: str) -> tuple[Heard, dict[str, Any]]:
    """Import a file in peace and listen."""
    with scene.cloned() as url, crew(url, scene.home):
        _wait_for_workers(url, 4)
        listener = Listener(url)
        state = enqueue(url, scene.store, KEYS[file]).wait_for_end()
        return listener.stop(), state


def _wait_for_workers(url: str, number: int) -> None:
    """Each process enters itself once for each of its two queues."""
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(
            "SELECT count(*) >= %s FROM procrastinate_workers", [number]
        ).fetchone() != (True,):
            time.sleep(0.05)


def seconds_to_taking_up(scene: Scene, file: str, moment: float) -> float:
    """Kill a worker with the default settings; the time until the other one has its report."""
    with scene.cloned() as url, crew(url, scene.home, DEFAULT_PACE="1") as workers:
        running: Import = enqueue(url, scene.store, KEYS[file])
        state = running.wait(lambda state: state["status"] != "pending")
        time.sleep(moment)
        holder = workers.holder_of(state["attempt"])
        assert holder is not None
        workers.kill(holder)
        began = time.monotonic()
        state = running.state()
        assert state["status"] == "processing", "the file is too small for this measurement"
        running.wait_for_turn(state["attempt"])
        return time.monotonic() - began
