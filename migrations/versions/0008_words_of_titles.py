"""The words of titles, and in which videos each of them is.

`title_posting` tells, for each word and each part of the catalogue (65,536 ids), the places of the
videos in that part. It is made in the background; `title_change` names the videos whose titles have
changed since, in one row for each statement that wrote videos. Who reads both in one snapshot looks
at those one by one, and is right about all others.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

PART_BITS = 16

# The places of a common word hardly get smaller, and nobody should wait for trying. To the linter:
# numbers of four bytes are wide enough for words and parts, and there are millions of rows.
STORAGE = """
-- squawk-ignore-file prefer-bigint-over-int
ALTER TABLE title_posting ALTER places SET STORAGE EXTERNAL
"""

# An update is looked at through both of its tables, because it may also write an id anew.
CHANGED = {
    "added": "added",
    "removed": "removed",
    "changed": """added FULL JOIN removed USING (id)
        WHERE added.title IS DISTINCT FROM removed.title""",
}
EVENTS = {
    "added": ("INSERT", "NEW TABLE AS added"),
    "removed": ("DELETE", "OLD TABLE AS removed"),
    "changed": ("UPDATE", "OLD TABLE AS removed NEW TABLE AS added"),
}
NOTE_TITLES = """
CREATE FUNCTION note_titles_{what}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO title_change (videos, ids)
    SELECT count(*), array_agg(id ORDER BY id) FROM {rows} HAVING count(*) > 0;
    RETURN NULL;
END
$body$
"""
NOTED = """
CREATE TRIGGER note_titles_{what} AFTER {event} ON video REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION note_titles_{what}()
"""

# Rows are deleted, because a table that the same TRUNCATE names is still in its hands.
FORGET_TITLES = """
CREATE FUNCTION forget_titles() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    DELETE FROM title_posting;
    DELETE FROM title_change;
    RETURN NULL;
END
$body$
"""
TRUNCATED = """
CREATE TRIGGER forget_titles AFTER TRUNCATE ON video
FOR EACH STATEMENT EXECUTE FUNCTION forget_titles()
"""
NOTE_ALL = f"""
INSERT INTO title_change (videos, ids)
SELECT count(*), array_agg(id ORDER BY id) FROM video GROUP BY id >> {PART_BITS}
"""

# A chunk of an import has up to 20,000 videos. With their ids in the ledger of changes a process
# keeps up with it, instead of reading the facets of all videos anew.
FORMER_IDS, MOST_IDS = 1_000, 20_000
LIST_IDS = """
DO $body$
DECLARE
    changed regproc;
BEGIN
    FOREACH changed IN ARRAY ARRAY['count_added_videos', 'count_removed_videos',
        'count_changed_videos']::regproc[]
    LOOP
        EXECUTE replace(pg_get_functiondef(changed), 'written <= {before}', 'written <= {now}');
    END LOOP;
END
$body$
"""


def upgrade() -> None:
    op.create_table(
        "title_word",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("is_joint", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_title_word"),
        sa.UniqueConstraint("word", name="uq_title_word_word"),
    )
    op.create_index(
        "ix_title_word_trigram",
        "title_word",
        ["word"],
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
        postgresql_where=sa.text("NOT is_joint"),
    )
    op.create_index(
        "ix_title_word_letters",
        "title_word",
        [sa.text("video_letters(word)")],
        postgresql_using="gin",
        postgresql_where=sa.text("NOT is_joint"),
    )
    op.create_table(
        "title_posting",
        sa.Column("word_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("word_id", "part", name="pk_title_posting"),
    )
    op.create_index("ix_title_posting_part", "title_posting", ["part"])
    op.execute(STORAGE)
    op.create_table(
        "title_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("videos", sa.Integer(), nullable=False),
        sa.Column("ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_title_change"),
    )
    op.execute(FORGET_TITLES)
    # From here on writers of videos wait, for as long as the ids take to read; readers do not.
    op.execute(TRUNCATED)
    for what, (event, tables) in EVENTS.items():
        op.execute(NOTE_TITLES.format(what=what, rows=CHANGED[what]))
        op.execute(NOTED.format(what=what, event=event, tables=tables))
    op.execute(NOTE_ALL)
    op.execute(LIST_IDS.format(before=FORMER_IDS, now=MOST_IDS))


def downgrade() -> None:
    op.execute(LIST_IDS.format(before=MOST_IDS, now=FORMER_IDS))
    for trigger in ("forget_titles", *(f"note_titles_{what}" for what in EVENTS)):
        op.execute(f"DROP TRIGGER {trigger} ON video")
        op.execute(f"DROP FUNCTION {trigger}()")
    for table in ("title_change", "title_posting", "title_word"):
        op.drop_table(table)
