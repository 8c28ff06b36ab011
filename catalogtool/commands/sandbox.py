"""`catalogtool sandbox`: plays YouTube and Google's token server on this machine."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import click

from catalogtool.core.process import die_with_parent
from catalogtool.sandbox.server.choices import Choices
from catalogtool.sandbox.server.faults import API_FAULTS, PASSING, TOKEN_FAULTS, Faults
from catalogtool.sandbox.server.limits import Limit

_FAULTS = f"""NAME=RATE, as often as wanted. Names: {", ".join((*API_FAULTS, *TOKEN_FAULTS))};
or mix, for one rate spread over those that pass by themselves: {", ".join(PASSING)}."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0: any that is free.")
@click.option("--seed", type=int, default=2026, show_default=True, help="Which catalogue.")
@click.option("--videos", type=click.IntRange(1), default=5000, show_default=True)
@click.option(
    "--day-seconds",
    type=click.FloatRange(0.001),
    default=86400.0,
    show_default=True,
    help="How long one day of the catalogue takes.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File that keeps what is written; without it all is forgotten at the end.",
)
@click.option(
    "--url-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the address, there while the sandbox runs; default sandbox.url in the home.",
)
@click.option("--content-owner", help="Serve only this one; default any, and none.")
@click.option("--token-seconds", type=click.IntRange(1), default=3599, show_default=True)
@click.option("--latency", "latency_ms", type=click.FloatRange(0), default=0.0, help="In ms.")
@click.option("--jitter", "jitter_ms", type=click.FloatRange(0), default=0.0, help="In ms.")
@click.option("--fault", "faults", multiple=True, metavar="NAME=RATE", help=_FAULTS)
@click.option("--fault-seed", type=int, default=0, show_default=True)
@click.option("--hang-seconds", type=click.FloatRange(0), default=60.0, show_default=True)
@click.option("--quota", type=click.IntRange(0), help="Units that it gives; default endless.")
@click.option("--quota-window", type=click.FloatRange(0.001), help="Seconds; default for ever.")
@click.option("--parent", type=int, hidden=True)
def sandbox(
    url_file: Path | None, parent: int | None, faults: tuple[str, ...], **options: Any
) -> None:
    """Play YouTube and Google's token server, with a catalogue like that of the sample report.

    The address stands in sandbox.url under CATALOG_HOME, where `web` and `worker` look for it.
    """
    if parent:
        die_with_parent(parent)
    file = url_file or _home() / "sandbox.url"
    asyncio.run(_serve(_choices(options, faults), file, quiet=parent is not None))


def _home() -> Path:
    """The home; the sandbox needs no other setting."""
    return Path(os.environ.get("CATALOG_HOME") or "var").expanduser().absolute()


def _choices(options: dict[str, Any], faults: tuple[str, ...]) -> Choices:
    given = {name: options.pop(name) for name in ("latency_ms", "jitter_ms", "hang_seconds")}
    given["seed"] = options.pop("fault_seed")
    for fault in faults:
        name, separator, rate = fault.partition("=")
        try:
            given[name] = float(rate if separator else "none")
        except ValueError:
            raise click.UsageError(f"--fault {fault}: write NAME=RATE") from None
    try:
        Faults.of(given)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    limit = Limit(options.pop("quota"), options.pop("quota_window"))
    return Choices(**options, faults=given | {"quota": limit.limit, "quota_window": limit.window})


async def _serve(choices: Choices, file: Path, *, quiet: bool) -> None:
    from catalogtool.sandbox.server.listening import serve

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def ready(address: str) -> None:
        write_address(file, address)
        if not quiet:
            click.echo(f"The sandbox plays YouTube at {address}")

    try:
        await serve(choices, stop, ready)
    except OSError as error:
        raise click.ClickException(f"The sandbox cannot listen: {error.strerror}") from None
    finally:
        file.unlink(missing_ok=True)


def write_address(file: Path, address: str) -> None:
    """Write it so that a reader finds all of it, or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}")
    part.write_text(f"{address}\n")
    part.replace(file)
