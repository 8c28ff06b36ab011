"""The names of artists and labels in the index of words.

Tokens now have a field: a word or joint of a title, an artist's name, a label. The tables of
titles make room for tables of all these texts, which are made anew in the background: so this
takes no longer than it takes to note every video. Until a video is indexed, searches look at it,
or use trigrams.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

PART_BITS = 16
WORDS, NAMES = "field = 0", "field >= 2"
# A text that begins with one letter of a word leads to joints by what follows their first letter,
# and to pairs.
JOINTS_AND_PAIRS = "field = 1 OR field = 0 AND length(token) = 2"

# As in 0008. To the linter: numbers of two bytes are wide enough for fields, of four for tokens and
# parts, of which there are millions of rows; what the dropped tables held is made anew; and none but
# the dropped triggers called those functions.
STORAGE = """
-- squawk-ignore-file prefer-bigint-over-int, prefer-bigint-over-smallint, ban-drop-table, ban-drop-function
ALTER TABLE {texts}_posting ALTER places SET STORAGE EXTERNAL
"""

# An update is looked at through both of its tables, because it may also write an id anew.
CHANGED = {
    "added": "added",
    "removed": "removed",
    "changed": """added FULL JOIN removed USING (id)
        WHERE {differs}""",
}
EVENTS = {
    "added": ("INSERT", "NEW TABLE AS added"),
    "removed": ("DELETE", "OLD TABLE AS removed"),
    "changed": ("UPDATE", "OLD TABLE AS removed NEW TABLE AS added"),
}
NOTE = """
CREATE FUNCTION note_{texts}s_{what}() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO {texts}_change (videos, ids)
    SELECT count(*), array_agg(id ORDER BY id) FROM {rows} HAVING count(*) > 0;
    RETURN NULL;
END
$body$
"""
NOTED = """
CREATE TRIGGER note_{texts}s_{what} AFTER {event} ON video REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION note_{texts}s_{what}()
"""

# Rows are deleted, because a table that the same TRUNCATE names is still in its hands.
FORGET = """
CREATE FUNCTION forget_{texts}s() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    DELETE FROM {texts}_posting;
    DELETE FROM {texts}_change;
    RETURN NULL;
END
$body$
"""
TRUNCATED = """
CREATE TRIGGER forget_{texts}s AFTER TRUNCATE ON video
FOR EACH STATEMENT EXECUTE FUNCTION forget_{texts}s()
"""
NOTE_ALL = f"""
INSERT INTO {{texts}}_change (videos, ids)
SELECT count(*), array_agg(id ORDER BY id) FROM video GROUP BY id >> {PART_BITS}
"""


def upgrade() -> None:
    op.create_table(
        "text_token",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("field", sa.SmallInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_text_token"),
        sa.UniqueConstraint("field", "token", name="uq_text_token_field_token"),
    )
    _index("ix_text_token_words", "text_token", "token", WORDS)
    _index("ix_text_token_names", "text_token", "token", NAMES)
    op.create_index(
        "ix_text_token_behind",
        "text_token",
        [sa.text("substr(token, 2)")],
        postgresql_where=sa.text(JOINTS_AND_PAIRS),
    )
    _postings("text", "token_id")
    _take_the_place_of("title", "text", "title", "artist", "label")
    op.drop_table("title_word")


def downgrade() -> None:
    op.create_table(
        "title_word",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("is_joint", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_title_word"),
        sa.UniqueConstraint("word", name="uq_title_word_word"),
    )
    _index("ix_title_word", "title_word", "word", "NOT is_joint")
    _postings("title", "word_id")
    _take_the_place_of("text", "title", "title")
    op.drop_table("text_token")


def _index(name: str, table: str, column: str, rows: str) -> None:
    """What leads to the tokens of these rows by a part of them."""
    op.create_index(
        f"{name}_trigram",
        table,
        [column],
        postgresql_using="gin",
        postgresql_ops={column: "gin_trgm_ops"},
        postgresql_where=sa.text(rows),
    )
    op.create_index(
        f"{name}_letters",
        table,
        [sa.text(f"video_letters({column})")],
        postgresql_using="gin",
        postgresql_where=sa.text(rows),
    )


def _postings(texts: str, token: str) -> None:
    op.create_table(
        f"{texts}_posting",
        sa.Column(token, sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(token, "part", name=f"pk_{texts}_posting"),
    )
    op.create_index(f"ix_{texts}_posting_part", f"{texts}_posting", ["part"])
    op.execute(STORAGE.format(texts=texts))
    op.create_table(
        f"{texts}_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("videos", sa.Integer(), nullable=False),
        sa.Column("ids", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{texts}_change"),
    )


def _take_the_place_of(former: str, texts: str, *columns: str) -> None:
    """Note all videos, and from now on those that change in these columns.

    Writers of videos wait from the first trigger on, for as long as the ids take to read; readers
    only from where the former triggers go, at the very end.
    """
    differs = " OR ".join(f"added.{one} IS DISTINCT FROM removed.{one}" for one in columns)
    op.execute(FORGET.format(texts=texts))
    op.execute(TRUNCATED.format(texts=texts))
    for what, (event, tables) in EVENTS.items():
        rows = CHANGED[what].format(differs=differs)
        op.execute(NOTE.format(texts=texts, what=what, rows=rows))
        op.execute(NOTED.format(texts=texts, what=what, event=event, tables=tables))
    op.execute(NOTE_ALL.format(texts=texts))
    for trigger in (f"forget_{former}s", *(f"note_{former}s_{what}" for what in EVENTS)):
        op.execute(f"DROP TRIGGER {trigger} ON video")
        op.execute(f"DROP FUNCTION {trigger}()")
    for table in (f"{former}_change", f"{former}_posting"):
        op.drop_table(table)
