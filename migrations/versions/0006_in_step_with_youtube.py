"""Tasks with leases, a ledger of quota, and the time when YouTube was last asked.

The queue's tasks are counted by triggers into a ledger, so that millions of them are told by status
at once; writers only append to it and never wait for each other.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

TIME = sa.DateTime(timezone=True)

OLD_INDEXES = {
    "ix_processing_queue_status": "status",
    "ix_processing_queue_created_at": "created_at",
    "ix_processing_queue_priority": "priority DESC",
}
NEW_INDEXES = {
    "ix_processing_queue_ready": "(task_type, priority DESC, id)"
    " WHERE status = 'pending' AND run_at IS NULL",
    "ix_processing_queue_delayed": "(run_at) WHERE status = 'pending' AND run_at IS NOT NULL",
    "ix_processing_queue_lease_id": "(lease_id) WHERE lease_id IS NOT NULL",
    "ix_processing_queue_completed_at": "(completed_at, id) WHERE completed_at IS NOT NULL",
    "ix_processing_queue_ended": "(status, task_type, id) WHERE completed_at IS NOT NULL",
}
COLUMNS = (
    ("processing_queue", "run_at", TIME),
    ("processing_queue", "lease_id", sa.BigInteger()),
    ("asset", "looked_at", TIME),
    ("asset", "merged_into", sa.String(50)),
    ("channel", "looked_at", TIME),
    ("channel", "asked_at", TIME),
    ("channel", "told", postgresql.JSONB()),
    ("claim", "third_party", sa.Boolean()),
    ("claim", "missing_since", TIME),
    ("pending_edit", "theirs", postgresql.JSONB()),
    ("pending_edit", "theirs_at", TIME),
)

# One trigger function for each event: the names of the transition tables are part of its text.
COUNT_TASKS = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO queue_count (task_type, status, tasks)
    SELECT task_type, status, sum(tasks) FROM ({rows}) AS row
    GROUP BY task_type, status HAVING sum(tasks) <> 0;
    RETURN NULL;
END
$body$
"""
ADDED = "SELECT task_type, status, 1 AS tasks FROM added"
REMOVED = "SELECT task_type, status, -1 AS tasks FROM removed"
COUNTS = (
    ("count_added_tasks", "INSERT", "NEW TABLE AS added", ADDED),
    ("count_removed_tasks", "DELETE", "OLD TABLE AS removed", REMOVED),
    (
        "count_changed_tasks",
        "UPDATE",
        "OLD TABLE AS removed NEW TABLE AS added",
        f"{ADDED} UNION ALL {REMOVED}",
    ),
)
FOLD = """
CREATE FUNCTION fold_queue_counts() RETURNS void LANGUAGE sql AS $body$
    WITH taken AS (DELETE FROM queue_count RETURNING task_type, status, tasks)
    INSERT INTO queue_count (task_type, status, tasks)
    SELECT task_type, status, sum(tasks) FROM taken
    GROUP BY task_type, status HAVING sum(tasks) <> 0;
$body$
"""


