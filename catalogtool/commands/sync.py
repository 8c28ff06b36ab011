"""`catalogtool sync`: ask YouTube for many videos, and wait for the end of it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from catalogtool.commands.environment import connected, load_settings
from catalogtool.core.settings import Settings

if TYPE_CHECKING:
    from catalogtool.sync.progress import Following
    from catalogtool.sync.queue.status import Waiting

POLL_SECONDS = 0.5
PLAIN_LINE_SECONDS = 5.0
# What does not pass by itself while one waits for it.
STOPPED_BY = {
    "quota": "The quota is used up",
    "paused": "The work is paused",
    "token": "There is no access to YouTube",
}


@click.command("sync")
@click.option("--channel", "channels", metavar="NAME", multiple=True, help="All videos of it.")
@click.option("--all", "everything", is_flag=True, help="All videos of the catalogue.")
@click.option("--force", is_flag=True, help="Also what was asked for in the last 24 hours.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON on standard output.")
def sync(channels: tuple[str, ...], everything: bool, force: bool, as_json: bool) -> None:
    """Ask YouTube for videos as they are now; give --channel (once or more) or --all."""
    if bool(channels) == everything:
        raise click.UsageError("Give either --channel or --all.")
    settings = load_settings()
    with connected(settings), _working(settings):
        following = _request(settings, channels, force)
        waiting = _follow(following, quiet=as_json)
        _tell(following, waiting, as_json)


def _request(settings: Settings, channels: tuple[str, ...], force: bool) -> Following:
    from catalogtool.core.db import unit_of_work
    from catalogtool.sync.progress import follow, mark
    from catalogtool.sync.requests import Wanted, of_channels, request_many

    with unit_of_work() as session:
        marked = mark(session)
        videos = of_channels(session, list(channels) or None)
        wanted = Wanted(force_refresh=force)
        found = request_many(session, settings, None, videos, wanted)
        return follow(session, marked, found["jobs_created"])


@contextmanager
def _working(settings: Settings) -> Iterator[None]:
    """Work on the queue as well, beside the workers that there may be."""
    from catalogtool.sync.running.runner import TaskRunner
    from catalogtool.youtube.access import Access

    # Without anybody to ask there is no use in waiting.
    Access.of(settings)
    runner = TaskRunner(settings)
    runner.start()
    try:
        yield
    finally:
        runner.stop()


def _follow(following: Following, *, quiet: bool) -> Waiting | None:
    """Wait for the end, or for what has stopped it: a bar on a terminal, lines elsewhere."""
    if quiet:
        return _wait(following, lambda _: None)
    if sys.stderr.isatty():
        return _with_bar(following)
    return _with_lines(following)


def _with_bar(following: Following) -> Waiting | None:
    shown = 0
    with click.progressbar(length=following.total, label="Videos", file=sys.stderr) as bar:

        def show(ended: int) -> None:
            nonlocal shown
            bar.update(ended - shown)
            shown = ended

        return _wait(following, show)


def _with_lines(following: Following) -> Waiting | None:
    last = time.monotonic()

    def show(ended: int) -> None:
        nonlocal last
        if time.monotonic() - last > PLAIN_LINE_SECONDS:
            last = time.monotonic()
            click.echo(f"{ended:,} of {following.total:,} videos", err=True)

    return _wait(following, show)


def _wait(following: Following, show: Any) -> Waiting | None:
    from catalogtool.core.db import unit_of_work
    from catalogtool.sync.queue.status import waiting_for

    while True:
        with unit_of_work() as session:
            show(following.ended(session))
            if following.is_over(session):
                show(following.total)
                return None
            waiting = waiting_for(session)
            if waiting.reason in STOPPED_BY:
                return waiting
        time.sleep(POLL_SECONDS)


def _tell(following: Following, waiting: Waiting | None, as_json: bool) -> None:
    """The result; ClickException where it is not done, or not done for all."""
    from catalogtool.core.db import unit_of_work
    from catalogtool.core.times import iso
    from catalogtool.sync.queue.status import last_error

    with unit_of_work() as session:
        found = following.summary(session)
        error = last_error(session)
    done = {name: found[name] for name in ("completed", "failed", "waiting")}
    more = {name: found[name] for name in ("changed", "not_found")}
    if as_json:
        until = iso(waiting.until) if waiting else None
        stopped = {"stopped_by": waiting.reason if waiting else None, "waiting_until": until}
        told = {"jobs_created": following.total, **done, **more, **stopped}
        click.echo(json.dumps(told, indent=2))
    elif not following.total:
        click.echo("Nothing to ask for: all of it waits already, or was looked at today.")
    else:
        click.echo(
            f"{done['completed']:,} videos looked at, {more['changed']:,} changed,"
            f" {more['not_found']:,} not found, {done['failed']:,} failed"
        )
    if waiting is not None:
        raise click.ClickException(_why(waiting, done["waiting"], error))
    if done["failed"]:
        raise click.ClickException(f"{done['failed']:,} videos failed: {found['reason']}")


def _why(waiting: Waiting, left: int, error: Any) -> str:
    from catalogtool.core.times import iso

    until = f" until {iso(waiting.until)}" if waiting.until else ""
    reason = f" ({error['error']})" if waiting.reason == "token" and error else ""
    return (
        f"{STOPPED_BY[waiting.reason or 'quota']}{until}{reason}: {left:,} videos wait,"
        " and a running worker goes on with them by itself."
    )
