"""Shapes of the routes that keep in step with YouTube: tasks, their queue, the quota."""

from __future__ import annotations

from typing import get_args

from apiflask import Schema
from apiflask.fields import Boolean, DateTime, Dict, Integer, List, Nested, Raw, String
from apiflask.validators import Length, OneOf, Range

from catalogtool.auth.schemas import PageIn, PageOut, StatusOut
from catalogtool.catalog.edits.selection import LONGEST_ID, MOST_IDS
from catalogtool.catalog.search.schemas import FiltersIn
from catalogtool.channels.models import NAME_LENGTH
from catalogtool.sync.models import STATUSES, TASK_TYPES
from catalogtool.sync.queries import DEEPEST
from catalogtool.sync.queue.enqueue import PRIORITY
from catalogtool.sync.queue.status import FARTHEST, Reason
from catalogtool.sync.requests import MOST_CHANNELS, PULLS


class SyncIn(Schema):
    """What is to be asked of YouTube; nothing means the video's metadata."""

    body_may_be_left_out = True

    task_type = String(load_default="metadata_sync", validate=OneOf(PULLS))


class QueuedOut(StatusOut):
    """The task that will do it, or is doing it."""

    status = String(required=True, validate=OneOf(["success", "accepted"]))
    task_id = Integer(required=True)
    video_id = String(required=True)
    queue_position = Integer(
        required=True,
        metadata={
            "description": "1 is next, 0 runs already; of tasks further back than "
            f"{FARTHEST} only that is told"
        },
    )


class ManyIn(Schema):
    """Either `video_ids` or `filter`, and what is to be asked for these videos."""

    video_ids = List(String(validate=Length(1, LONGEST_ID)), validate=Length(1, MOST_IDS))
    filter = Nested(FiltersIn, metadata={"description": "The list's own filters, as texts"})
    task_type = String(load_default="metadata_sync", validate=OneOf(PULLS))
    priority = String(load_default="normal", validate=OneOf(list(PRIORITY)))
    force_refresh = Boolean(load_default=False, metadata={"description": "Not only old looks"})
    dry_run = Boolean(load_default=False, metadata={"description": "Only tell what it takes"})


class AllIn(Schema):
    """What is to be refreshed: everything, or the videos of some channels."""

    body_may_be_left_out = True

    channels = List(
        String(validate=Length(1, NAME_LENGTH)),
        validate=Length(1, MOST_CHANNELS),
        metadata={"description": "Exact names; each must be known"},
    )
    priority = String(load_default="normal", validate=OneOf(list(PRIORITY)))
    force_refresh = Boolean(
        load_default=False,
        metadata={"description": "Also videos that YouTube was asked for in the last 24 hours"},
    )
    dry_run = Boolean(load_default=False, metadata={"description": "Only tell what it takes"})


class CreatedOut(StatusOut):
    """What was queued, or would be, and when the quota allows it to be done."""

    status = String(required=True, validate=OneOf(["success", "accepted"]))
    jobs_created = Integer(required=True, metadata={"description": "Without what waits already"})
    calls = Integer(required=True)
    units = Integer(required=True, metadata={"description": "Of YouTube's quota"})
    estimated_completion = DateTime(
        required=True,
        allow_none=True,
        metadata={
            "description": "When it and all that waits can be done; null for nothing, and where "
            "there is no quota at all"
        },
    )


class TasksIn(PageIn):
    """Which tasks."""

    status = String(validate=OneOf(STATUSES))
    task_type = String(validate=OneOf(TASK_TYPES))
    video_id = String(validate=Length(1, LONGEST_ID))
    page = Integer(
        load_default=1,
        validate=Range(1, DEEPEST),
        metadata={"description": f"At most {DEEPEST} tasks deep"},
    )


