"""Run as a module: gunicorn as `catalogtool web` starts it, but with the floor's route."""

from __future__ import annotations

from catalogtool.commands import gunicorn_server
from catalogtool.commands.environment import load_settings
from catalogtool.commands.serve import WEB_PROCESSES, WEB_THREADS

gunicorn_server.APPLICATION = "searching.floor:app"

if __name__ == "__main__":
    gunicorn_server.serve(load_settings(), WEB_PROCESSES, WEB_THREADS)
