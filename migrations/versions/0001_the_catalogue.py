"""The whole schema, complete from the start.

Partitions by month are made by `ensure_month_partitions`, which the worker calls ahead of time; a
default partition behind them makes sure that no change is ever refused.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


PARTITIONED = ("metadata_sync", "counter_change")
MONTHS_AHEAD = 3

POLICY_CLASS = """CASE
    WHEN (effective_policy IS NULL) THEN 'none'::text
    ELSE COALESCE(replace("substring"(lower(effective_policy),
        'monetize|monetise|track|block'::text), 'is'::text, 'iz'::text), 'other'::text)
END"""

ENSURE_MONTH_PARTITIONS = """
CREATE FUNCTION ensure_month_partitions(parent regclass, months_ahead integer) RETURNS void
LANGUAGE plpgsql AS $body$
DECLARE
    first_day date;
    partition_name text;
BEGIN
    FOR ahead IN 0..months_ahead LOOP
        first_day := date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead);
        partition_name := parent || '_' || to_char(first_day, '"y"YYYY"m"MM');
        IF to_regclass(partition_name) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)',
                partition_name, parent, first_day || ' 00:00Z',
                (first_day + interval '1 month')::date || ' 00:00Z');
        END IF;
    END LOOP;
END
$body$
"""


def upgrade() -> None:
    # `trusted` extensions can be made by the database's owner, so no superuser is needed.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE SCHEMA staging")
    op.execute("CREATE SEQUENCE metadata_sync_ids")
    op.create_table(
        "asset",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("asset_id", sa.String(length=50), nullable=False),
        sa.Column("asset_type", sa.String(length=50), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("album", sa.String(length=255), nullable=True),
        sa.Column("artist", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("genre", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("label", sa.String(length=255), nullable=True),
        sa.Column("upc", sa.String(length=20), nullable=True),
        sa.Column("isrc", sa.String(length=12), nullable=True),
        sa.Column("custom_id", sa.String(length=100), nullable=True),
        sa.Column("asset_labels", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("match_policy", sa.Text(), nullable=True),
        sa.Column("ownership", sa.Text(), nullable=True),
        sa.Column("conflicting_owner", sa.Text(), nullable=True),
        sa.Column("conflicting_country_code", sa.Text(), nullable=True),
        sa.Column("provenance", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("asset_id", name=op.f("uq_asset_asset_id")),
    )
    op.create_table(
        "channel",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel_id", sa.String(length=100), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("image_url", sa.String(length=500), nullable=True),
        sa.Column("subscriber_count", sa.BigInteger(), nullable=True),
        sa.Column("video_count", sa.BigInteger(), nullable=True),
        sa.Column("view_count", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("is_monetized", sa.Boolean(), nullable=True),
        sa.Column("hidden", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("provisional", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("subscriber_count >= 0", name=op.f("ck_channel_subscriber_count")),
        sa.CheckConstraint("video_count >= 0", name=op.f("ck_channel_video_count")),
        sa.CheckConstraint("view_count >= 0", name=op.f("ck_channel_view_count")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("channel_id", name=op.f("uq_channel_channel_id")),
        sa.UniqueConstraint("name", name=op.f("uq_channel_name")),
    )
    op.create_table(
        "role",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("username", sa.String(length=255), nullable=True),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("firebase_uid", sa.String(length=128), nullable=True),
        sa.Column(
            "auth_method", sa.String(length=20), server_default="flask-security", nullable=False
        ),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_login_ip", sa.String(length=100), nullable=True),
        sa.Column("last_login_ip", sa.String(length=100), nullable=True),
        sa.Column("login_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "preferences",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "auth_method IN ('flask-security', 'firebase')", name=op.f("ck_user_auth_method")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("firebase_uid", name=op.f("uq_user_firebase_uid")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_fs_uniquifier")),
        sa.UniqueConstraint("username", name=op.f("uq_user_username")),
    )
    op.create_table(
        "youtube_shorts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("video_id", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_youtube_shorts")),
        sa.UniqueConstraint("video_id", name=op.f("uq_youtube_shorts_video_id")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_api_token_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index("ix_api_token_user_id", "api_token", ["user_id"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("user_email", sa.String(length=255), nullable=True),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("remote_address", sa.String(length=100), nullable=True),
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_audit_event_user_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at"], unique=False)
    op.create_index("ix_audit_event_user_id", "audit_event", ["user_id"], unique=False)
    op.create_table(
        "non_youtube_shorts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("video_id", sa.String(length=20), nullable=False),
        sa.Column("verified_by", sa.Integer(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["verified_by"],
            ["user.id"],
            name=op.f("fk_non_youtube_shorts_verified_by"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_non_youtube_shorts")),
        sa.UniqueConstraint("video_id", name=op.f("uq_non_youtube_shorts_video_id")),
    )
    op.create_index(
        "ix_non_youtube_shorts_verified_by", "non_youtube_shorts", ["verified_by"], unique=False
    )
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("filename", sa.String(length=1024), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="pending", nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("exclude_shorts", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("dry_run", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_size", sa.BigInteger(), nullable=True),
        sa.Column("file_version", sa.String(length=200), nullable=True),
        sa.Column(
            "unknown_columns",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("phase", sa.String(length=20), server_default="queued", nullable=False),
        sa.Column("cursor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("percentage", sa.Double(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Double(), server_default="0", nullable=False),
        sa.Column("total_rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("processed_rows", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("entries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("videos_created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("videos_updated", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("videos_unchanged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("videos_skipped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("errors", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("values_cut", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("values_dropped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("youtube_api_calls", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "phase IN ('queued', 'staging', 'comparing', 'merging', 'done')",
            name=op.f("ck_report_phase"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'error', 'cancelled')",
            name=op.f("ck_report_status"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user.id"], name=op.f("fk_report_created_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_created_at", "report", ["created_at"], unique=False)
    op.create_index("ix_report_created_by", "report", ["created_by"], unique=False)
    op.create_index("ix_report_filename", "report", ["filename"], unique=False)
    op.create_index("ix_report_status", "report", ["status"], unique=False)
    op.create_table(
        "roles_users",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["role.id"], name=op.f("fk_roles_users_role_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_roles_users_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_roles_users")),
    )
    op.create_index("ix_roles_users_role_id", "roles_users", ["role_id"], unique=False)
    op.create_table(
        "video",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("video_id", sa.String(length=20), nullable=False),
        sa.Column("asset_id", sa.String(length=50), nullable=True),
        sa.Column("custom_id", sa.String(length=100), nullable=True),
        sa.Column("title", sa.String(length=500), nullable=True),
        sa.Column("artist", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("genre", sa.ARRAY(sa.Text()), nullable=True),
        sa.Column("label", sa.String(length=255), nullable=True),
        sa.Column("channel_id", sa.String(length=100), nullable=True),
        sa.Column("channel_display_name", sa.String(length=200), nullable=True),
        sa.Column("category", sa.String(length=100), nullable=True),
        sa.Column("upc", sa.String(length=20), nullable=True),
        sa.Column("isrc", sa.String(length=12), nullable=True),
        sa.Column("claimed_status", sa.String(length=20), nullable=True),
        sa.Column("claimed_by_another_owner", sa.String(length=10), nullable=True),
        sa.Column("other_owners_claiming", sa.Text(), nullable=True),
        sa.Column("effective_policy", sa.Text(), nullable=True),
        sa.Column(
            "policy",
            sa.String(length=10),
            sa.Computed(
                POLICY_CLASS,
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("privacy_status", sa.String(length=20), nullable=True),
        sa.Column("third_party_ads_enabled", sa.String(length=10), nullable=True),
        sa.Column("display_ads_enabled", sa.String(length=10), nullable=True),
        sa.Column("sponsored_cards_enabled", sa.String(length=10), nullable=True),
        sa.Column("overlay_ads_enabled", sa.String(length=10), nullable=True),
        sa.Column("nonskippable_video_ads_enabled", sa.String(length=10), nullable=True),
        sa.Column("long_nonskippable_video_ads_enabled", sa.String(length=10), nullable=True),
        sa.Column("skippable_video_ads_enabled", sa.String(length=10), nullable=True),
        sa.Column("prerolls_enabled", sa.String(length=10), nullable=True),
        sa.Column("midrolls_enabled", sa.String(length=10), nullable=True),
        sa.Column("postrolls_enabled", sa.String(length=10), nullable=True),
        sa.Column("embedding_allowed", sa.String(length=10), nullable=True),
        sa.Column("ratings_allowed", sa.String(length=10), nullable=True),
        sa.Column("comments_allowed", sa.String(length=10), nullable=True),
        sa.Column("video_length", sa.Integer(), nullable=True),
        sa.Column("time_published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("upload_source", sa.String(length=50), nullable=True),
        sa.Column("is_short", sa.Boolean(), nullable=True),
        sa.Column("is_live_stream", sa.Boolean(), nullable=True),
        sa.Column("hidden", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("administered", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("administered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notes", sa.String(length=500), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("provenance", sa.BigInteger(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "claimed_by_another_owner IN ('Yes', 'No') AND embedding_allowed IN ('Yes', 'No') AND ratings_allowed IN ('Yes', 'No') AND comments_allowed IN ('Yes', 'No') AND third_party_ads_enabled IN ('Yes', 'No') AND display_ads_enabled IN ('Yes', 'No') AND sponsored_cards_enabled IN ('Yes', 'No') AND overlay_ads_enabled IN ('Yes', 'No') AND nonskippable_video_ads_enabled IN ('Yes', 'No') AND long_nonskippable_video_ads_enabled IN ('Yes', 'No') AND skippable_video_ads_enabled IN ('Yes', 'No') AND prerolls_enabled IN ('Yes', 'No') AND midrolls_enabled IN ('Yes', 'No') AND postrolls_enabled IN ('Yes', 'No')",
            name=op.f("ck_video_flags_yes_no"),
        ),
        sa.CheckConstraint("video_length >= 0", name=op.f("ck_video_video_length")),
        sa.ForeignKeyConstraint(
            ["channel_display_name"],
            ["channel.name"],
            name=op.f("fk_video_channel_display_name"),
            onupdate="CASCADE",
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video")),
        sa.UniqueConstraint("video_id", name=op.f("uq_video_video_id")),
    )
    op.create_index("ix_video_asset_id", "video", ["asset_id"], unique=False)
    op.create_index("ix_video_category", "video", ["category", "id"], unique=False)
    op.create_index("ix_video_claimed_status", "video", ["claimed_status"], unique=False)
    op.create_index(
        "ix_video_channel_display_name", "video", ["channel_display_name", "id"], unique=False
    )
    op.create_index("ix_video_custom_id", "video", ["custom_id"], unique=False)
    op.create_index("ix_video_isrc", "video", ["isrc"], unique=False)
    op.create_index("ix_video_time_published", "video", ["time_published", "id"], unique=False)
    op.create_index("ix_video_title", "video", ["title", "id"], unique=False)
    op.create_index(
        "ix_video_title_trigram",
        "video",
        ["title"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
    )
    op.create_index("ix_video_upc", "video", ["upc"], unique=False)
    op.create_index("ix_video_updated_at", "video", ["updated_at", "id"], unique=False)
    op.create_index("ix_video_video_length", "video", ["video_length", "id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("video_id", sa.String(length=20), nullable=False),
        sa.Column("claim_id", sa.String(length=50), nullable=True),
        sa.Column("asset_id", sa.String(length=50), nullable=True),
        sa.Column("custom_id", sa.String(length=100), nullable=True),
        sa.Column("claim_status", sa.String(length=20), nullable=True),
        sa.Column("claim_status_detail", sa.String(length=50), nullable=True),
        sa.Column("claim_origin", sa.String(length=50), nullable=True),
        sa.Column("claim_type", sa.String(length=50), nullable=True),
        sa.Column("content_type", sa.String(length=50), nullable=True),
        sa.Column("effective_policy", sa.Text(), nullable=True),
        sa.Column("claim_policy_id", sa.String(length=50), nullable=True),
        sa.Column("asset_policy_id", sa.String(length=50), nullable=True),
        sa.Column("claim_policy_monetize", sa.Text(), nullable=True),
        sa.Column("claim_policy_track", sa.Text(), nullable=True),
        sa.Column("claim_policy_block", sa.Text(), nullable=True),
        sa.Column("asset_policy_monetize", sa.Text(), nullable=True),
        sa.Column("asset_policy_track", sa.Text(), nullable=True),
        sa.Column("asset_policy_block", sa.Text(), nullable=True),
        sa.Column("reference_id", sa.String(length=50), nullable=True),
        sa.Column("reference_video_id", sa.String(length=20), nullable=True),
        sa.Column("matching_duration", sa.Integer(), nullable=True),
        sa.Column("longest_match", sa.Integer(), nullable=True),
        sa.Column("claim_created", sa.Date(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["video_id"],
            ["video.video_id"],
            name=op.f("fk_claim_video_id"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint(
            "video_id",
            "claim_id",
            "asset_id",
            "custom_id",
            name=op.f("uq_claim_video_id_claim_id_asset_id_custom_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_claim_asset_id", "claim", ["asset_id"], unique=False)
    op.create_table(
        "counter_change",
        sa.Column("video_pk", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("old_views", sa.BigInteger(), nullable=True),
        sa.Column("views", sa.BigInteger(), nullable=True),
        sa.Column("old_engaged_views", sa.BigInteger(), nullable=True),
        sa.Column("engaged_views", sa.BigInteger(), nullable=True),
        sa.Column("old_comments", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("old_likes", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["video_pk"], ["video.id"], name=op.f("fk_counter_change_video_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("video_pk", "recorded_at", name=op.f("pk_counter_change")),
        postgresql_partition_by="RANGE (recorded_at)",
    )
    op.create_index(
        "ix_counter_change_report_id",
        "counter_change",
        ["report_id"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_table(
        "metadata_sync",
        sa.Column(
            "id",
            sa.BigInteger(),
            server_default=sa.text("nextval('metadata_sync_ids')"),
            nullable=False,
        ),
        sa.Column(
            "sync_time", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("video_id", sa.String(length=20), nullable=False),
        sa.Column("channel_display_name", sa.String(length=200), nullable=True),
        sa.Column("video_title", sa.String(length=500), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "source IN ('report', 'user', 'youtube', 'rollback')",
            name=op.f("ck_metadata_sync_source"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_metadata_sync_user_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["video_id"],
            ["video.video_id"],
            name=op.f("fk_metadata_sync_video_id"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", "sync_time", name=op.f("pk_metadata_sync")),
        postgresql_partition_by="RANGE (sync_time)",
    )
    op.create_index("ix_metadata_sync_batch_id", "metadata_sync", ["batch_id"], unique=False)
    op.create_index(
        "ix_metadata_sync_report_id",
        "metadata_sync",
        ["report_id"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_index("ix_metadata_sync_user_id", "metadata_sync", ["user_id"], unique=False)
    op.create_index(
        "ix_metadata_sync_video_id",
        "metadata_sync",
        ["video_id", sa.literal_column("sync_time DESC")],
        unique=False,
    )
    op.create_table(
        "pending_edit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("video_id", sa.String(length=20), nullable=False),
        sa.Column("field", sa.String(length=50), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_pending_edit_user_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["video_id"],
            ["video.video_id"],
            name=op.f("fk_pending_edit_video_id"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_edit")),
        sa.UniqueConstraint("video_id", "field", name=op.f("uq_pending_edit_video_id_field")),
    )
    op.create_index("ix_pending_edit_user_id", "pending_edit", ["user_id"], unique=False)
    op.create_table(
        "processing_queue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("video_id", sa.String(length=20), nullable=False),
        sa.Column("task_type", sa.String(length=50), nullable=False),
        sa.Column("status", sa.String(length=20), server_default="pending", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "payload",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("retry_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'failed')",
            name=op.f("ck_processing_queue_status"),
        ),
        sa.CheckConstraint(
            "task_type IN ('metadata_sync', 'ownership_update', 'asset_enrichment', 'metadata_push')",
            name=op.f("ck_processing_queue_task_type"),
        ),
        sa.CheckConstraint("priority >= 0", name=op.f("ck_processing_queue_priority")),
        sa.CheckConstraint("retry_count >= 0", name=op.f("ck_processing_queue_retry_count")),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["user.id"],
            name=op.f("fk_processing_queue_created_by"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["video_id"],
            ["video.video_id"],
            name=op.f("fk_processing_queue_video_id"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processing_queue")),
    )
    op.create_index(
        "ix_processing_queue_created_at", "processing_queue", ["created_at"], unique=False
    )
    op.create_index(
        "ix_processing_queue_created_by", "processing_queue", ["created_by"], unique=False
    )
    op.create_index(
        "ix_processing_queue_priority",
        "processing_queue",
        [sa.literal_column("priority DESC")],
        unique=False,
    )
    op.create_index("ix_processing_queue_status", "processing_queue", ["status"], unique=False)
    op.create_index("ix_processing_queue_video_id", "processing_queue", ["video_id"], unique=False)
    op.create_index(
        "uq_processing_queue_waiting",
        "processing_queue",
        ["video_id", "task_type"],
        unique=True,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "report_coverage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("ids", postgresql.INT8MULTIRANGE(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["report.id"],
            name=op.f("fk_report_coverage_report_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_coverage")),
    )
    op.create_index("ix_report_coverage_report_id", "report_coverage", ["report_id"], unique=False)
    op.create_table(
        "report_error",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("column_name", sa.String(length=100), nullable=True),
        sa.Column("rule", sa.String(length=300), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_error_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "row_number", name=op.f("pk_report_error")),
    )
    op.create_table(
        "video_counter",
        sa.Column("video_pk", sa.BigInteger(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=True),
        sa.Column("engaged_views", sa.BigInteger(), nullable=True),
        sa.Column("comments", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.BigInteger(), nullable=True),
        sa.Column("provenance", sa.SmallInteger(), server_default="0", nullable=False),
        sa.CheckConstraint("comments >= 0", name=op.f("ck_video_counter_comments")),
        sa.CheckConstraint("engaged_views >= 0", name=op.f("ck_video_counter_engaged_views")),
        sa.CheckConstraint("likes >= 0", name=op.f("ck_video_counter_likes")),
        sa.CheckConstraint("views >= 0", name=op.f("ck_video_counter_views")),
        sa.ForeignKeyConstraint(
            ["video_pk"], ["video.id"], name=op.f("fk_video_counter_video_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("video_pk", name=op.f("pk_video_counter")),
    )
    op.create_index("ix_video_counter_views", "video_counter", ["views", "video_pk"], unique=False)
    op.execute(ENSURE_MONTH_PARTITIONS)
    for parent in PARTITIONED:
        op.execute(f"CREATE TABLE {parent}_default PARTITION OF {parent} DEFAULT")
        op.execute(f"SELECT ensure_month_partitions('{parent}', {MONTHS_AHEAD})")


def downgrade() -> None:
    op.drop_index("ix_video_counter_views", table_name="video_counter")
    op.drop_table("video_counter")
    op.drop_table("report_error")
    op.drop_index("ix_report_coverage_report_id", table_name="report_coverage")
    op.drop_table("report_coverage")
    op.drop_index(
        "uq_processing_queue_waiting",
        table_name="processing_queue",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.drop_index("ix_processing_queue_video_id", table_name="processing_queue")
    op.drop_index("ix_processing_queue_status", table_name="processing_queue")
    op.drop_index("ix_processing_queue_priority", table_name="processing_queue")
    op.drop_index("ix_processing_queue_created_by", table_name="processing_queue")
    op.drop_index("ix_processing_queue_created_at", table_name="processing_queue")
    op.drop_table("processing_queue")
    op.drop_index("ix_pending_edit_user_id", table_name="pending_edit")
    op.drop_table("pending_edit")
    op.drop_index("ix_metadata_sync_video_id", table_name="metadata_sync")
    op.drop_index("ix_metadata_sync_user_id", table_name="metadata_sync")
    op.drop_index("ix_metadata_sync_report_id", table_name="metadata_sync", postgresql_using="brin")
    op.drop_index("ix_metadata_sync_batch_id", table_name="metadata_sync")
    op.drop_table("metadata_sync")
    op.drop_index(
        "ix_counter_change_report_id", table_name="counter_change", postgresql_using="brin"
    )
    op.drop_table("counter_change")
    op.drop_index("ix_claim_asset_id", table_name="claim")
    op.drop_table("claim")
    op.drop_index("ix_video_video_length", table_name="video")
    op.drop_index("ix_video_updated_at", table_name="video")
    op.drop_index("ix_video_upc", table_name="video")
    op.drop_index(
        "ix_video_title_trigram",
        table_name="video",
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
    )
    op.drop_index("ix_video_title", table_name="video")
    op.drop_index("ix_video_time_published", table_name="video")
    op.drop_index("ix_video_isrc", table_name="video")
    op.drop_index("ix_video_custom_id", table_name="video")
    op.drop_index("ix_video_channel_display_name", table_name="video")
    op.drop_index("ix_video_claimed_status", table_name="video")
    op.drop_index("ix_video_category", table_name="video")
    op.drop_index("ix_video_asset_id", table_name="video")
    op.drop_table("video")
    op.drop_index("ix_roles_users_role_id", table_name="roles_users")
    op.drop_table("roles_users")
    op.drop_index("ix_report_status", table_name="report")
    op.drop_index("ix_report_filename", table_name="report")
    op.drop_index("ix_report_created_by", table_name="report")
    op.drop_index("ix_report_created_at", table_name="report")
    op.drop_table("report")
    op.drop_index("ix_non_youtube_shorts_verified_by", table_name="non_youtube_shorts")
    op.drop_table("non_youtube_shorts")
    op.drop_index("ix_audit_event_user_id", table_name="audit_event")
    op.drop_index("ix_audit_event_at", table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_index("ix_api_token_user_id", table_name="api_token")
    op.drop_table("api_token")
    op.drop_table("youtube_shorts")
    op.drop_table("user")
    op.drop_table("role")
    op.drop_table("channel")
    op.drop_table("asset")
    op.execute("DROP SEQUENCE metadata_sync_ids")
    op.execute("DROP FUNCTION ensure_month_partitions(regclass, integer)")
    op.execute("DROP SCHEMA staging CASCADE")
    op.execute("DROP EXTENSION pg_trgm")
