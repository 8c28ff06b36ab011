"""Joints of titles by what follows their first letter: for texts that begin with one letter of a word.

The words are few compared to the videos: the index takes about a second for a million of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_index(
        "ix_title_word_behind",
        "title_word",
        [sa.text("substr(word, 2)")],
        postgresql_where=sa.text("is_joint OR length(word) = 2"),
    )


def downgrade() -> None:
    op.drop_index("ix_title_word_behind", "title_word")
