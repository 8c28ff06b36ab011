"""Eight clients at once: how many answers a second, of the mix and of the floor in turns."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection

from searching.client import FLOOR, Client
from searching.facts import Facts
from searching.mix import address_of
from searching.questions import questions
from searching.server import HOST, Site

CLIENTS = 8
SLICES = 3
SLICE_SECONDS = 10.0
BAR = 0.35
ADDRESSES = 800


@dataclass(frozen=True)
class Crowd:
    """Answers a second of each slice; the slices of both sides took turns."""

    mix: Sequence[float]
    floor: Sequence[float]
    failed: int

    @property
    def ratio(self) -> float:
        return sum(self.mix) / sum(self.floor)


def run_crowd(site: Site, facts: Facts, seed: int) -> Crowd:
    """Each client is a process of its own with its own share of the mix."""
    client = site.client()
    drawn = islice(questions(facts, f"{seed} crowd"), ADDRESSES)
    addresses = [address_of(client, question) for question in drawn]
    context = multiprocessing.get_context("spawn")
    lines = []
    for number in range(CLIENTS):
        ours, theirs = context.Pipe()
        mine = addresses[number::CLIENTS]
        arguments = (theirs, site.port, site.cookie, mine)
        context.Process(target=_visit, args=arguments, daemon=True).start()
        lines.append(ours)
    for line in lines:
        line.recv()
    _together(lines, FLOOR, 2.0)
    speeds: dict[str, list[float]] = {FLOOR: [], "": []}
    failed = 0
    for _ in range(SLICES):
        for what, found in speeds.items():
            answers, bad = _together(lines, what, SLICE_SECONDS)
            found.append(answers / SLICE_SECONDS)
            failed += bad
    for line in lines:
        line.send(None)
    return Crowd(speeds[""], speeds[FLOOR], failed)


def _together(lines: Sequence[Connection], what: str, seconds: float) -> tuple[int, int]:
    """How many answers all got within this time, and how many of them were errors."""
    for line in lines:
        line.send((what, seconds))
    counts = [line.recv() for line in lines]
    return sum(answers for answers, _ in counts), sum(bad for _, bad in counts)


def _visit(line: Connection, port: int, cookie: str, addresses: Sequence[str]) -> None:
    """Ask for the floor, or for one of one's addresses after the other, as often as one can."""
    client, number = Client(HOST, port, cookie), 0
    line.send("ready")
    while (order := line.recv()) is not None:
        what, seconds = order
        answers = bad = 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            url = what or addresses[number % len(addresses)]
            number += not what
            bad += client.get(url).status != 200
            answers += 1
        line.send((answers, bad))