def upgrade() -> None:
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    for name in OLD_INDEXES:
        op.drop_index(name, table_name="processing_queue")
    for name, what in NEW_INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON processing_queue {what}")
    op.create_index("ix_asset_looked_at", "asset", ["looked_at"])
    op.create_index(
        "ix_asset_merged_into",
        "asset",
        ["merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    _create_leases()
    _create_looks()
    _create_quota()
    _create_fetched_reports()
    _count_tasks()


def _create_leases() -> None:
    op.create_table(
        "sync_lease",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("task_type", sa.String(50), nullable=False),
        sa.Column("worker", sa.String(100), nullable=False),
        sa.Column("taken_at", TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sync_lease"),
    )
    op.create_index("ix_sync_lease_expires_at", "sync_lease", ["expires_at"])
    op.create_table(
        "sync_control",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("paused", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("paused_by", sa.Integer(), nullable=True),
        sa.Column("paused_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sync_control"),
        sa.ForeignKeyConstraint(
            ["paused_by"], ["user.id"], ondelete="SET NULL", name="fk_sync_control_paused_by"
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_sync_control_one_row")),
    )
    op.create_index("ix_sync_control_paused_by", "sync_control", ["paused_by"])
    op.create_table(
        "sync_wait",
        sa.Column("task_type", sa.String(50), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("at", TIME, server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("task_type", name="pk_sync_wait"),
        sa.CheckConstraint(
            "task_type IN ('metadata_sync', 'ownership_update', 'asset_enrichment',"
            " 'metadata_push')",
            name=op.f("ck_sync_wait_task_type"),
        ),
    )


def _create_looks() -> None:
    op.create_table(
        "video_look",
        sa.Column("video_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("metadata_at", TIME, nullable=True),
        sa.Column("claims_at", TIME, nullable=True),
        sa.Column("missing_since", TIME, nullable=True),
        sa.PrimaryKeyConstraint("video_pk", name="pk_video_look"),
        sa.ForeignKeyConstraint(
            ["video_pk"], ["video.id"], ondelete="CASCADE", name="fk_video_look_video_pk"
        ),
    )
    op.create_index("ix_video_look_metadata_at", "video_look", ["metadata_at"])
    op.create_index("ix_video_look_claims_at", "video_look", ["claims_at"])
    op.create_index(
        "ix_video_look_missing_since",
        "video_look",
        ["missing_since"],
        postgresql_where=sa.text("missing_since IS NOT NULL"),
    )


def _create_quota() -> None:
    numbers = ("read_units", "write_units", "requests")
    op.create_table(
        "quota_usage",
        sa.Column("bucket", TIME, nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in numbers),
        sa.PrimaryKeyConstraint("bucket", name="pk_quota_usage"),
        *(
            sa.CheckConstraint(f"{name} >= 0", name=op.f(f"ck_quota_usage_{name}"))
            for name in numbers
        ),
    )
    op.create_table(
        "quota_state",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("next_request_at", TIME, nullable=True),
        sa.Column("stopped_until", TIME, nullable=True),
        sa.Column("stop_reason", sa.Text(), nullable=True),
        sa.Column("refusals", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quota_state"),
        sa.CheckConstraint("id = 1", name=op.f("ck_quota_state_one_row")),
    )


def _create_fetched_reports() -> None:
    op.create_table(
        "fetched_report",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("youtube_report_id", sa.String(200), nullable=False),
        sa.Column("report_type", sa.String(200), nullable=False),
        sa.Column("start_time", TIME, nullable=False),
        sa.Column("end_time", TIME, nullable=False),
        sa.Column("create_time", TIME, nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("noticed_at", TIME, server_default=sa.func.now(), nullable=False),
        sa.Column("fetched_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_fetched_report"),
        sa.UniqueConstraint("youtube_report_id", name="uq_fetched_report_youtube_report_id"),
    )
    op.create_index("ix_fetched_report_period", "fetched_report", ["report_type", "start_time"])


def _count_tasks() -> None:
    op.create_table(
        "queue_count",
        sa.Column("task_type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("tasks", sa.BigInteger(), nullable=False),
    )
    op.execute(
        """INSERT INTO queue_count (task_type, status, tasks)
        SELECT task_type, status, count(*) FROM processing_queue GROUP BY 1, 2"""
    )
    for name, event, tables, rows in COUNTS:
        op.execute(COUNT_TASKS.format(name=name, rows=rows))
        op.execute(
            f"""CREATE TRIGGER {name} AFTER {event} ON processing_queue REFERENCING {tables}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}()"""
        )
    op.execute(FOLD)


def downgrade() -> None:
    for name, *_ in COUNTS:
        op.execute(f"DROP TRIGGER {name} ON processing_queue")
        op.execute(f"DROP FUNCTION {name}()")
    op.execute("DROP FUNCTION fold_queue_counts()")
    for table in (
        "queue_count",
        "fetched_report",
        "quota_state",
        "quota_usage",
        "video_look",
        "sync_wait",
        "sync_control",
        "sync_lease",
    ):
        op.drop_table(table)
    op.drop_index("ix_asset_merged_into", table_name="asset")
    op.drop_index("ix_asset_looked_at", table_name="asset")
    for name in NEW_INDEXES:
        op.drop_index(name, table_name="processing_queue")
    for name, what in OLD_INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON processing_queue ({what})")
    for table, name, _ in reversed(COLUMNS):
        op.drop_column(table, name)
