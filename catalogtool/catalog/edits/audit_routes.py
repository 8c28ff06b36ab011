"""The history over HTTP: searched, and taken back."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify

from catalogtool.auth.audit import record_audit
from catalogtool.auth.policy import needs
from catalogtool.auth.routes import the_user
from catalogtool.auth.schemas import PageIn
from catalogtool.catalog.edits import batches, rollback, schemas
from catalogtool.catalog.edits.audit import Wanted, search_audit
from catalogtool.catalog.edits.bodies import read_uuid
from catalogtool.catalog.edits.routes import ACCEPTED, answer_batch
from catalogtool.core.db import unit_of_work

audit_bp = APIBlueprint("history", __name__, url_prefix="/api/audit", tag="History")


@audit_bp.get("")
@audit_bp.input(schemas.AuditIn, location="query")
@audit_bp.output(schemas.ChangesOut)
@needs("login")
def search(query_data: dict[str, Any]) -> Response:
    """Find changes, newest first"""
    page, per_page = query_data.pop("page"), query_data.pop("per_page")
    if "batch_id" in query_data:
        query_data["batch_id"] = read_uuid("batch_id", query_data["batch_id"])
    with unit_of_work() as session:
        found = search_audit(session, Wanted(**query_data), page, per_page)
    return jsonify(status="success", **found)


@audit_bp.get("/batches")
@audit_bp.input(PageIn, location="query")
@audit_bp.output(schemas.BatchesOut)
@needs("login")
def list_batches(query_data: dict[str, int]) -> Response:
    """Edits and rollbacks of many videos, newest first"""
    with unit_of_work() as session:
        return jsonify(status="success", **batches.list_batches(session, **query_data))


@audit_bp.get("/batches/<batch_id>")
@audit_bp.output(schemas.OneBatchOut)
@needs("login")
def read_batch(batch_id: str) -> Response:
    """How far a batch is and what it did"""
    key = read_uuid("batch_id", batch_id)
    with unit_of_work() as session:
        return jsonify(status="success", batch=batches.describe(session, key))


@audit_bp.post("/batches/<batch_id>/cancel")
@audit_bp.output(schemas.OneBatchOut)
@audit_bp.doc(responses={409: "It has ended"})
@needs("login")
def cancel_batch(batch_id: str) -> Response:
    """Stop a batch; what has been changed stays changed and can be rolled back"""
    key = read_uuid("batch_id", batch_id)
    with unit_of_work() as session:
        batches.request_cancel(session, key)
        return jsonify(status="success", batch=batches.describe(session, key))


@audit_bp.post("/<int:record_id>/rollback")
@audit_bp.output(schemas.RolledBackOut)
@needs("login")
def roll_back_record(record_id: int) -> Response:
    """Put the old values of one change back, where the present ones are still the written ones"""
    with unit_of_work() as session:
        found = rollback.roll_back_record(session, the_user(), record_id)
    return jsonify(status="success", **found)


@audit_bp.post("/batches/<batch_id>/rollback")
@audit_bp.output(schemas.OneBatchOut)
@audit_bp.doc(responses={**ACCEPTED, 409: "It has not ended"})
@needs("login")
def roll_back_batch(batch_id: str) -> Response:
    """Put back what a batch changed"""
    key = read_uuid("batch_id", batch_id)
    with unit_of_work() as session:
        batch = rollback.roll_back_batch(session, the_user(), key)
        return answer_batch(batches.describe(session, batch.id))


@audit_bp.post("/reports/<int:report_id>/rollback")
@audit_bp.output(schemas.OneBatchOut)
@audit_bp.doc(responses={**ACCEPTED, 409: "It is being imported"})
@needs("admin")
def roll_back_report(report_id: int) -> Response:
    """Put back what a report changed in videos; new videos and counters stay"""
    with unit_of_work() as session:
        batch = rollback.roll_back_report(session, the_user(), report_id)
        record_audit(session, the_user(), "report_rolled_back", str(report_id))
        return answer_batch(batches.describe(session, batch.id))
