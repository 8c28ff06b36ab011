"""What is left when every chunk of a report is in."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from catalogtool.catalog.merge import coverage
from catalogtool.catalog.merge.chunk import take_turn
from catalogtool.catalog.merge.compare import SKIPPED
from catalogtool.catalog.merge.coverage import Edition
from catalogtool.catalog.merge.delta import as_json
from catalogtool.catalog.merge.fields import ASSET_FIELDS, SETTLED, VIDEO_FIELDS, Kind
from catalogtool.catalog.merge.staging import Staging, drop
from catalogtool.catalog.upkeep import prune_changes
from catalogtool.channels.service import drop_provisional, give_ids

TEXT_INDEXES = (
    "ix_video_title_trigram",
    "ix_video_letters",
    "ix_video_people_trigram",
    "ix_video_ids_trigram",
)


# Whoever asked YouTube itself since knows better than the report what it has there.
_NOT_SEEN_SINCE = "(p.theirs_at IS NULL OR p.theirs_at < :until)"


def cover_known(session: Session, staging: Staging, edition: Edition) -> None:
    """Note which rows of the catalogue the report speaks of, as soon as it is compared.

    Also the rows that it has yet to change: an older report that comes in meanwhile must not
    change them in ways that the comparison did not see.
    """
    if staging.kind is Kind.ASSET:
        source = f"""(SELECT a.id AS pk FROM asset a
            WHERE a.asset_id IN (SELECT asset_id FROM {staging.rows})) AS known"""
    else:
        source = f"{staging.pick} WHERE pk IS NOT NULL AND what <> {SKIPPED}"
    coverage.cover(session, edition, source)


def uncover_pending(session: Session, staging: Staging, cursor: int) -> None:
    """Take back the note for what lies behind the cursor, since the report ends there."""
    if staging.kind is Kind.ASSET:
        pending = f"""{staging.assets} t JOIN asset a ON a.asset_id = t.asset_id
            WHERE t.n > :cursor"""
        key = "a.id"
    else:
        assets = f"(SELECT count(*) FROM {staging.assets})" if staging.kind is Kind.CLAIMS else "0"
        pending, key = f"{staging.todo} t WHERE t.n > :cursor - {assets}", "t.pk"
    session.execute(
        text(
            f"""UPDATE report_coverage c SET ids = c.ids - pending.ids
            FROM (SELECT range_agg(int8range({key}, {key} + 1)) AS ids FROM {pending}) AS pending
            WHERE c.report_id = :report_id AND pending.ids IS NOT NULL"""
        ),
        {"report_id": staging.report_id, "cursor": cursor},
    )
    session.execute(text("DELETE FROM report_coverage WHERE isempty(ids)"))


def finish(session: Session, staging: Staging, edition: Edition) -> None:
    """Settle who spoke last, confirm users' edits, remember Shorts, drop what was staged."""
    take_turn(session)
    coverage.consolidate(session, edition)
    _lock_edited(session, staging)
    if staging.kind in (Kind.VIDEO, Kind.CLAIMS):
        _confirm_edits(session, staging, edition)
        give_ids(
            session,
            f"SELECT channel_display_name AS name, channel_id FROM {staging.rows}",
        )
        drop_provisional(session)
    if staging.kind.tells_assets:
        _confirm_edits_of_codes(session, staging, edition)
    if staging.kind is Kind.CLAIMS:
        _remember_shorts(session, staging)
    # What the text indexes have put aside while rows came in would slow every search.
    for index in TEXT_INDEXES:
        session.execute(text("SELECT gin_clean_pending_list(:index)"), {"index": index})
    session.execute(text("SELECT fold_counts()"))
    prune_changes(session)
    drop(session, staging)


def _lock_edited(session: Session, staging: Staging) -> None:
    """Whoever notes or settles an edit holds its video's row, so that none sees half of another."""
    keys = ["asset_id"] if staging.kind.tells_assets else []
    keys += [] if staging.kind is Kind.ASSET else ["video_id"]
    told = " OR ".join(f"v.{key} IN (SELECT {key} FROM {staging.rows})" for key in keys)
    session.execute(
        text(
            f"""SELECT count(*) FROM (
                SELECT FROM video v
                WHERE v.video_id IN (SELECT p.video_id FROM pending_edit p)
                  AND ({told})
                ORDER BY v.id FOR NO KEY UPDATE OF v) AS locked"""
        )
    )


def _confirm_edits(session: Session, staging: Staging, edition: Edition) -> None:
    """A user's edit is no longer pending once a report of a later day brings the same value."""
    cases = " ".join(
        f"WHEN '{field.name}' THEN to_jsonb({as_json(field.value('r'), field.type)})"
        for field in VIDEO_FIELDS[staging.kind]
    )
    session.execute(
        text(
            f"""DELETE FROM pending_edit p USING {staging.pick} k
            JOIN {staging.rows} r ON r.ctid = k.tid
            WHERE p.video_id = k.video_id AND p.created_at < :as_of + interval '1 day'
              AND {_NOT_SEEN_SINCE}
              AND p.value = CASE p.field {cases} END"""
        ),
        edition.parameters,
    )


def _confirm_edits_of_codes(session: Session, staging: Staging, edition: Edition) -> None:
    """The same for what a video takes over from its asset, where the report tells it."""
    staged = {field.name: f"r.{field.source}" for field in ASSET_FIELDS[staging.kind]}
    told = [field.name for field in SETTLED if field.name in staged]
    cases = " ".join(
        f"WHEN '{name}' THEN CASE WHEN {staged[name]} IS NOT NULL THEN to_jsonb(a.{name}) END"
        for name in told
    )
    session.execute(
        text(
            f"""DELETE FROM pending_edit p USING video v
            JOIN asset a ON a.asset_id = v.asset_id
            JOIN {staging.rows} r ON r.asset_id = v.asset_id
            WHERE p.video_id = v.video_id AND p.created_at < :as_of + interval '1 day'
              AND {_NOT_SEEN_SINCE}
              AND p.value = CASE p.field {cases} END"""
        ),
        edition.parameters,
    )


def _remember_shorts(session: Session, staging: Staging) -> None:
    session.execute(
        text(
            f"""INSERT INTO youtube_shorts (video_id, source)
            SELECT DISTINCT video_id, 'claims_report' FROM {staging.rows} r
            WHERE is_short
              AND NOT EXISTS (SELECT FROM non_youtube_shorts n WHERE n.video_id = r.video_id)
            ON CONFLICT (video_id) DO NOTHING"""
        )
    )
