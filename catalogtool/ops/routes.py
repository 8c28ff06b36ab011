"""The system's routes: is it well, is it there, what are its figures."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from flask import Response, g, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from catalogtool.auth.policy import needs
from catalogtool.ops import schemas
from catalogtool.ops.health import check_health
from catalogtool.ops.metrics import metrics_text

system_bp = APIBlueprint("system", __name__, tag="System")

UNHEALTHY: dict[int | str, dict[str, str | dict[str, dict[str, Any]]]] = {
    503: {
        "description": "Unhealthy",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/HealthOut"}}},
    }
}


@system_bp.get("/health")
@system_bp.output(schemas.HealthOut)
@system_bp.doc(responses=UNHEALTHY)
@needs("public")
def health() -> Response:
    """Can the system work: 200 or 503, within two seconds"""
    report, healthy = check_health()
    if healthy:
        return jsonify(report)
    failure: dict[str, Any] = {
        "error_code": "UNHEALTHY",
        "message": f"The database is {report['database']['status']}.",
        "details": {"database": report["database"]},
        "request_id": g.request_id,
    }
    response = jsonify(failure | report)
    response.status_code = 503
    return response


@system_bp.get("/health/live")
@system_bp.output(schemas.LiveOut)
@needs("public")
def live() -> dict[str, str]:
    """Does this process answer at all"""
    return {"status": "alive"}


@system_bp.get("/metrics")
@system_bp.doc(hide=True)
@needs("loopback")
def metrics() -> Response:
    """Figures for Prometheus."""
    return Response(metrics_text(), content_type=CONTENT_TYPE_LATEST)
