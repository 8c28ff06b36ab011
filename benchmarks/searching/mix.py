"""The mix over HTTP, one request after the other, and the floors in between."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import cycle, islice
from statistics import median
from time import monotonic, sleep

from catalogtool.catalog.search.request import SORT_FIELDS
from searching.client import Client
from searching.facts import Facts
from searching.questions import Question, questions
from searching.server import Site
from searching.sizes import NAMES, SIZES, USUAL, floor_of, size_of

# One floor after so many requests; after fewer in a short run, so that each size has its share.
FLOOR_EVERY = 5
FLOORS = 600
# The usual size takes turns with all the others, which no request may ask for in a short run.
TURNS = [size for other in SIZES if other != USUAL for size in (USUAL, other)]
WARM_UP = 300
# Meanwhile, and for so many seconds for each million videos, each process reads in the background
# what it keeps of all videos: once after its start, not with each request.
READING_SECONDS, LOOK_SECONDS = 20, 0.2
WORST = 10
# What of the parameters does not choose videos.
NO_FILTERS = {*NAMES, "sort"}


@dataclass(frozen=True)
class Asked:
    """A question, the address it became, and how long its answer of so many bytes took.

    `seen` if the same filters had been asked for before, be it on the way to this page.
    """

    question: Question
    url: str
    milliseconds: float
    status: int
    bytes: int
    seen: bool

    @property
    def size(self) -> str:
        return size_of(self.question.parameters)


@dataclass(frozen=True)
class Floor:
    """Milliseconds of all requests for the floor of one size."""

    times: Sequence[float]
    bytes: int

    @cached_property
    def median(self) -> float:
        return median(self.times)


@dataclass(frozen=True)
class Mix:
    """All answers of a run, and the floors in between by their size."""

    videos: int
    asked: Sequence[Asked]
    floors: dict[str, Floor]

    @property
    def floor(self) -> float:
        """The median of the usual size."""
        return self.floors[USUAL].median

    def floor_of(self, asked: Asked) -> float:
        """The median floor of the size that was asked for."""
        return self.floors[asked.size].median

    def ratio_of(self, asked: Asked) -> float:
        """How often this answer took as long as the floor of its size."""
        return asked.milliseconds / self.floor_of(asked)

    def quantile(self, share: float, asked: Sequence[Asked] | None = None) -> float:
        """Milliseconds within which this share of the requests (or of those given) stays."""
        return self._quantile(share, asked, lambda one: one.milliseconds)

    def ratio(self, share: float, asked: Sequence[Asked] | None = None) -> float:
        """The same in floors, each request against the floor of its size."""
        return self._quantile(share, asked, self.ratio_of)

    def usual_ratio(self, share: float) -> float:
        """The same against the floor of the usual size, whatever was asked for."""
        return self.quantile(share) / self.floor

    def _quantile(
        self, share: float, asked: Sequence[Asked] | None, value: Callable[[Asked], float]
    ) -> float:
        values = sorted(value(one) for one in (self.asked if asked is None else asked))
        return values[min(len(values) - 1, int(share * len(values)))]

    @property
    def failed(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.status != 200]

    def worst(self) -> list[Asked]:
        return sorted(self.asked, key=lambda asked: -self.ratio_of(asked))[:WORST]


def let_read(client: Client, videos: int) -> None:
    """Ask for each order until all processes have them: the site is warm then."""
    until = monotonic() + READING_SECONDS * videos / 1e6
    for sort in cycle(SORT_FIELDS):
        if monotonic() > until:
            return
        client.get(f"/api/videos?sort={sort}:desc")
        sleep(LOOK_SECONDS)


def run_mix(site: Site, facts: Facts, requests: int, seed: int) -> Mix:
    """Warm up by other requests of the same kind, then measure."""
    client, seen, turns = site.client(), set[str](), cycle(TURNS)
    for question in islice(questions(facts, f"{seed} warm-up"), WARM_UP):
        client.get(address_of(client, question))
        _floor(client, next(turns))
        seen.add(_filters_of(question))
    let_read(client, facts.videos)
    sizes = {size: len(client.get(floor_of(size)).body) for size in SIZES}
    asked: list[Asked] = []
    floors: dict[str, list[float]] = {size: [] for size in SIZES}
    turns = cycle(TURNS)
    every = max(1, min(FLOOR_EVERY, requests // FLOORS))
    with _unburdened():
        for number, question in enumerate(islice(questions(facts, seed), requests)):
            asked.append(_ask(client, question, seen))
            if number % every == 0:
                floors[size := next(turns)].append(_floor(client, size))
        # A handful of requests has no turn for each size.
        for size, times in floors.items():
            if not times:
                times.append(_floor(client, size))
    found = {size: Floor(times, sizes[size]) for size, times in floors.items()}
    return Mix(facts.videos, asked, found)


def _ask(client: Client, question: Question, seen: set[str]) -> Asked:
    url = address_of(client, question)
    filters = _filters_of(question)
    known = filters in seen or question.place != "first"
    seen.add(filters)
    answer = client.get(url)
    return Asked(question, url, answer.milliseconds, answer.status, len(answer.body), known)


def _floor(client: Client, size: str) -> float:
    answer = client.get(floor_of(size))
    if answer.status != 200:
        raise RuntimeError(f"{floor_of(size)}: {answer.status} {answer.body[:300]!r}")
    return answer.milliseconds


def _filters_of(question: Question) -> str:
    """The same text for the same videos, whatever their order and the size of a page."""
    return str(sorted(pair for pair in question.parameters.items() if pair[0] not in NO_FILTERS))


@contextmanager
def _unburdened() -> Iterator[None]:
    """This process holds the whole application: to look for garbage in it would stop a request."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def again(site: Site, asked: Asked, times: int = 3) -> Asked:
    """The quickest of a few repetitions: what of a slow answer was chance."""
    client = site.client()
    quickest = min(client.get(asked.url).milliseconds for _ in range(times))
    return replace(asked, milliseconds=quickest)


def address_of(client: Client, question: Question) -> str:
    """The address, after looking (unmeasured) at as much of the list as a person would have."""
    if question.place == "first":
        return question.url()
    first = client.get(question.url())
    if first.status != 200:
        return question.url()
    page = question.page(int(first.json()["pages"]))
    if question.way == "next" and page > 1:
        return _by_cursor(client, question, page - 1, "next_cursor") or question.url(page=page)
    if question.way == "prev":
        return _by_cursor(client, question, page + 1, "prev_cursor") or question.url(page=page)
    return question.url(page=page)


def _by_cursor(client: Client, question: Question, neighbour: int, name: str) -> str | None:
    """The address by way of the page beside it; None if that has no such cursor."""
    answer = client.get(question.url(page=neighbour))
    cursor = answer.json().get(name) if answer.status == 200 else None
    return question.url(cursor=cursor) if cursor else None
