"""Eight clients at once: how many answers a second, of the mix and of its floors in turns."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing.connection import Connection

from searching.client import Client
from searching.facts import Facts
from searching.mix import address_of
from searching.questions import questions
from searching.server import HOST, Site
from searching.sizes import floor_of, size_of

CLIENTS = 8
SLICES = 3
SLICE_SECONDS = 10.0
WARM_UP_SECONDS = 3.0
BAR = 0.35
# So many that hardly one is asked twice: an answer given before may be quicker.
ADDRESSES = 4000

MIX, FLOORS = "mix", "floors"


@dataclass(frozen=True)
class Visit:
    """What one client asks for: an address, the floor of the same size, and what kind it is."""

    url: str
    floor: str
    kind: str


@dataclass
class Tally:
    """What clients got: answers and seconds by kind; `speed` is of all of them together."""

    answers: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    failed: int = 0
    speed: float = 0.0

    def add(self, other: Tally) -> None:
        self.answers.update(other.answers)
        for kind, seconds in other.seconds.items():
            self.seconds[kind] += seconds
        self.failed += other.failed
        self.speed += other.speed


@dataclass(frozen=True)
class Crowd:
    """The slices of both sides, which took turns; `rounds` is how often each address was asked."""

    mix: Sequence[Tally]
    floor: Sequence[Tally]
    rounds: float

    @property
    def ratio(self) -> float:
        return sum(slice_.speed for slice_ in self.mix) / sum(slice_.speed for slice_ in self.floor)

    @property
    def failed(self) -> int:
        return sum(slice_.failed for slice_ in (*self.mix, *self.floor))


def run_crowd(site: Site, facts: Facts, seed: int) -> Crowd:
    """Each client is a process of its own with its own share of the mix."""
    client = site.client()
    drawn = islice(questions(facts, f"{seed} crowd"), ADDRESSES)
    visits = [Visit(address_of(client, q), floor_of(size_of(q.parameters)), q.kind) for q in drawn]
    context = multiprocessing.get_context("spawn")
    lines = []
    for number in range(CLIENTS):
        ours, theirs = context.Pipe()
        arguments = (theirs, site.port, site.cookie, visits[number::CLIENTS])
        context.Process(target=_visit, args=arguments, daemon=True).start()
        lines.append(ours)
    for line in lines:
        line.recv()
    # Both of the server's processes, of which the addresses above were asked of one only.
    for what in (MIX, FLOORS):
        _together(lines, what, WARM_UP_SECONDS)
    found: dict[str, list[Tally]] = {FLOORS: [], MIX: []}
    for _ in range(SLICES):
        for what, slices in found.items():
            slices.append(_together(lines, what, SLICE_SECONDS))
    for line in lines:
        line.send(None)
    asked = sum(slice_.answers.total() for slice_ in found[MIX])
    return Crowd(found[MIX], found[FLOORS], asked / ADDRESSES)


def _together(lines: Sequence[Connection], what: str, seconds: float) -> Tally:
    """What all of them got within this time."""
    for line in lines:
        line.send((what, seconds))
    found = Tally()
    for line in lines:
        found.add(line.recv())
    return found


def _visit(line: Connection, port: int, cookie: str, visits: Sequence[Visit]) -> None:
    """Go through one's visits as often as one can, or through the floors of their sizes."""
    client, next_of = Client(HOST, port, cookie), {MIX: 0, FLOORS: 0}
    line.send("ready")
    while (order := line.recv()) is not None:
        what, seconds = order
        found = Tally()
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            visit = visits[next_of[what] % len(visits)]
            next_of[what] += 1
            answer = client.get(visit.url if what == MIX else visit.floor)
            found.answers[visit.kind] += 1
            found.seconds[visit.kind] += answer.milliseconds / 1000
            found.failed += answer.status != 200
        # The last answer came when the time was over.
        found.speed = found.answers.total() / (time.monotonic() - began)
        line.send(found)
