"""The application: the only place that knows every package."""

from __future__ import annotations

from importlib.metadata import version

from apiflask import APIFlask

# They hang their routes on blueprints of other packages.
import catalogtool.catalog.edits.admin_routes
import catalogtool.sync.admin_routes
import catalogtool.sync.push.routes
import catalogtool.sync.token_routes  # noqa: F401
from catalogtool.auth.routes import account_bp, admin_bp
from catalogtool.auth.setup import init_auth
from catalogtool.catalog.edits.audit_routes import audit_bp
from catalogtool.catalog.export.routes import export_bp
from catalogtool.catalog.routes import videos_bp
from catalogtool.channels.routes import channels_bp
from catalogtool.core.settings import Settings
from catalogtool.ops.processor import ProcessorAnswers
from catalogtool.ops.routes import system_bp
from catalogtool.realtime.handlers import on_client_event, on_resume
from catalogtool.realtime.setup import init_realtime
from catalogtool.reports import live
from catalogtool.reports.routes import reports_bp
from catalogtool.sync.routes import sync_bp
from catalogtool.web.assets import init_assets
from catalogtool.web.bodies import init_bodies
from catalogtool.web.compression import init_compression
from catalogtool.web.csp import init_csp
from catalogtool.web.errors import init_errors
from catalogtool.web.inputs import init_inputs
from catalogtool.web.openapi import init_openapi
from catalogtool.web.pages import main_bp
from catalogtool.web.requests import init_requests
from catalogtool.web.times import init_times

# `admin_bp` carries the administration routes of several packages, imported above.
BLUEPRINTS = (
    main_bp,
    account_bp,
    channels_bp,
    videos_bp,
    audit_bp,
    export_bp,
    reports_bp,
    sync_bp,
    admin_bp,
    system_bp,
)


def create_app(settings: Settings) -> APIFlask:
    """Make the web application; `core.db.connect` gives it its database."""
    app = APIFlask(
        "catalogtool.web",
        title="Catalog Tool",
        version=version("catalogtool"),
        spec_path="/api/openapi.json",
        docs_path=None,
        json_errors=False,
    )
    app.config.update(SETTINGS=settings, MAX_CONTENT_LENGTH=settings.max_content_length)
    init_requests(app)
    init_errors(app)
    init_times(app)
    init_compression(app)
    init_csp(app, settings)
    init_auth(app, settings)
    init_bodies(app)
    init_inputs(app)
    init_assets(app)
    init_openapi(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    init_realtime(app)
    processor = ProcessorAnswers(settings)
    on_client_event("request_processor_status", processor.answer)
    on_client_event("cancel_report", live.answer_cancel)
    on_resume(processor.latest)
    on_resume(live.recent_states)
    return app
