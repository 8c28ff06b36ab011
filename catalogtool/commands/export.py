"""`catalogtool export`: the catalogue, or what filters choose of it, as a CSV file."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from catalogtool.catalog.export.csv_file import as_file
from catalogtool.catalog.export.pieces import Piece, read_pieces
from catalogtool.catalog.export.request import FORMATS, ExportRequest, parse_export
from catalogtool.catalog.export.schemas import ExportIn
from catalogtool.catalog.search.filters import PARSERS
from catalogtool.commands.environment import connected, load_settings
from catalogtool.core.errors import ValidationError

PLAIN_LINE_SECONDS = 5.0

Command = Callable[..., None]


@dataclass
class Written:
    """How many rows and bytes are in the file so far."""

    rows: int = 0
    bytes: int = 0


def _filter_options(command: Command) -> Command:
    """An option for each filter of the list."""
    described = ExportIn().fields
    for name in reversed(PARSERS):
        meaning = str(described[name].metadata.get("description", "yes or no"))
        command = click.option(f"--{name.replace('_', '-')}", help=f"{meaning}.")(command)
    return command


@click.command("export")
@_filter_options
@click.option("--filter", "more", multiple=True, metavar="NAME=VALUE", help="The same, by name.")
@click.option("--columns", help="Comma list: only these columns, in this order.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Default: as FILE is named.")
@click.option("--safe", is_flag=True, help="For spreadsheets: an apostrophe before formulas.")
@click.option("-o", "--output", metavar="FILE", help="A file, or a folder for one; default stdout.")
@click.option("--json", "as_json", is_flag=True, help="What was written, as JSON; needs -o.")
def export_videos(
    more: tuple[str, ...],
    columns: str | None,
    format_: str | None,
    safe: bool,
    output: str | None,
    as_json: bool,
    **filters: str | None,
) -> None:
    """Write the videos that match as CSV, by ascending id, exactly as they are stored."""
    if as_json and output is None:
        raise click.UsageError("--json needs -o: standard output is taken by the file.")
    named = output is not None and output.endswith(".gz")
    given = {
        **{name: value for name, value in filters.items() if value is not None},
        **_by_name(more, filters),
        "format": format_ or ("csv.gz" if named else "csv"),
        "safe": "1" if safe else "0",
        **({} if columns is None else {"columns": columns}),
    }
    try:
        wanted = parse_export(given)
    except ValidationError as error:
        raise click.UsageError(error.message) from None
    with connected(load_settings()):
        if output is None:
            _to_standard_output(wanted)
        else:
            _to_file(wanted, Path(output), as_json=as_json)


def _by_name(more: Iterable[str], filters: dict[str, str | None]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in more:
        name, mark, value = text.partition("=")
        if not mark:
            raise click.UsageError(f"--filter takes NAME=VALUE, not {text}")
        if name in found or filters.get(name) is not None:
            raise click.UsageError(f"{name} is given more than once.")
        found[name] = value
    return found


def _to_file(wanted: ExportRequest, target: Path, *, as_json: bool) -> None:
    if target.is_dir():
        target /= wanted.file_name
    began, written = time.monotonic(), Written()
    with _whole_or_nothing(target) as file:
        _write(wanted, file, written, target.name)
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        result = {"file": str(target), "rows": written.rows, "bytes": written.bytes}
        click.echo(json.dumps({**result, "seconds": seconds}, indent=2))
    else:
        size = written.bytes / 1_000_000
        click.echo(f"{target}: {written.rows:,} videos, {size:,.1f} MB, {seconds:.1f} s")


def _to_standard_output(wanted: ExportRequest) -> None:
    try:
        _write(wanted, sys.stdout.buffer, Written(), "export")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The reader, `head` perhaps, has enough. Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _whole_or_nothing(target: Path) -> Iterator[BinaryIO]:
    """A file that takes its name only when all is in it."""
    unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("xb") as file:
            yield file
        unfinished.replace(target)
    except OSError as error:
        raise click.ClickException(f"{target}: {error.strerror or error}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def _write(wanted: ExportRequest, file: BinaryIO, written: Written, label: str) -> None:
    show = _with_bar if sys.stderr.isatty() else _with_lines
    for block in as_file(wanted, show(_counted(read_pieces(wanted), written), written, label)):
        file.write(block)
        written.bytes += len(block)


def _counted(pieces: Iterable[Piece], written: Written) -> Iterator[Piece]:
    for piece in pieces:
        written.rows += piece.rows
        yield piece


def _with_bar(pieces: Iterator[Piece], written: Written, label: str) -> Iterator[Piece]:
    def shown(_piece: Any) -> str:
        return f"{written.rows:,} videos"

    with click.progressbar(length=1000, label=label, file=sys.stderr, item_show_func=shown) as bar:
        position = 0
        for piece in pieces:
            yield piece
            bar.update(int(piece.done * 1000) - position, piece)
            position = int(piece.done * 1000)


def _with_lines(pieces: Iterator[Piece], written: Written, label: str) -> Iterator[Piece]:
    last = time.monotonic()
    for piece in pieces:
        yield piece
        if time.monotonic() - last > PLAIN_LINE_SECONDS:
            last = time.monotonic()
            click.echo(f"{label}: {piece.done:.0%}, {written.rows:,} videos", err=True)
