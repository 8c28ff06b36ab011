"""Assets and what follows from them: a video shows the codes of its asset.

Codes belong to the asset, whichever report tells them. They are kept there and settled on every
video that refers to the asset, so that it does not matter which report came first.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge import coverage
from catalogtool.catalog.merge.age import Later, find_later
from catalogtool.catalog.merge.chunk import plan_for_few_rows, take_turn
from catalogtool.catalog.merge.coverage import NEWER, Edition
from catalogtool.catalog.merge.delta import (
    first_provenance,
    may_speak,
    needs_write,
    new_provenance,
)
from catalogtool.catalog.merge.fields import ASSET_FIELDS, Kind
from catalogtool.catalog.merge.settle import settle
from catalogtool.catalog.merge.staging import Staging


def merge_assets(
    session: Session, staging: Staging, edition: Edition, first: int, last: int
) -> set[int]:
    """Bring the assets numbered `first` to `last` up to date, and the videos that show them.

    Returns the keys of the videos that changed.
    """
    take_turn(session)
    plan_for_few_rows(session)
    later = find_later(session, edition)
    parameters = {**edition.parameters, "first": first, "last": last}
    session.execute(text(_update(staging, later)), parameters)
    session.execute(text(_insert(staging)), parameters)
    stretch = f"(SELECT asset_id FROM {staging.assets} WHERE n BETWEEN :first AND :last)"
    if staging.kind is Kind.ASSET:
        coverage.cover(
            session,
            edition,
            f"(SELECT id AS pk FROM asset WHERE asset_id IN {stretch}) AS named",
            first=first,
            last=last,
        )
    return settle(session, edition.source, f"v.asset_id IN {stretch}", first=first, last=last)


def _came_from(staging: Staging) -> str:
    return f"FROM {staging.assets} t JOIN {staging.rows} r ON r.ctid = t.tid"


def _update(staging: Staging, later: Later) -> str:
    fields = ASSET_FIELDS[staging.kind]
    age = later.of_asset(staging.kind, "a")
    values = ", ".join(
        f"{f.name} = CASE WHEN {may_speak(f, 'a', 'r', age)} THEN {f.value('r')}"
        f" ELSE a.{f.name} END"
        for f in fields
    )
    return f"""{"WITH " + NEWER if later.reports else ""}
        UPDATE asset a SET {values}, updated_at = now(),
            provenance = {new_provenance(fields, "a", "r", age)}
        {_came_from(staging)}
        WHERE t.n BETWEEN :first AND :last AND a.asset_id = t.asset_id
          AND ({needs_write(fields, "a", "r", age)})"""


def _insert(staging: Staging) -> str:
    fields = ASSET_FIELDS[staging.kind]
    return f"""INSERT INTO asset (asset_id, provenance, {", ".join(f.name for f in fields)})
        SELECT t.asset_id, {first_provenance(fields, "r")},
               {", ".join(f.value("r") for f in fields)}
        {_came_from(staging)}
        WHERE t.n BETWEEN :first AND :last
          AND NOT EXISTS (SELECT FROM asset a WHERE a.asset_id = t.asset_id)
        ORDER BY t.n"""
