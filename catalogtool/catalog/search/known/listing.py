"""All videos that meet some conditions, if they are not too many to be listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import LargeBinary, func, literal, select

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.conditions import Condition
from catalogtool.catalog.search.known.matches import Found, Matches
from catalogtool.core.arrays import Int64s, is_among
from catalogtool.core.db import Reader

# More than what is counted exactly, so that the sample can tell of nearly all other texts that they
# have more matches than that.
MOST_LISTED = 16_000
_BIG_ENDIAN = np.dtype(">i8")


def list_videos(session: Reader, conditions: Sequence[Condition], most: int | None = None) -> Found:
    """The matches; None if there are more than `most` (`MOST_LISTED`, if that is not given)."""
    most = MOST_LISTED if most is None else most
    some = select(Video.id, Video.facets).where(*conditions).limit(most + 1).subquery()
    row = session.execute(select(_packed(some.c.id), _packed(some.c.facets))).one()
    ids, facets = (np.frombuffer(packed or b"", _BIG_ENDIAN).astype(np.int64) for packed in row)
    return Matches.of(ids, facets) if len(ids) <= most else None


def look_again(
    session: Reader, found: Matches, changed: Int64s, conditions: Sequence[Condition]
) -> Found:
    """The same after these videos have changed; it may have grown beyond the limit."""
    now = list_videos(session, [is_among(Video.id, changed), *conditions])
    return None if now is None else found.without(changed).plus(now)


def _packed(column: Any) -> Any:
    """Eight bytes for each value, in one: quicker than a list, here and there."""
    return func.string_agg(func.int8send(column), literal(b"", LargeBinary))
