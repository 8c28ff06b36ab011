"""Joints of titles by what follows their first letter: for texts that begin with one letter of a word.

The tokens are few compared to the videos: the index takes about a second for a million of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# As the tokens of titles were numbered when this was made.
WORD, JOINT = 0, 1


def upgrade() -> None:
    op.create_index(
        "ix_text_token_behind",
        "text_token",
        [sa.text("substr(token, 2)")],
        postgresql_where=sa.text(f"field = {JOINT} OR field = {WORD} AND length(token) = 2"),
    )


def downgrade() -> None:
    op.drop_index("ix_text_token_behind", "text_token")
