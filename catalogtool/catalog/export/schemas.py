"""The parameters of an export, for the API's document; `request` is what parses them."""

from __future__ import annotations

from typing import Any

from apiflask.fields import String
from apiflask.validators import OneOf, Regexp

from catalogtool.catalog.export.columns import EXPORTABLE
from catalogtool.catalog.export.request import FORMATS
from catalogtool.catalog.search.schemas import FiltersIn

_ONE = f"({'|'.join(EXPORTABLE)})"


class ExportIn(FiltersIn):
    """Which videos, which columns, in which form."""

    columns = String(
        validate=Regexp(f"^({_ONE}(,{_ONE})*)?$"),
        metadata={"description": "Comma list: only these columns, in this order, each once"},
    )
    format = String(load_default="csv", validate=OneOf(FORMATS))
    safe = String(
        load_default="1",
        validate=OneOf(("0", "1")),
        metadata={
            "description": "`1` puts an apostrophe before texts that a spreadsheet would take for "
            "a formula; `0` is exact, for programs and for bringing the file back"
        },
    )


_FILE = {"schema": {"type": "string", "format": "binary"}}
FILE_OUT: dict[int | str, Any] = {
    200: {
        "description": "The file, as `video_export_YYYY-MM-DD.csv` or `.csv.gz`",
        "content": {"text/csv": _FILE, "application/gzip": _FILE},
    }
}
