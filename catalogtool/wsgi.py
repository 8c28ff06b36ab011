"""What gunicorn loads: `catalogtool.wsgi:app`, once in each worker process."""

from __future__ import annotations

from threading import Thread

from catalogtool.app import create_app
from catalogtool.catalog.search.known.memory import warm_up
from catalogtool.core.db import connect
from catalogtool.core.log import configure_logging
from catalogtool.core.settings import Settings, SettingsError

settings = Settings.load().with_secrets()
if settings.database_url is None:
    raise SettingsError("DATABASE_URL: must be set (`catalogtool up` brings its own database)")
configure_logging(settings.log_level, settings.log_format)
connect(settings.database_url)
app = create_app(settings)
Thread(target=warm_up, name="warm-up", daemon=True).start()
