"""gzip for texts that are worth it; streams and sockets are left as they are."""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

WORTH_BYTES = 1_000
TEXTS = {
    "application/javascript",
    "application/json",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
}
LEVEL = 5


def init_compression(app: Flask) -> None:
    """Compress what the browser accepts compressed."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in TEXTS:
        return response
    response.vary.add("Accept-Encoding")
    if not _worth_it(response):
        return response
    response.direct_passthrough = False
    response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _weak = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)
    return response


def _worth_it(response: Response) -> bool:
    """Whole answers of some size; a file of static/ counts as whole, a generator does not."""
    return (
        request.method != "HEAD"
        and response.status_code == 200
        and request.accept_encodings.quality("gzip") > 0
        and "Content-Encoding" not in response.headers
        and (not response.is_streamed or response.direct_passthrough)
        and (response.content_length or 0) >= WORTH_BYTES
    )