class TaskOut(Schema):
    """One piece of work for one video."""

    id = Integer(required=True)
    video_id = String(required=True)
    video_title = String(required=True, allow_none=True)
    task_type = String(required=True, validate=OneOf(TASK_TYPES))
    status = String(required=True, validate=OneOf(STATUSES))
    priority = Integer(required=True)
    created_at = DateTime(required=True)
    started_at = DateTime(required=True, allow_none=True)
    completed_at = DateTime(required=True, allow_none=True)
    run_at = DateTime(
        required=True, allow_none=True, metadata={"description": "Not before this time"}
    )
    retry_count = Integer(required=True)
    error_message = String(required=True, allow_none=True)
    result = Dict(required=True, allow_none=True, keys=String(), values=Raw(allow_none=True))
    user = String(required=True, allow_none=True, metadata={"description": "E-mail address"})


class TasksOut(PageOut):
    """A page of tasks, newest first."""

    tasks = List(Nested(TaskOut), required=True)
    total_is_exact = Boolean(required=True)


class OneTaskOut(StatusOut):
    """A task as it is now."""

    task = Nested(TaskOut, required=True)


class RetryFailedIn(Schema):
    """Which of the failed tasks; nothing means all."""

    body_may_be_left_out = True

    task_type = String(validate=OneOf(TASK_TYPES))


class RetriedOut(StatusOut):
    """How many tasks wait again."""

    retried = Integer(required=True)


class PausedOut(StatusOut):
    """Whether the queue rests."""

    paused = Boolean(required=True)


class WorkersOut(Schema):
    """What the workers are doing; the figures are jobs and tasks together."""

    running = Boolean(required=True)
    tasks_processed = Integer(required=True)
    last_activity = DateTime(required=True, allow_none=True)
    queue_length = Dict(required=True, keys=String(), values=Integer())
    quota = Dict(required=True, keys=String(), values=Raw(allow_none=True))


class QuotaOut(Schema):
    """Units of YouTube's quota in the last 24 hours."""

    used = Integer(required=True)
    limit = Integer(required=True)
    left = Integer(required=True)
    resets_at = DateTime(required=True, allow_none=True)
    next_free_at = DateTime(required=True, allow_none=True)
    stopped_until = DateTime(required=True, allow_none=True)
    stop_reason = String(required=True, allow_none=True)
    write_used = Integer(required=True)
    write_limit = Integer(required=True)


class HourOut(Schema):
    """What one hour has used."""

    hour = DateTime(required=True)
    read_units = Integer(required=True)
    write_units = Integer(required=True)
    requests = Integer(required=True)


class TypeOut(Schema):
    """How many tasks of one type there are."""

    pending = Integer(required=True)
    processing = Integer(required=True)
    completed = Integer(required=True)
    failed = Integer(required=True)


QueueOut = Schema.from_dict(
    {name: Nested(TypeOut, required=True) for name in TASK_TYPES}, name="SyncQueueOut"
)


class LastErrorOut(Schema):
    """What went wrong last."""

    error = String(required=True)
    at = DateTime(required=True)


class SyncStatusOut(StatusOut):
    """What is being done, what waits, and for what."""

    processor = Nested(WorkersOut, required=True)
    paused = Boolean(required=True)
    paused_by = String(required=True, allow_none=True, metadata={"description": "E-mail address"})
    paused_at = DateTime(required=True, allow_none=True)
    sandbox = Boolean(required=True, metadata={"description": "True where no YouTube is behind it"})
    configured = Boolean(required=True, metadata={"description": "Whether there is anybody to ask"})
    waiting_for = String(required=True, allow_none=True, validate=OneOf(get_args(Reason)))
    waiting_until = DateTime(required=True, allow_none=True)
    quota = Nested(QuotaOut, required=True)
    hours = List(Nested(HourOut), required=True, metadata={"description": "The last 24"})
    queue = Nested(QueueOut, required=True)
    estimated_completion = DateTime(required=True, allow_none=True)
    last_error = Nested(LastErrorOut, required=True, allow_none=True)


class AccessTokenOut(StatusOut):
    """An access token of Google."""

    token = String(required=True)
    expires_at = DateTime(required=True, allow_none=True)
