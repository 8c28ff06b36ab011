"""From filters to SQL: one condition for each filter that is set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    Text,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import FromClause

from catalogtool.catalog.models import Video, VideoCounter, letters
from catalogtool.catalog.search.fields import NULLABLE
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.names import Names, hit, is_of_labels
from catalogtool.catalog.words.tokens import has_trigram
from catalogtool.channels.models import Channel
from catalogtool.core.patterns import like

SHORT_BELOW = 240
MEDIUM_UP_TO = 1200

# The names of all artists of a video as one text, as its indexes have them.
ALL_NAMES_SQL = "video_names(video.artist)"
ALL_NAMES = literal_column(ALL_NAMES_SQL, Text)

# Under a name of its own: a sort by views has the counters in its rows already.
_COUNTER = VideoCounter.__table__.alias("counter_of_video")

Condition = ColumnElement[bool]


def build_conditions(filters: Filters, names: Names) -> list[Condition]:
    """Conditions over `video`, all of which must hold; `names` belong to these filters."""
    found = [
        build(getattr(filters, name))
        for name, build in _PLAIN.items()
        if getattr(filters, name) is not None
    ]
    found += map(is_missing, filters.missing)
    found += _by_channel(filters, names)
    if filters.category is not None:
        found.append(_in_category(filters.category, names.categories))
    return found


def conditions_beyond_facets(
    filters: Filters, names: Names, *, by_index: bool = False
) -> list[Condition]:
    """The conditions that `facets.facet_test` does not cover, without those on hidden channels.

    Those on a part of a text are put so that no index serves them, unless `by_index`: to test a
    video that is read anyway is quicker than to look up all trigrams of the text.
    """
    covered = set(BY_FACET)
    if names.status_code is not None:
        covered.add("claimed_status")
    builders = _PLAIN if by_index else {**_PLAIN, **_UNINDEXED}
    found = [
        build(getattr(filters, name))
        for name, build in builders.items()
        if name not in covered and getattr(filters, name) is not None
    ]
    if "views" in filters.missing:
        found.append(is_missing("views"))
    if filters.channel_search is not None:
        found.append(_in_channels(names.channels, hit(filters.channel_search)))
    if filters.category is not None and names.category_codes is None:
        found.append(_in_category(filters.category, names.categories))
    return found


def conditions_for_indexes(filters: Filters, names: Names) -> list[Condition]:
    """`conditions_beyond_facets`, put so that an index can serve what is asked of texts.

    A text without three letters in a row has no trigram, and names in a list have no index; the
    letters of a title, and all names in one text, have. What no index serves is put so that none
    seems to.
    """
    found: list[Condition] = []
    others = replace(filters, search=None, artist=None)
    if filters.label is not None and not has_trigram(filters.label):
        found.append(is_of_labels(filters.label))
        others = replace(others, label=None)
    if filters.video_id is not None and _is_pair(filters.video_id):
        found += _in_video_id(filters.video_id)
        others = replace(others, video_id=None)
    found += conditions_beyond_facets(others, names, by_index=True)
    if filters.search is not None:
        found += _in_text(Video.title, "video.title", filters.search)
    if filters.artist is not None:
        found += _in_text(ALL_NAMES, ALL_NAMES_SQL, filters.artist)
        if has_trigram(filters.artist) or not _is_told_by_letters(filters.artist):
            found.append(_artist(filters.artist))
    return found


def _in_text(column: Any, column_sql: str, text: str) -> list[Condition]:
    if has_trigram(text):
        return [column.ilike(like(text))]
    if _is_told_by_letters(text):
        return [_has_letters(column_sql, text)]
    return [_has_letters(column_sql, text), column.concat("").ilike(like(text))]


def _is_told_by_letters(text: str) -> bool:
    """Whether a letter or a pair of letters is all of the text."""
    return len(text) <= 2 and len(text.lower()) == len(text) and "\n" not in text


def _is_pair(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isalnum()


def _in_video_id(pair: str) -> list[Condition]:
    """Two letters or digits, by the trigrams that they are a part of.

    Before them, or behind, stands a letter or a digit; or else no letter on either side.
    """
    pair, beside = pair.lower(), r"[!-/:-@\[-`{-~ ]"
    around = f"[a-z0-9]{pair}|{pair}[a-z0-9]|(^|{beside}){pair}({beside}|$)"
    return [Video.video_id.op("~*")(around), Video.video_id.concat("").ilike(like(pair))]


def _has_letters(text_sql: str, text: str) -> Condition:
    wanted: ColumnElement[Any] = func.video_letters(text, type_=ARRAY(Text))
    if len(text) > 1:
        # The pairs alone, which come after the letters: they are so much rarer.
        wanted = wanted[len(text) + 1 : 3 * len(text) + 3]
    return literal_column(letters(text_sql), ARRAY(Text)).op("@>")(wanted)


def is_missing(field: str) -> Condition:
    """The field holds nothing: null, an empty text or an empty list."""
    column = NULLABLE[field]
    if column.class_ is VideoCounter:
        unknown = select(_COUNTER.c.video_pk).where(
            _COUNTER.c.video_pk == Video.id, _COUNTER.c[field].is_(None)
        )
        return exists(unknown.correlate(Video))
    if isinstance(column.type, String):
        return or_(column.is_(None), column == "")
    if isinstance(column.type, ARRAY):
        return or_(column.is_(None), func.cardinality(column) == 0)
    return column.is_(None)


def _by_channel(filters: Filters, names: Names) -> Iterator[Condition]:
    if filters.channel_search is not None:
        yield _in_channels(names.channels, hit(filters.channel_search))
    if filters.hidden == "yes":
        yield is_hidden(names)
    elif filters.hidden == "no":
        yield ~Video.hidden
        if names.hidden_channels != []:
            yield not_in_hidden_channel(names)


def is_hidden(names: Names) -> Condition:
    """The video is hidden, or its channel is."""
    return or_(Video.hidden, in_hidden_channel(names))


def not_in_hidden_channel(names: Names) -> Condition:
    """The video belongs to a channel that is shown, or to none."""
    return or_(Video.channel_display_name.is_(None), ~in_hidden_channel(names))


def in_hidden_channel(names: Names) -> Condition:
    """The video belongs to a channel that is hidden."""
    return _in_channels(names.hidden_channels, Channel.hidden.expression)


def _in_category(wanted: str, listed: Sequence[str] | None) -> Condition:
    if listed is not None:
        return Video.category.in_(listed)
    return func.lower(Video.category) == func.lower(wanted)


def _in_channels(listed: Sequence[str] | None, otherwise: Condition) -> Condition:
    """Videos of the channels that are listed, or of all for which `otherwise` holds."""
    if listed is not None:
        return Video.channel_display_name.in_(listed)
    channel = select(Channel.id).where(Channel.name == Video.channel_display_name, otherwise)
    return exists(channel.correlate(Video))


def _holds(column: Any) -> Callable[[str], Condition]:
    return lambda text: column.ilike(like(text))


def _equals(column: Any) -> Callable[[Any], Condition]:
    return lambda value: column == value


def _flag(column: Any) -> Callable[[bool], Condition]:
    return lambda wanted: column == ("Yes" if wanted else "No")


def _boolean(column: Any) -> Callable[[bool], Condition]:
    return lambda wanted: column.is_(True) if wanted else column.is_(False)


def _has_asset(wanted: bool) -> Condition:
    return Video.asset_id != "" if wanted else is_missing("asset_id")


def _monetization(wanted: str) -> Condition:
    monetized = Video.policy == "monetize"
    return monetized if wanted == "monetizing" else ~monetized


def lasts(length: Any, wanted: str) -> Condition:
    """The video's length is `short`, `medium` or `long`."""
    found: dict[str, Condition] = {
        "short": length < SHORT_BELOW,
        "medium": and_(length >= SHORT_BELOW, length <= MEDIUM_UP_TO),
        "long": length > MEDIUM_UP_TO,
    }
    return found[wanted]


