"""`catalogtool up`, `web` and `worker`: the long-running commands."""

from __future__ import annotations

import gc

import click

from catalogtool.commands.environment import connected, database, load_settings
from catalogtool.core.process import die_with_parent

WEB_PROCESSES = 2
# Every open page holds a thread for its socket.
WEB_THREADS = 256

parent_option = click.option("--parent", type=int, hidden=True)


@click.command()
def up() -> None:
    """Start everything: database, web and worker. Ctrl-C stops it."""
    from catalogtool.up import Everything

    settings = load_settings()
    everything = Everything(settings)
    everything.check_port()
    with everything.alone(), connected(settings) as url:
        everything.prepare(url)
        everything.run()


@click.command()
@click.option("--processes", type=click.IntRange(1), default=WEB_PROCESSES, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=WEB_THREADS, show_default=True)
@parent_option
def web(processes: int, threads: int, parent: int | None) -> None:
    """Serve pages, API and live events."""
    from catalogtool.commands.gunicorn_server import serve

    if parent:
        die_with_parent(parent)
    settings = load_settings()
    with database(settings):
        serve(settings, processes, threads)


@click.command()
@parent_option
def worker(parent: int | None) -> None:
    """Work on the queue: imports and all else that takes longer than a request."""
    import catalogtool.worker  # noqa: F401 (declares every job)
    from catalogtool.jobs.worker import QueueProcessor
    from catalogtool.sync.running.runner import TaskRunner

    if parent:
        die_with_parent(parent)
    # Reading a report makes millions of short-lived lists; looking for cycles among them so
    # often costs a third of the time.
    gc.set_threshold(100_000, 20, 20)
    settings = load_settings()
    with connected(settings):
        QueueProcessor(settings, beside=TaskRunner(settings)).run()
