"""The quick way and the careful way read every file alike."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogtool.reports.container import blocks
from catalogtool.reports.layout import Layout
from catalogtool.reports.lines import text_blocks
from catalogtool.reports.quick import QuickLayout
from catalogtool.reports.rows import RowReader
from catalogtool.sandbox.reports import write_report

VERSIONS = [
    ("video", "a2"),
    ("video", "a4"),
    ("video", "studio"),
    ("video", "2013"),
    ("video", "human"),
    ("claims", "a1"),
    ("claims", "a3"),
    ("asset", "music"),
    ("asset", "non-music"),
]


def read(data: bytes, *, quick: bool) -> tuple[Any, int]:
    """Everything that reading a file gives, and how many batches went the quick way."""
    reader = RowReader(text_blocks(blocks(io.BytesIO(data))))
    layout = Layout(reader.header)
    lines, errors, seen, ready, cleaned = [], [], 0, 0, 0
    for batch in reader.batches(QuickLayout(reader.header).convert if quick else None):
        made, wrong = layout.convert(batch)
        lines.append(made)
        errors += wrong
        seen += batch.seen
        cleaned += batch.cleaned
        ready += batch.ready is not None
    return (b"".join(lines), errors, seen, cleaned, layout.cut, layout.dropped), ready


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
@pytest.mark.parametrize("dirty", [False, True])
def test_every_report_is_read_alike(kind: Any, version: Any, dirty: bool) -> None:
    file = io.BytesIO()
    write_report(file, 6_000, seed=5, kind=kind, version=version, dirty=dirty)
    quickly, ready = read(file.getvalue(), quick=True)
    assert quickly == read(file.getvalue(), quick=False)[0]
    assert dirty or ready > 0


CELLS = st.text(alphabet='ab1,;"\\|\t \r\né日\u0085\x1f', max_size=12)
IDS = st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True)
LINES = st.lists(
    st.tuples(IDS, CELLS, st.sampled_from(["", "5", "007", "x", "12345678901"])), max_size=8
)


@given(LINES, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_any_quoting_is_read_alike(rows: list[tuple[str, str, str]], wild: bool, end: str) -> None:
    """Quoted by the rules, or with quotes wherever they fell."""

    def written(text: str) -> str:
        return text if wild else '"' + text.replace('"', '""') + '"'

    text = f"video_id,video_title,views{end}"
    text += "".join(f"{key},{written(title)},{views}{end}" for key, title, views in rows)
    data = text.encode()
    assert read(data, quick=True)[0] == read(data, quick=False)[0]
