"""Whether the catalogue says of every video exactly what the sandbox says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from catalogtool.sandbox.server.facts import CATEGORY_NAMES
from syncing.playing import Playing

LONGEST_TITLE = 500
_STORED = """
SELECT v.video_id, v.title, v.category, v.privacy_status, v.embedding_allowed, v.channel_id,
    v.channel_display_name, v.video_length, v.time_published, v.is_live_stream,
    c.views, c.comments, c.likes, l.missing_since
FROM video v JOIN video_counter c ON c.video_pk = v.id LEFT JOIN video_look l ON l.video_pk = v.id
"""
Row = dict[str, Any]


def stored(url: str) -> dict[str, Row]:
    """What the catalogue says, by video id."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        rows = connection.execute(_STORED).fetchall()
    return {row["video_id"]: row for row in rows}


def differences(url: str, sandbox: Playing, unseen: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment]
    """A line for each video of which the catalogue says something else.

    `unseen`: videos that the sandbox kept back in its last answer about them; of these, and of
    those that are gone, the catalogue must say that they are missing.
    """
    held = stored(url)
    truths = sandbox.truths(list(held))
    wrong = []
    for video_id, row in held.items():
        truth = truths[video_id]
        missing = truth["gone"] or video_id in unseen
        if missing != (row["missing_since"] is not None):
            wrong.append(f"{video_id}: missing since {row['missing_since']}, gone {truth['gone']}")
        elif not missing:
            wrong += _unlike(row, _expected(truth))
    return wrong


def _unlike(row: Row, expected: Row) -> list[str]:
    return [
        f"{row['video_id']}: {name} is {row[name]!r}, not {value!r}"
        for name, value in expected.items()
        if value is not None and row[name] != value
    ]


def _expected(truth: Row) -> Row:
    """The sandbox's facts as the catalogue stores them; None where an answer does not say."""
    return {
        "title": truth["title"].strip()[:LONGEST_TITLE],
        "category": CATEGORY_NAMES[truth["category_id"]],
        "privacy_status": truth["privacy_status"],
        "embedding_allowed": "Yes" if truth["embeddable"] else "No",
        "channel_id": truth["channel_id"],
        "channel_display_name": truth["channel_title"],
        "video_length": truth["length"],
        "time_published": datetime.fromisoformat(truth["published_at"]),
        "is_live_stream": truth["live_state"] != "none",
        "views": truth["views"],
        "comments": truth["comments"],
        "likes": truth["likes"],
    }
