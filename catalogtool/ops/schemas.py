"""Shapes of the system's routes."""

from __future__ import annotations

from apiflask import Schema
from apiflask.fields import DateTime, Float, Integer, Nested, String
from apiflask.validators import OneOf


class DatabaseOut(Schema):
    """The database, as it answered just now."""

    status = String(required=True, validate=OneOf(["up", "down"]))
    response_time_seconds = Float()
    reason = String()


class QueueOut(Schema):
    """The queue: `stopped` means that no worker is alive."""

    status = String(required=True, validate=OneOf(["running", "stopped", "unknown"]))
    workers = Integer()
    pending = Integer()
    processing = Integer()


class HealthOut(Schema):
    """Whether the system can work."""

    status = String(required=True, validate=OneOf(["healthy", "unhealthy"]))
    database = Nested(DatabaseOut, required=True)
    queue = Nested(QueueOut, required=True)
    version = String(required=True)
    timestamp = DateTime(required=True)
    response_time_seconds = Float(required=True)


class LiveOut(Schema):
    """The process answers."""

    status = String(required=True, validate=OneOf(["alive"]))
