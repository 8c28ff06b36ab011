"""Every route, asked by a fuzzer that knows only the document, answers as the document says.

The fuzzer tries what each schema allows and what it forbids. Its seed is fixed, so that a run
repeats itself; `FUZZ_SEED` chooses another, and `FUZZ_EXAMPLES` asks more of each route.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from schemathesis import Case, Response
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    positive_data_acceptance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.web.full_site import A_BATCH, Site, known_values, make_app, open_site

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))


APP = make_app()
# What is refused although it has the right form; each only for its own field, and only with 400.
SIGNED = "a position is signed: none can be made up"
DEEP = "only as deep as the number of the page times its size allows"
CODES = "the check digit must be right, and an agency must give out codes that begin so"
BEYOND_A_SCHEMA = {
    ("/api/videos", "cursor"): SIGNED,
    ("/api/videos", "page"): DEEP,
    ("/api/videos/search", "page"): DEEP,
    ("/api/videos/search", "cursor"): SIGNED,
    ("/api/reports/upload", "file"): "the name of a file must end in .csv or .csv.gz",
    ("/api/process-report", "files"): "must name files that are in the store, each once",
    ("/api/me/preferences", "views"): "any JSON that PostgreSQL can store, up to some size",
    ("/api/audit", "page"): DEEP,
    ("/api/export", "columns"): "each only once",
    ("/api/export", "filters"): "must match at least one video",
    ("/api/videos/{video_id}/update", "isrc"): CODES,
    ("/api/videos/{video_id}/update", "upc"): CODES,
    ("/api/videos/bulk-update", "preview"): SIGNED,
    ("/api/videos/bulk-update", "isrc"): CODES,
    ("/api/videos/bulk-update", "upc"): CODES,
    ("/api/videos/bulk-update", "video_ids"): "either these or a filter",
    ("/api/videos/sync", "video_ids"): "either these or a filter",
    ("/api/videos/push", "video_ids"): "either these or a filter",
    ("/api/admin/sync/all", "channels"): "must be known",
    ("/api/sync/tasks", "page"): DEEP,
}
# Which fields a thing has depends on its kind, which stands in the address.
OF_ANY_KIND = "/api/admin/{asset_type}/update"
# `DELETE /api/videos/{video_id}` is served at these addresses too: a video could have such an id.
ALSO_IDS = {f"/api/videos/{name}" for name in ("search", "facets", "bulk-update", "sync", "push")}


def described() -> OpenApiSchema:
    """The document; half of the addresses made from it lead to things that are there."""
    known = known_values()
    chosen: dict[str, Any] = {
        "seed": SEED,
        "generation": {"max-examples": EXAMPLES, "database": "none", "no-shrink": True},
        "dictionaries": {name: {"values": values} for name, values in known.items()},
        # The same view as /api/videos, which is covered: drawn examples are enough.
        "operations": [
            {"include-path": "/api/videos/search", "phases": {"coverage": {"enabled": False}}}
        ],
        "parameters": {f"path.{name}": {"dictionary": name, "probability": 0.5} for name in known},
    }
    document = deepcopy(APP.spec)
    assert isinstance(document, dict)
    # A client must bear a field that is new; here each must be described.
    for schema in document["components"]["schemas"].values():
        schema.setdefault("additionalProperties", False)
    config = schemathesis.Config.from_dict(chosen)
    found = schemathesis.openapi.from_dict(document, config=config)
    found.app = APP
    return found


@pytest.fixture(scope="module")
def site(server: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All routes may do their worst to it."""
    with open_site(APP, server, template, tmp_path_factory.mktemp("home")) as opened:
        yield opened


@described().parametrize()
@pytest.mark.timeout(60 + EXAMPLES)
def test_every_route_keeps_to_its_document(case: Case[Any], site: Site) -> None:
    headers = {**site.headers, "Accept-Encoding": "identity"}
    if case.path_parameters.get("batch_id") == A_BATCH:
        case.path_parameters["batch_id"] = site.batch_id
    response = case.call(headers=headers)
    excluded: list[Any] = [positive_data_acceptance] if is_excused(case, response) else []
    if case.path in ALSO_IDS:
        excluded.append(allow_header_conformance)
    case.validate_response(
        response, headers=headers, excluded_checks=excluded, transport_kwargs={"headers": headers}
    )
    if case.path.startswith(("/api/me", "/api/admin/users")):
        site.give_back()


def is_excused(case: Case[Any], response: Response) -> bool:
    """Whether the document can't tell that this value is refused."""
    if response.status_code != 400:
        return False
    if case.path == OF_ANY_KIND:
        return True
    field = str(response.json()["details"].get("field")).partition(".")[0]
    return (case.path, field) in BEYOND_A_SCHEMA
