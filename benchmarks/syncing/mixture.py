"""The tasks and the faults of the torture."""

from __future__ import annotations

import psycopg

# Faults that pass by themselves, those with which single calls are refused for good, and those
# that say that the quota is gone, which stop everybody for a while and therefore come seldom.
PASSING = (
    "unauthorized", "too_many_per_minute", "server_error", "unavailable", "bad_gateway",
    "cut_before", "cut_after", "cut_middle", "time_out", "broken_json", "missing_items",
)  # fmt: skip
REFUSING = ("forbidden", "blocked", "account_suspended", "signup_required")
STOPPING = ("quota_exceeded", "daily_limit", "too_many_per_day")
STOPPING_SHARE = 0.25
TOKEN_FAULTS = {"token_server_error": 0.2}

ENQUEUE = """
INSERT INTO processing_queue (video_id, task_type, priority)
SELECT video_id, task_type, (ARRAY[0, 50, 100])[1 + abs(hashtext(video_id)) %% 3]
FROM (SELECT v.video_id, row_number() OVER (ORDER BY hashtext(v.video_id)) AS place,
          v.asset_id IS NOT NULL AS has_asset FROM video v) AS v
JOIN (VALUES ('metadata_sync', 1.0), ('ownership_update', %(more)s), ('asset_enrichment', %(more)s))
    AS kind(task_type, share)
    ON place <= share * (SELECT count(*) FROM video)
        AND (has_asset OR task_type <> 'asset_enrichment')
ON CONFLICT DO NOTHING
"""


def rates(share: float) -> dict[str, float]:
    """So many requests are hit; each kind of fault has its part of them."""
    weights = dict.fromkeys((*PASSING, *REFUSING), 1.0) | dict.fromkeys(STOPPING, STOPPING_SHARE)
    total = sum(weights.values())
    return {name: share * weight / total for name, weight in weights.items()} | TOKEN_FAULTS


def enqueue_mixture(url: str, more: float) -> int:
    """metadata_sync for every video, the other looks for this share of them; how many tasks."""
    with psycopg.connect(url) as connection:
        tasks = connection.execute(ENQUEUE, {"more": more}).rowcount
        connection.execute("SELECT pg_notify('sync_tasks', '')")
    return tasks
