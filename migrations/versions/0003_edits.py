"""Edits and their taking back: batches, the videos of each, and a history that can be searched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

# The history is partitioned, and PostgreSQL can't build such indexes beside its writers. These wait
# for the build; they are jobs, which wait anyway, and edits, which fail within the time-out.
IN_ONE_GO = (
    "-- squawk-ignore require-concurrent-index-creation, require-concurrent-index-deletion\n"
)

CHANGED_FIELDS = """jsonb_path_query_array(changes, '$.keyvalue()."key"'::jsonpath)"""
# Only what people do has a person or a batch: a report's changes cost these indexes nothing.
OF_PEOPLE = {
    "user_id": "user_id, sync_time, id",
    "batch_id": "batch_id, sync_time, id",
}


def upgrade() -> None:
    op.add_column("pending_edit", sa.Column("base", postgresql.JSONB(), nullable=True))
    op.create_table(
        "edit_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("changes", postgresql.JSONB(), nullable=True),
        sa.Column("filter", postgresql.JSONB(), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("undoes_batch_id", sa.Uuid(), nullable=True),
        sa.Column("undoes_report_id", sa.BigInteger(), nullable=True),
        sa.Column("undoes_record_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "fields", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("attempt", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("cursor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("matched", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("processed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("skipped_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "skipped", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.CheckConstraint("kind IN ('edit', 'rollback')", name=op.f("ck_edit_batch_kind")),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'cancelled', 'error')",
            name=op.f("ck_edit_batch_status"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_edit_batch_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit_batch")),
    )
    for column in ("created_at", "undoes_batch_id", "user_id"):
        op.create_index(f"ix_edit_batch_{column}", "edit_batch", [column], unique=False)
    op.create_table(
        "edit_chunk",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("video_pks", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["edit_batch.id"],
            name=op.f("fk_edit_chunk_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "n", name=op.f("pk_edit_chunk")),
    )
    for column, columns in OF_PEOPLE.items():
        name = f"ix_metadata_sync_{column}"
        op.execute(f"{IN_ONE_GO}DROP INDEX {name}")
        op.execute(
            f"{IN_ONE_GO}CREATE INDEX {name} ON metadata_sync ({columns})"
            f" WHERE ({column} IS NOT NULL)"
        )
    op.execute(
        f"{IN_ONE_GO}CREATE INDEX ix_metadata_sync_sync_time ON metadata_sync (sync_time, id)"
    )
    op.execute(
        f"{IN_ONE_GO}CREATE INDEX ix_metadata_sync_source ON metadata_sync (source, sync_time, id)"
        " WHERE ((source)::text <> 'report'::text)"
    )
    op.execute(
        f"{IN_ONE_GO}CREATE INDEX ix_metadata_sync_changed_fields ON metadata_sync"
        f" USING gin ({CHANGED_FIELDS})"
    )
    op.execute(
        f"{IN_ONE_GO}CREATE INDEX ix_video_administered_at ON video (administered_at, id)"
        " WHERE administered"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_video_administered_at")
    for name in ("changed_fields", "source", "sync_time", *OF_PEOPLE):
        op.execute(f"DROP INDEX ix_metadata_sync_{name}")
    for column in OF_PEOPLE:
        op.execute(f"CREATE INDEX ix_metadata_sync_{column} ON metadata_sync ({column})")
    op.drop_table("edit_chunk")
    op.drop_table("edit_batch")
    op.drop_column("pending_edit", "base")
