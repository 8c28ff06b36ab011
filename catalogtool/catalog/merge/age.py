"""Whose later word a report has to respect: that of newer reports, and that of YouTube itself.

A newer report speaks for the rows that it covered, a look at YouTube for the fields that it tells
of the videos or assets that were looked at. Both are asked of a chunk first, in one cheap query:
where nobody spoke later, the import's statements stay as simple as if nobody ever had.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge.coverage import NEWER, Edition
from catalogtool.catalog.merge.fields import Field, Kind, Look


def _never(_: Field) -> str | None:
    return None


@dataclass(frozen=True)
class Age:
    """SQL for a report's being too old for a stored row; None where it can't be.

    `reports`: a newer report of its kind has covered the row. `look`: of a field, that YouTube was
    asked for it since.
    """

    reports: str | None = None
    look: Callable[[Field], str | None] = _never


NEWEST = Age()


@dataclass(frozen=True)
class Later:
    """What was said later than a report: by reports of its kind, by which looks."""

    reports: bool = False
    looks: frozenset[Look] = frozenset()
    # Whether any asset was merged into another, whenever that became known.
    merges: bool = False

    @property
    def with_newer(self) -> str:
        """The beginning of a statement's WITH list, a comma at its end; empty if not needed."""
        return f"{NEWER}," if self.reports else ""

    def of_video(self, kind: Kind, stored: str, key: str) -> Age:
        """For a row of `video`: its alias, and its key as SQL.

        A line of an export is old as soon as the video has changed since: it says itself as of
        when it speaks.
        """
        if kind is Kind.EXPORT:
            return Age(f"({stored}.updated_at IS DISTINCT FROM r.updated_at)")

        def look(field: Field) -> str | None:
            if field.look is Look.ASSET:
                return self._by_asset(field, stored)
            found = [self._by_look(field, key)]
            if field.name == "asset_id":
                found.append(self._by_merged_asset(stored))
            return " OR ".join(filter(None, found)) or None

        return Age(self._covered(key), lambda field: _bracketed(look(field)))

    def of_key(self, key: str) -> Age:
        """For a row that belongs to the video with this key: its counters, its claims."""
        return Age(self._covered(key), lambda field: _bracketed(self._by_look(field, key)))

    def of_asset(self, kind: Kind, stored: str) -> Age:
        """For a row of `asset`.

        Coverage of a claims report is kept by video, so that an older one fills gaps only.
        """
        covered = self._covered(f"{stored}.id") if kind is Kind.ASSET else None
        if kind is not Kind.ASSET and self.reports:
            covered = "true"
        since = f"coalesce({stored}.looked_at >= :until, false)"
        return Age(covered, lambda field: since if field.look in self.looks else None)

    def _covered(self, key: str) -> str | None:
        return f"({key} <@ (SELECT ids FROM newer))" if self.reports else None

    def _by_look(self, field: Field, key: str) -> str | None:
        if field.look not in self.looks:
            return None
        return f"""EXISTS (SELECT FROM video_look look
            WHERE look.video_pk = {key} AND look.{field.look}_at >= :until)"""

    def _by_asset(self, field: Field, stored: str) -> str | None:
        """Its asset's code was looked at; if the report tells another asset, that one's."""
        if Look.ASSET not in self.looks:
            return None
        return f"""EXISTS (SELECT FROM asset known
            WHERE known.asset_id = coalesce(r.asset_id, {stored}.asset_id)
              AND known.looked_at >= :until AND known.{field.name} IS NOT NULL)"""

    def _by_merged_asset(self, stored: str) -> str | None:
        """The report names an asset that has been merged into the stored one."""
        if not self.merges:
            return None
        return f"""EXISTS (SELECT FROM asset gone WHERE gone.asset_id = r.asset_id
              AND gone.merged_into = {stored}.asset_id)"""


def find_later(session: Session, edition: Edition) -> Later:
    """What was said later than this report; nothing is the usual and the fast case."""
    found = session.execute(text(_FIND), edition.parameters).one()
    looks = {Look.METADATA: found.metadata, Look.CLAIMS: found.claims, Look.ASSET: found.assets}
    if not edition.kind.is_report:
        return Later(found.reports)
    later = frozenset(look for look, is_later in looks.items() if is_later)
    return Later(found.reports, later, found.merges)


def _bracketed(condition: str | None) -> str | None:
    return None if condition is None else f"({condition})"


_FIND = """SELECT
    EXISTS (SELECT FROM report_coverage c JOIN report r ON r.id = c.report_id
            WHERE r.kind = :kind
              AND (r.as_of, r.file_time, r.id) > (:as_of, :file_time, :report_id)) AS reports,
    EXISTS (SELECT FROM video_look WHERE metadata_at >= :until) AS metadata,
    EXISTS (SELECT FROM video_look WHERE claims_at >= :until) AS claims,
    EXISTS (SELECT FROM asset WHERE looked_at >= :until) AS assets,
    EXISTS (SELECT FROM asset WHERE merged_into IS NOT NULL) AS merges"""
