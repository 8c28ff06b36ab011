"""What is to become of some videos, as SQL: an edit and a rollback differ in nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalogtool.catalog.edits.columns import told
from catalogtool.catalog.edits.fields import SHORT_VERDICT
from catalogtool.catalog.merge.delta import changes_object

NOT_SHORT, SHORT_BY_USER = "not_short", "user"

# A verdict on Shorts is kept by video id in two lists; the person's own is final.
VERDICT_JOINS = """LEFT JOIN youtube_shorts s ON s.video_id = v.video_id
    LEFT JOIN non_youtube_shorts n ON n.video_id = v.video_id"""
PRESENT_VERDICT = f"CASE WHEN n.video_id IS NOT NULL THEN '{NOT_SHORT}' ELSE s.source END"


@dataclass(frozen=True)
class Plan:
    """The new value of each field as SQL over the video `v` and over what `joins` brings in.

    `said`: SQL for what is to be reported of a video, a JSON list of {field, reason, present} or
    null. With `whole`, a video of which anything is said is left as it is. `known`: YouTube has
    these values already, so that none of them waits for its confirmation.
    """

    new: Mapping[str, str]
    said: str = "NULL::jsonb"
    whole: bool = True
    joins: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    known: bool = False

    @property
    def columns(self) -> list[str]:
        """The columns of `video` that may change."""
        return [name for name in self.new if name != SHORT_VERDICT]


def judged(plan: Plan, chosen: str) -> str:
    """Each of the `chosen` videos (a table with `pk`): old and new values, `differs`, `said`."""
    values = ", ".join(
        f"{_present(name)} AS old_{name}, {new} AS new_{name}" for name, new in plan.new.items()
    )
    differ = " OR ".join(f"old_{name} IS DISTINCT FROM new_{name}" for name in plan.new)
    joins = f"{plan.joins} {VERDICT_JOINS if SHORT_VERDICT in plan.new else ''}"
    return f"""SELECT seen.*, {differ or "false"} AS differs
        FROM (SELECT v.id, v.video_id, v.title, v.channel_display_name, {plan.said} AS said
                     {", " + values if values else ""}
              FROM {chosen} AS chosen JOIN video v ON v.id = chosen.pk {joins}) AS seen"""


def passes(plan: Plan) -> str:
    """Which of the judged videos change."""
    return "differs AND said IS NULL" if plan.whole else "differs"


def changes(names: Iterable[str]) -> str:
    """`{field: [old, new]}` of a judged video that changes."""
    return changes_object(
        (
            name,
            f"old_{name} IS DISTINCT FROM new_{name}",
            told(name, f"old_{name}"),
            told(name, f"new_{name}"),
        )
        for name in names
    )


def first_of(*reasons: str) -> str:
    """The first of several things to say that is not null."""
    return f"coalesce({', '.join(reasons)})" if reasons else "NULL::jsonb"


def reason(condition: str, text: str, name: str | None = None, present: str = "NULL") -> str:
    """What is said where the condition holds; `text` is ours and holds no quote."""
    field_name = "NULL" if name is None else f"'{name}'"
    said = f"'field', {field_name}, 'reason', '{text}', 'present', {present}"
    return f"CASE WHEN {condition} THEN jsonb_build_array(jsonb_build_object({said})) END"


def administered_at(new: str, since: str = "now()") -> str:
    """Since when a video is administered, if `new` says whether it is from now on."""
    return f"""CASE WHEN NOT {new} THEN NULL WHEN v.administered THEN v.administered_at
        ELSE {since} END"""


def verdict_on(is_short: str) -> str:
    """The list that a video belongs in by a person's word."""
    return f"CASE WHEN {is_short} THEN '{SHORT_BY_USER}' WHEN NOT {is_short} THEN '{NOT_SHORT}' END"


def _present(name: str) -> str:
    return PRESENT_VERDICT if name == SHORT_VERDICT else f"v.{name}"
