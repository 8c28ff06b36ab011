"""Static files: kept for good under an address that changes with their content."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path

import pytest
from apiflask import APIFlask

from catalogtool.web.assets import VENDOR, import_map, static_url, tree_digest
from tests.clients import new_client


def test_a_file_under_its_address_is_kept_for_a_year(app: APIFlask) -> None:
    with app.test_request_context():
        address = static_url("js/main.js")
    answer = new_client(app).get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    plain = Path(str(app.static_folder), "js/main.js").read_bytes()
    assert answer.data == plain


def test_a_page_of_another_version_still_gets_its_files(app: APIFlask) -> None:
    answer = new_client(app).get("/static/~0123456789ab/js/main.js")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["../pages.py", "..%2fpages.py", "%2e%2e/pages.py", "none.js"])
def test_nothing_else_is_served(app: APIFlask, path: str) -> None:
    assert new_client(app).get(f"/static/~0123456789ab/{path}").status_code == 404
    assert new_client(app).get(f"/static/{path}").status_code == 404


def test_a_large_file_travels_compressed(app: APIFlask) -> None:
    address = "/static/~0123456789ab/css/theme.css"
    plain = new_client(app).get(address)
    packed = new_client(app).get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    again = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert new_client(app).get(address, headers=again).status_code == 304


def test_the_digest_follows_the_content_only(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_text("one")
    first = tree_digest(tmp_path)
    os.utime(file, (0, 0))
    assert tree_digest(tmp_path) == first
    file.write_text("two")
    assert tree_digest(tmp_path) != first


def test_the_import_map_names_the_libraries(app: APIFlask) -> None:
    with app.test_request_context():
        script = import_map()
    element = re.fullmatch(r'<script type="importmap" nonce="[\w-]+">(.*)</script>', script)
    assert element is not None
    names = json.loads(element[1])["imports"]
    assert set(names) == set(VENDOR)
    assert all(address.startswith("/static/~") for address in names.values())
