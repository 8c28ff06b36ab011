"""The filters beyond the facets, taken apart: each may be listed, looked for, or tested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.conditions import (
    Condition,
    conditions_beyond_facets,
    conditions_for_indexes,
    in_hidden_channel,
    is_hidden,
    is_missing,
)
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.known.listing import Conditions, Wanted
from catalogtool.catalog.search.known.sample import Sample
from catalogtool.catalog.search.names import Names
from catalogtool.catalog.words.find import told_pieces
from catalogtool.catalog.words.pieces import Pieces, pieces_of_name
from catalogtool.catalog.words.tokens import Field, has_trigram
from catalogtool.core.patterns import like

# Each of these groups has an index that leads to its videos; with it, the sort by the same field.
GROUPS: dict[tuple[str, ...], str | None] = {
    ("search",): "title",
    ("video_id",): None,
    ("asset_id",): None,
    ("custom_id",): None,
    ("artist",): None,
    ("label",): None,
    ("channel",): "channel_display_name",
    ("channel_search",): "channel_display_name",
    ("isrc",): None,
    ("upc",): None,
    ("date_from", "date_to"): "time_published",
}
# So many are listed where that takes little for each: an index holds all of it, or words tell.
MOST_AT_ONCE = 2_000_000
# A word of so few videos leads to them quicker than all words together.
RARE = 3_000
# So many videos of hidden channels are known one by one: every list is without them.
MOST_HIDDEN = 200_000


@dataclass(frozen=True)
class Part:
    """One of the filters: alone, and as what may be listed."""

    filters: Filters
    wanted: Wanted
    # The sort whose index tells whether a video matches.
    field: str | None = None

    @property
    def text(self) -> str:
        """What is looked for in the titles, if this is the filter for that."""
        return self.filters.search or ""

    @property
    def name(self) -> str:
        """What is looked for in the names of artists or labels, if this is a filter for those."""
        return self.filters.artist or self.filters.label or ""

    @cached_property
    def pieces(self) -> Pieces | None:
        """What the tokens of a video with this text are like, if they can tell."""
        if self.name:
            return pieces_of_name(self.name, Field.ARTIST if self.filters.artist else Field.LABEL)
        return told_pieces(self.text) if self.text else None

    @cached_property
    def candidates(self) -> Wanted:
        """The videos that may hold a phrase, told by words: all that do, and some others.

        Of those that change, only what holds it is one again, so that no match is ever missing.
        """
        return Wanted((self.wanted.key, "candidates"), self.wanted.make, MOST_AT_ONCE)

    @property
    def only_hidden(self) -> bool:
        """Whether it asks for what is hidden, be it the video or its channel."""
        return self.filters.hidden == "yes"

    @property
    def only_views(self) -> bool:
        """Whether the counters tell, which change without a change of the video."""
        return self.filters.missing != ()

    @property
    def ranked_by(self) -> str | None:
        """The sort whose ranks tell whether a video matches, if they know enough."""
        return "views" if self.only_views else self.field

    @property
    def words(self) -> list[str]:
        """Its words that the index has, where there is more than one word."""
        words = self.text.split()
        return [word for word in words if has_trigram(word)] if len(words) > 1 else []


def parts_of(filters: Filters, names: Names) -> list[Part]:
    """The filters that an index serves, one by one."""
    found = list(_parts(filters, names))
    if filters.hidden == "yes" and names.hidden_channels:
        key = ("hidden", *sorted(names.hidden_channels))
        alone = Filters(hidden="yes")
        found.append(Part(alone, Wanted(key, lambda: ([is_hidden(names)],) * 2, MOST_HIDDEN)))
    if "views" in filters.missing:
        unknown = Wanted("without views", lambda: ([is_missing("views")],) * 2, MOST_AT_ONCE)
        found.append(Part(Filters(hidden="all", missing=("views",)), unknown))
    return found


def led_by_rarest(part: Part, sample: Sample | None) -> Wanted:
    """How to find the videos by trigrams, of which a phrase has many."""
    if not part.words or sample is None:
        return part.wanted
    hits = {word: int(sample.having("search", word).sum()) for word in part.words}
    rarest = min(part.words, key=lambda word: (hits[word], -len(word)))
    return led_by(part, rarest) if hits[rarest] <= sample.share * RARE else part.wanted


def led_by(part: Part, word: str) -> Wanted:
    """The videos with a text in their title, found by one word of it: the index has to look up
    three letters at a time, and those of a rare word are quicker than those of the whole."""

    def conditions() -> Conditions:
        whole = Video.title.concat("").ilike(like(part.text))
        return [Video.title.ilike(like(word)), whole], part.wanted.plain

    return Wanted(part.wanted.key, conditions)


def rest_of(filters: Filters, names: Names) -> Sequence[Condition]:
    """What is asked beyond the facets and the parts; nothing, mostly."""
    listed = {name: None for group in GROUPS for name in group}
    rest = replace(filters, **listed, hidden="all", missing=())
    found = conditions_beyond_facets(rest, names)
    if filters.hidden == "yes" and names.hidden_channels is None:
        found.append(is_hidden(names))
    return found


def of_hidden_channels(names: Names) -> Wanted:
    """The videos of the channels that are hidden, which are listed."""
    key = ("of channels", *sorted(names.hidden_channels or ()))
    return Wanted(key, lambda: ([in_hidden_channel(names)],) * 2, MOST_HIDDEN)


def _parts(filters: Filters, names: Names) -> Iterator[Part]:
    # Of the names, only these: the others are those of filters that facets tell.
    known = Names(channels=names.channels)
    for group, field in GROUPS.items():
        given: dict[str, Any] = {
            name: value for name in group if (value := getattr(filters, name)) is not None
        }
        if given:
            alone = Filters(hidden="all", **given)
            make = partial(_conditions, alone, known)
            most = MOST_AT_ONCE if _is_covered(group, names) else None
            yield Part(alone, Wanted(alone, make, most), field)


def _is_covered(group: tuple[str, ...], names: Names) -> bool:
    """Whether an index holds all that is asked and told of these videos."""
    by_name = group == ("channel_search",) and names.channels is not None
    return by_name or group in {("channel",), ("date_from", "date_to")}


def _conditions(alone: Filters, names: Names) -> Conditions:
    return conditions_for_indexes(alone, names), conditions_beyond_facets(alone, names)
