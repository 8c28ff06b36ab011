"""Random requests to the list: filters, sort, size of the page, and which page by which way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from catalogtool.catalog.search.request import DEFAULT_SORT, SORTS
from searching.facts import Facts
from searching.filters import KINDS, Parameters

PATH = "/api/videos"
PLACES = {"first": 75, "tenth": 12, "deep": 8, "last": 5}
PER_PAGE = {"20": 80, "50": 5, "100": 15}
POPULAR = {str(DEFAULT_SORT): 40, "views:desc": 20}
REST = 40
SOME_FIELDS = "video_id,title,views,last_synced"


@dataclass(frozen=True)
class Question:
    """A request before its page is known: `place` of the list, reached by `way`.

    `depth` is how far into the list a deep page lies, as a share of its pages.
    """

    kind: str
    parameters: Parameters
    place: str
    way: str
    depth: float

    @property
    def sort(self) -> str:
        return self.parameters.get("sort", str(DEFAULT_SORT))

    def url(self, **more: str | int) -> str:
        """The address with these further parameters."""
        return f"{PATH}?{urlencode({**self.parameters, **more})}"

    def page(self, pages: int) -> int:
        """Which page it is, if the list has so many."""
        deep = 1 + int(self.depth * max(pages, 1))
        wanted = {"first": 1, "tenth": 10, "deep": deep, "last": pages}[self.place]
        return max(1, min(wanted, pages))


def questions(facts: Facts, seed: object) -> Iterator[Question]:
    """Without end; the same for the same seed and catalogue."""
    chance = random.Random(f"questions {seed}")
    kinds = list(KINDS)
    weights = [weight for weight, _ in KINDS.values()]
    while True:
        kind = chance.choices(kinds, weights)[0]
        parameters = dict(KINDS[kind][1](chance, facts))
        sort = _sort(chance)
        if sort != str(DEFAULT_SORT) or chance.random() < 0.5:
            parameters["sort"] = sort
        if (size := _by_weight(chance, PER_PAGE)) != "20":
            parameters["per_page"] = size
        if chance.random() < 0.05:
            parameters["fields"] = SOME_FIELDS
        place = _by_weight(chance, PLACES)
        way = "page" if place == "first" else chance.choice(("page", "page", "next", "prev"))
        yield Question(kind, parameters, place, way, chance.random())


def _sort(chance: random.Random) -> str:
    others = [sort for sort in SORTS if sort not in POPULAR]
    return _by_weight(chance, {**POPULAR, **dict.fromkeys(others, REST / len(others))})


def _by_weight(chance: random.Random, weights: dict[str, float]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]
