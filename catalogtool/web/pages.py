"""The pages; all data in them comes through the API."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import current_app, render_template

from catalogtool.auth.policy import needs
from catalogtool.catalog.edits.fields import STORED
from catalogtool.catalog.export.columns import DEFAULT_COLUMNS
from catalogtool.web.csp import PICTURES
from catalogtool.youtube.access import is_played

main_bp = APIBlueprint("main", __name__, enable_openapi=False)


@main_bp.app_context_processor
def youtube_stand_in() -> dict[str, bool]:
    """Every page says so if YouTube is played by the sandbox."""
    return {"is_sandbox": is_played(current_app.config["SETTINGS"])}


@main_bp.get("/")
@needs("login")
def index() -> str:
    """The catalogue."""
    return render_template("index.html", export_columns=DEFAULT_COLUMNS)


@main_bp.get("/reports")
@needs("login")
def reports() -> str:
    """The report store, imports and their results."""
    return render_template("reports.html")


@main_bp.get("/sync")
@needs("login")
def sync() -> str:
    """The work with YouTube: its state, its quota and its tasks."""
    return render_template("sync.html")


@main_bp.get("/changes")
@needs("login")
def changes() -> str:
    """The trail of all changes, and bulk changes with their undo."""
    return render_template("changes.html", fields=sorted(STORED))


@main_bp.get("/channels")
@needs("admin")
def channels() -> str:
    """The channels and what people may tell of them."""
    return render_template("channels.html", pictures=PICTURES)


@main_bp.get("/admin")
@needs("admin")
def admin() -> str:
    """Administration."""
    return render_template("admin.html")


@main_bp.get("/api/docs")
@needs("login")
def api_docs() -> str:
    """The API, to be read: rendered from the OpenAPI document, without any script."""
    return render_template("api_docs.html", spec=current_app._get_spec("json"))  # type: ignore[attr-defined]