def _artist(text: str) -> Condition:
    name: FromClause = func.unnest(Video.artist).table_valued("name").render_derived()
    return exists(select(true()).select_from(name).where(name.c.name.ilike(like(text))))


def from_day(moment: Any, first: date) -> Condition:
    """At the beginning of this day (UTC) or later."""
    found: Condition = moment >= datetime.combine(first, time.min, UTC)
    return found


def to_day(moment: Any, last: date) -> Condition:
    """At the end of this day (UTC) or earlier."""
    found: Condition = moment.is_not(None)
    if last != date.max:
        found = moment < datetime.combine(last + timedelta(days=1), time.min, UTC)
    return found


BY_FACET = (
    "duration",
    "has_asset_id",
    "claimed_by_another",
    "policy",
    "monetization",
    "privacy_status",
    "is_short",
    "is_live_stream",
    "administered",
)
# Filters by a part of a text.
TEXTS: Mapping[str, Any] = {
    "search": Video.title,
    "video_id": Video.video_id,
    "asset_id": Video.asset_id,
    "custom_id": Video.custom_id,
    "label": Video.label,
}
_UNINDEXED = {name: _holds(column.concat("")) for name, column in TEXTS.items()}
# `category`, `channel_search`, `hidden` and `missing` need more than their own value.
_PLAIN: dict[str, Callable[[Any], Condition]] = {
    **{name: _holds(column) for name, column in TEXTS.items()},
    "channel": _equals(Video.channel_display_name),
    "duration": lambda wanted: lasts(Video.video_length, wanted),
    "has_asset_id": _has_asset,
    "claimed_status": _equals(Video.claimed_status),
    "claimed_by_another": _flag(Video.claimed_by_another_owner),
    "policy": _equals(Video.policy),
    "monetization": _monetization,
    "privacy_status": _equals(Video.privacy_status),
    "is_short": _boolean(Video.is_short),
    "is_live_stream": _boolean(Video.is_live_stream),
    "administered": _boolean(Video.administered),
    "isrc": _equals(Video.isrc),
    "upc": _equals(Video.upc),
    "artist": _artist,
    "date_from": lambda day: from_day(Video.time_published, day),
    "date_to": lambda day: to_day(Video.time_published, day),
}
