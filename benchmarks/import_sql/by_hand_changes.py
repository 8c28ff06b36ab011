"""A later report by hand: what differs, its audit, its update. Nothing is known to be new."""

from __future__ import annotations

# Which row speaks for its video, where a video has several claims.
RULE = "claim_id IS NULL, asset_id IS NULL, claim_id, asset_id, custom_id"

# Each column of `video` that the report fills, and its value in the raw row.
VALUES = {
    "title": "btrim(r.video_title)",
    "channel_id": "r.channel_id",
    "channel_display_name": "r.channel_display_name",
    "asset_id": "r.asset_id",
    "custom_id": "r.custom_id",
    "isrc": "r.isrc",
    "video_length": "r.video_length::integer",
    "time_published": "r.time_published::timestamptz",
    "claimed_status": """CASE WHEN r.claim_id IS NOT NULL OR r.claimed_by_this_owner = 'Yes'
        THEN 'claimed' WHEN r.claimed_by_this_owner = 'No' THEN 'unclaimed' END""",
    "privacy_status": "lower(r.video_privacy_status)",
    "claimed_by_another_owner": """CASE WHEN r.other_owners_claiming IS NULL
        THEN 'No' ELSE 'Yes' END""",
    "other_owners_claiming": "r.other_owners_claiming",
    "effective_policy": "r.effective_policy",
    "category": "r.category",
    "upload_source": "r.upload_source",
    "is_live_stream": "r.upload_source LIKE '%LIVE%'",
    **{
        flag: f"r.{flag}"
        for flag in (
            "embedding_allowed",
            "ratings_allowed",
            "comments_allowed",
            "third_party_ads_enabled",
            "display_ads_enabled",
            "sponsored_cards_enabled",
            "overlay_ads_enabled",
            "nonskippable_video_ads_enabled",
            "long_nonskippable_video_ads_enabled",
            "skippable_video_ads_enabled",
            "prerolls_enabled",
            "midrolls_enabled",
            "postrolls_enabled",
        )
    },
}
COUNTERS = ("views", "engaged_views", "comments")

_DIFFERS = {
    name: f"(v.{name} IS DISTINCT FROM {value} AND {value} IS NOT NULL)"
    for name, value in VALUES.items()
}
_COUNTER_DIFFERS = {
    name: f"(c.{name} IS DISTINCT FROM r.{name}::bigint AND r.{name} IS NOT NULL)"
    for name in COUNTERS
}


def _pairs(columns: list[tuple[str, str, str, str]]) -> str:
    """`{column: [old, new]}` of the columns that differ."""
    return ", ".join(
        f"'{name}', CASE WHEN {differs} THEN jsonb_build_array({old}, {new}) END"
        for name, differs, old, new in columns
    )


def _as_json(expression: str, name: str) -> str:
    if name != "time_published":
        return expression
    return f"""to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


_CHANGED_COLUMNS = _pairs(
    [
        (name, _DIFFERS[name], _as_json(f"v.{name}", name), _as_json(value, name))
        for name, value in VALUES.items()
    ]
)

PICK = f"""
CREATE UNLOGGED TABLE picked AS
SELECT DISTINCT ON (video_id) video_id, ctid AS place FROM raw ORDER BY video_id, {RULE}
"""

CLAIMS = """
CREATE UNLOGGED TABLE claim_delta AS
SELECT c.id, c.video_id, c.effective_policy AS old, r.effective_policy AS new,
    concat_ws(' ', 'claim', c.claim_id, c.asset_id, c.custom_id) || ': effective_policy' AS name
FROM (SELECT DISTINCT ON (video_id, claim_id, asset_id, custom_id)
          video_id, claim_id, asset_id, custom_id, effective_policy
      FROM raw WHERE num_nonnulls(claim_id, asset_id, custom_id) > 0
      ORDER BY video_id, claim_id, asset_id, custom_id) AS r
JOIN claim c ON c.video_id = r.video_id AND c.claim_id IS NOT DISTINCT FROM r.claim_id
    AND c.asset_id IS NOT DISTINCT FROM r.asset_id
    AND c.custom_id IS NOT DISTINCT FROM r.custom_id
WHERE c.effective_policy IS DISTINCT FROM r.effective_policy AND r.effective_policy IS NOT NULL
"""

DIFF = f"""
CREATE UNLOGGED TABLE delta AS
SELECT v.id, p.place, s.changes AS of_claims,
    {" OR ".join(_DIFFERS.values())} AS fields,
    {" OR ".join(_COUNTER_DIFFERS.values())} AS counters
FROM picked p JOIN raw r ON r.ctid = p.place
JOIN video v ON v.video_id = p.video_id
JOIN video_counter c ON c.video_pk = v.id
LEFT JOIN (SELECT video_id, jsonb_object_agg(name, jsonb_build_array(old, new)) AS changes
           FROM claim_delta GROUP BY video_id) AS s ON s.video_id = p.video_id
WHERE {" OR ".join(_DIFFERS.values())} OR {" OR ".join(_COUNTER_DIFFERS.values())}
    OR s.video_id IS NOT NULL
"""

AUDIT = f"""
INSERT INTO metadata_sync (video_id, channel_display_name, video_title, changes, source, report_id)
SELECT v.video_id, coalesce(r.channel_display_name, v.channel_display_name),
    coalesce(btrim(r.video_title), v.title),
    jsonb_strip_nulls(jsonb_build_object({_CHANGED_COLUMNS})) || coalesce(d.of_claims, '{{}}'),
    'report', 1
FROM delta d JOIN raw r ON r.ctid = d.place JOIN video v ON v.id = d.id
WHERE d.fields OR d.of_claims IS NOT NULL
"""

_NEW_VALUES = ", ".join(f"{name} = coalesce({value}, v.{name})" for name, value in VALUES.items())
UPDATE_VIDEOS = f"""
UPDATE video v SET {_NEW_VALUES}, updated_at = now()
FROM delta d JOIN raw r ON r.ctid = d.place
WHERE v.id = d.id AND (d.fields OR d.of_claims IS NOT NULL)
"""

UPDATE_CLAIMS = """
UPDATE claim c SET effective_policy = d.new, updated_at = now() FROM claim_delta d WHERE c.id = d.id
"""

_STEPS = ", ".join(
    f"CASE WHEN {differs} THEN c.{name} END, CASE WHEN {differs} THEN r.{name}::bigint END"
    for name, differs in _COUNTER_DIFFERS.items()
)
KEEP_COUNTERS = f"""
INSERT INTO counter_change (video_pk, recorded_at, report_id,
    {", ".join(f"old_{name}, {name}" for name in COUNTERS)})
SELECT c.video_pk, now(), 1, {_STEPS}
FROM delta d JOIN raw r ON r.ctid = d.place JOIN video_counter c ON c.video_pk = d.id
WHERE d.counters
"""

UPDATE_COUNTERS = f"""
UPDATE video_counter c
SET {", ".join(f"{name} = coalesce(r.{name}::bigint, c.{name})" for name in COUNTERS)}
FROM delta d JOIN raw r ON r.ctid = d.place WHERE c.video_pk = d.id AND d.counters
"""

CHANGES = (
    "ANALYZE raw",
    PICK,
    CLAIMS,
    DIFF,
    "ANALYZE delta",
    AUDIT,
    UPDATE_VIDEOS,
    UPDATE_CLAIMS,
    KEEP_COUNTERS,
    UPDATE_COUNTERS,
    "DROP TABLE picked, claim_delta, delta",
)
