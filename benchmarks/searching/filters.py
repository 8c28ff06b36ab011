"""Random filters, weighted as people use them; each kind is a function of chance and the facts."""

from __future__ import annotations

import random
from collections.abc import Callable

from searching.facts import Facts
from searching.rows import FIFTY, NUMBERS, SHARES

Parameters = dict[str, str]
Draw = Callable[[random.Random, Facts], Parameters]

YES_NO = ("yes", "no")
NONSENSE = ("qxzjvwk", "does not exist anywhere", "zzzzzz", "%%%", "_\\_", "ﷺﷺﷺ", "xq", "龘龘")
NULLABLE = (
    "title", "asset_id", "custom_id", "artist", "genre", "label", "upc", "isrc", "category",
    "views", "notes",
)  # fmt: skip
FACETS: dict[str, tuple[str, ...]] = {
    "duration": ("short", "medium", "long"),
    "has_asset_id": YES_NO,
    "claimed_by_another": YES_NO,
    "policy": ("monetize", "track", "block", "other", "none"),
    "monetization": ("monetizing", "not_monetizing"),
    "privacy_status": ("public", "unlisted", "private"),
    "is_short": YES_NO,
    "is_live_stream": YES_NO,
    "administered": YES_NO,
    # From what the catalogue holds.
    "category": (),
    "claimed_status": (),
}


def facets(chance: random.Random, facts: Facts) -> Parameters:
    """One to four of them at once, one mostly; now and then the rare combination."""
    if chance.random() < 0.05:
        return dict(FIFTY)
    names = chance.sample(sorted(FACETS), chance.choices((1, 2, 3, 4), (5, 3, 1, 1))[0])
    return {name: chance.choice(FACETS[name] or facts.values[name]) for name in names}


def title(chance: random.Random, facts: Facts) -> Parameters:
    """A search in the titles, a fifth of them with facets beside it."""
    more = facets(chance, facts) if chance.random() < 0.2 else {}
    return {"search": chance.choice(TITLES)(chance, facts), **more}


def _rare_word(chance: random.Random, _: Facts) -> str:
    return chance.choice([*SHARES, *NUMBERS])


def _word(chance: random.Random, facts: Facts) -> str:
    return chance.choice(facts.words)


def _two_words(chance: random.Random, facts: Facts) -> str:
    found = facts.one(chance, "title").split()
    start = chance.randrange(max(1, len(found) - 1))
    return " ".join(found[start : start + 2])


def _piece(length: int) -> Callable[[random.Random, Facts], str]:
    def draw(chance: random.Random, facts: Facts) -> str:
        text = facts.one(chance, "title")
        start = chance.randrange(max(1, len(text) - length + 1))
        return text[start : start + length].strip() or text[:length].strip() or "a"

    return draw


def _east_asian(chance: random.Random, facts: Facts) -> str:
    letters = [t for t in facts.values["title"] if t[0] > "\u3000" and len(t) > 3]
    text, length = chance.choice(letters), chance.choice((1, 2, 2, 3))
    start = chance.randrange(len(text) - length)
    return str(text[start : start + length]).strip() or "愛"


def _whole(chance: random.Random, facts: Facts) -> str:
    return facts.one(chance, "title")


def _nonsense(chance: random.Random, _: Facts) -> str:
    return chance.choice(NONSENSE)


TITLES: tuple[Callable[[random.Random, Facts], str], ...] = (
    *(_rare_word,) * 5, *(_word,) * 5, *(_two_words,) * 3, _piece(1), _piece(2), _piece(2),
    _piece(3), _piece(3), _east_asian, _east_asian, _nonsense, _whole,
)  # fmt: skip


def channel(chance: random.Random, facts: Facts) -> Parameters:
    """By exact name, or by a part of it; some with a facet."""
    name = facts.one(chance, "channel_display_name")
    more = facets(chance, facts) if chance.random() < 0.3 else {}
    if chance.random() < 0.6:
        return {"channel": name, **more}
    return {"channel_search": chance.choice((name.split()[0], name[:2], name[:4], "music")), **more}


def codes(chance: random.Random, facts: Facts) -> Parameters:
    """An id or a code, whole or (where that is allowed) in part."""
    name = chance.choice(("video_id", "video_id", "asset_id", "custom_id", "isrc", "upc"))
    value = facts.one(chance, name)
    if name == "isrc" and chance.random() < 0.5:
        value = f"{value[:2]}-{value[2:5]}-{value[5:7]}-{value[7:]}".lower()
    elif name not in {"isrc", "upc"} and chance.random() < 0.5:
        start = chance.randrange(3)
        value = value[start : start + chance.choice((2, 3, 4, 6, 8))]
    return {name: value}


def people(chance: random.Random, facts: Facts) -> Parameters:
    """An artist or a label, whole or in part."""
    name = chance.choice(("artist", "artist", "label"))
    value = facts.one(chance, name)
    return {name: chance.choice((value, value, value.split()[0], value[:3], value[:2]))}


def dates(chance: random.Random, facts: Facts) -> Parameters:
    """From, to, or both; some with a facet."""
    first, last = sorted(facts.one(chance, "day") for _ in range(2))
    found = chance.choice(({"date_from": first}, {"date_to": last}, {"date_from": last}))
    if chance.random() < 0.5:
        found = {"date_from": first, "date_to": last}
    return {**found, **(facets(chance, facts) if chance.random() < 0.3 else {})}


def missing(chance: random.Random, _: Facts) -> Parameters:
    return {"missing": ",".join(chance.sample(NULLABLE, chance.choice((1, 1, 2))))}


def hidden(chance: random.Random, facts: Facts) -> Parameters:
    more = facets(chance, facts) if chance.random() < 0.3 else {}
    return {"hidden": chance.choice(("yes", "yes", "all")), **more}


def rare(chance: random.Random, facts: Facts) -> Parameters:
    """What contradicts itself, what nothing has, and much at once."""
    first, last = sorted(facts.one(chance, "day") for _ in range(2))
    return chance.choice(
        (
            {"has_asset_id": "no", "asset_id": facts.one(chance, "asset_id")[:6]},
            {"date_from": last, "date_to": first},
            {"policy": "none", "monetization": "monetizing"},
            {"missing": "isrc", "isrc": facts.one(chance, "isrc")},
            {"channel": "No Such Channel"},
            {"category": "No Such Category"},
            {"is_short": "yes", "duration": "long"},
            {**title(chance, facts), **dates(chance, facts)},
            {**channel(chance, facts), **title(chance, facts)},
            {**people(chance, facts), **facets(chance, facts)},
            {**title(chance, facts), "hidden": "yes"},
            {"channel_search": "zzzz", **title(chance, facts)},
            {**facets(chance, facts), **dates(chance, facts), **missing(chance, facts)},
        )
    )


def none(_: random.Random, __: Facts) -> Parameters:
    return {}


KINDS: dict[str, tuple[float, Draw]] = {
    "none": (20, none),
    "title": (30, title),
    "facets": (30, facets),
    "channel": (5, channel),
    "codes": (4, codes),
    "people": (3, people),
    "dates": (2, dates),
    "missing": (1.5, missing),
    "hidden": (1.5, hidden),
    "rare": (3, rare),
}
