"""The mix over HTTP, one request after the other, and the floor in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from statistics import median

from searching.client import FLOOR, Client
from searching.facts import Facts
from searching.questions import Question, questions
from searching.server import Site

FLOOR_EVERY = 5
WARM_UP = 300
WORST = 10


@dataclass(frozen=True)
class Asked:
    """A question, the address it became, and how long its answer took."""

    question: Question
    url: str
    milliseconds: float
    status: int


@dataclass(frozen=True)
class Mix:
    """All answers of a run; `floor` is the median of the requests in between."""

    videos: int
    asked: Sequence[Asked]
    floor: float
    floors: Sequence[float]
    bytes: int

    def quantile(self, share: float, asked: Sequence[Asked] | None = None) -> float:
        """Milliseconds within which this share of the requests (or of those given) stays."""
        times = sorted(a.milliseconds for a in (self.asked if asked is None else asked))
        return times[min(len(times) - 1, int(share * len(times)))]

    def ratio(self, share: float) -> float:
        return self.quantile(share) / self.floor

    @property
    def failed(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.status != 200]

    def worst(self) -> list[Asked]:
        return sorted(self.asked, key=lambda asked: -asked.milliseconds)[:WORST]


def run_mix(site: Site, facts: Facts, requests: int, seed: int) -> Mix:
    """Warm up by other requests of the same kind, then measure."""
    client = site.client()
    for question in islice(questions(facts, f"{seed} warm-up"), WARM_UP):
        client.get(address_of(client, question))
        client.get(FLOOR)
    asked, floors = [], []
    for number, question in enumerate(islice(questions(facts, seed), requests)):
        url = address_of(client, question)
        answer = client.get(url)
        asked.append(Asked(question, url, answer.milliseconds, answer.status))
        if number % FLOOR_EVERY == 0:
            floors.append(client.get(FLOOR).milliseconds)
    size = len(client.get(FLOOR).body)
    return Mix(facts.videos, asked, median(floors), floors, size)


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
