"""What people would search for in this catalogue: values that it holds, read once by sample."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import psycopg

SAMPLE = 4_000
SAMPLED = """
SELECT video_id, title, channel_display_name, asset_id, custom_id, isrc, upc, artist, label,
    category, claimed_status, time_published::date::text AS day
FROM video WHERE id = ANY(%s) ORDER BY id
"""


@dataclass(frozen=True)
class Facts:
    """The sampled videos' values by column, without nulls; `words` are those of the titles."""

    videos: int
    values: dict[str, list[Any]]
    words: list[str]

    def one(self, chance: random.Random, column: str) -> str:
        """A value of this column; of a list of names, one of them."""
        value = chance.choice(self.values[column])
        return str(chance.choice(value) if isinstance(value, list) else value)


def read_facts(url: str, seed: int) -> Facts:
    """Sample the catalogue; the same videos for the same seed."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT max(id) FROM video").fetchone()
        assert row is not None
        videos = int(row[0])
        chance = random.Random(f"facts {seed}")
        ids = [chance.randint(1, videos) for _ in range(SAMPLE)]
        cursor = connection.execute(SAMPLED, [ids])
        columns = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
    values = {
        name: [row[number] for row in rows if row[number]] for number, name in enumerate(columns)
    }
    words = [word for title in values["title"] for word in title.split()]
    return Facts(videos, values, words)
