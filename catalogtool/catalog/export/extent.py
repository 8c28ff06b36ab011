"""Which rows an export is about, as a stretch of numbers that can be walked piece by piece.

Of few matches the ids are known, and the numbers are places in their list. Of many, the numbers
are the row ids themselves, from the lowest to the highest of the catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from catalogtool.catalog.models import Video
from catalogtool.catalog.search.conditions import Condition, build_conditions
from catalogtool.catalog.search.filters import Filters
from catalogtool.catalog.search.names import find_names
from catalogtool.core.errors import ValidationError

FEW = 2_000
TIMEOUT_SECONDS = 60

# With values that only stand in for those of a piece.
_FIRST, _LAST = bindparam("first", 0, BigInteger), bindparam("last", 0, BigInteger)
_IDS = bindparam("ids", [], ARRAY(BigInteger))


@dataclass(frozen=True)
class Extent:
    """The conditions on a row, and the numbers `first` to `last` that lead to all rows."""

    conditions: Sequence[Condition]
    first: int
    last: int
    ids: Sequence[int] | None = None

    def within(self, key: Any) -> Condition:
        """SQL: this row key belongs to the piece that `parameters` names."""
        listed: Condition = key == func.any(_IDS)
        return and_(key >= _FIRST, key <= _LAST) if self.ids is None else listed

    def parameters(self, first: int, last: int) -> dict[str, object]:
        """The values for `within`, of the numbers from `first` to `last`."""
        if self.ids is not None:
            return {"ids": list(self.ids[first : last + 1])}
        return {"first": first, "last": last}


def find_extent(session: Session, filters: Filters) -> Extent:
    """Look where the matches are; ValidationError if there are none."""
    set_limits(session)
    conditions = build_conditions(filters, find_names(session, filters))
    ids = session.scalars(select(Video.id).where(*conditions).limit(FEW + 1)).all()
    if not ids:
        raise ValidationError(
            "No video matches these filters, so there is nothing to export.",
            {"field": "filters", "rule": "must match at least one video"},
        )
    if len(ids) <= FEW:
        return Extent(conditions, 0, len(ids) - 1, sorted(ids))
    first, last = session.execute(select(func.min(Video.id), func.max(Video.id))).one()
    return Extent(conditions, first, last)


def set_limits(session: Session) -> None:
    """Plan each statement of the transaction for its own values; none may take minutes."""
    session.execute(
        text(
            "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
            " set_config('statement_timeout', :timeout, true)"
        ),
        {"timeout": str(TIMEOUT_SECONDS * 1000)},
    )
