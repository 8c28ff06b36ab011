"""Static files under addresses that change with their content, so that browsers keep them for good.

One digest of the whole tree stands in the path (`/static/~3f2a…/js/main.js`): modules import each
other by relative names, and so stay within their version without being rewritten.
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, send_from_directory
from markupsafe import Markup

from catalogtool.auth.policy import needs
from catalogtool.web.csp import csp_nonce

YEAR_SECONDS = 31_536_000
DIGEST_LETTERS = 12
VENDOR = {"socket.io-client": "socket.io-client/dist/socket.io.esm.min.js"}
SCRIPT_SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def init_assets(app: Flask) -> None:
    """Offer `static_url(path)` and `import_map()` to templates, and serve what they name."""
    app.jinja_env.globals.update(static_url=static_url, import_map=import_map)
    app.add_url_rule("/static/~<digest>/<path:filename>", "versioned_static", versioned_static)


@needs("public")
def versioned_static(digest: str, filename: str) -> Response:
    """A static file; for good if the digest is ours, else (a newer or older page) just now."""
    folder = _folder()
    response = send_from_directory(folder, filename)
    if digest == tree_digest(folder):
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


def static_url(path: str) -> str:
    """The address of a file under static/, for a year's caching."""
    return f"/static/~{tree_digest(_folder())}/{path}"


def import_map() -> Markup:
    """The script element that gives the libraries' modules their bare names."""
    names = {name: static_url(f"vendor/{path}") for name, path in VENDOR.items()}
    # Safe as a script's text: no character of it can end the element.
    text = Markup(json.dumps({"imports": names}).translate(SCRIPT_SAFE))  # noqa: S704
    return Markup('<script type="importmap" nonce="{}">{}</script>').format(csp_nonce(), text)


def tree_digest(folder: Path) -> str:
    """A digest of all files; read again only when one of them has changed."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = tuple((path, (found := path.stat()).st_size, found.st_mtime_ns) for path in files)
    return _content_digest(folder, stats)


@lru_cache(maxsize=4)
def _content_digest(folder: Path, stats: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, size, _changed in stats:
        digest.update(f"{path.relative_to(folder)}\0{size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:DIGEST_LETTERS]


def _folder() -> Path:
    return Path(current_app.static_folder or "")
