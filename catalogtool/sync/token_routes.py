"""An access token of Google for a person's own tools."""

from __future__ import annotations

from contextlib import closing

from flask import Response, jsonify

from catalogtool.auth.audit import record_audit
from catalogtool.auth.policy import needs
from catalogtool.auth.routes import the_user
from catalogtool.core.db import unit_of_work
from catalogtool.core.times import iso
from catalogtool.sync import schemas
from catalogtool.sync.routes import sync_bp, the_settings
from catalogtool.youtube.access import Access
from catalogtool.youtube.token import TokenFetcher

STALE = {
    401: "Not logged in, or the password was given more than 15 minutes ago (POST /verify gives it "
    "again). An API token is no login",
    502: "Google gave no token",
}


@sync_bp.get("/get-token")
@sync_bp.output(schemas.AccessTokenOut)
@sync_bp.doc(responses=STALE)
@needs("admin", fresh=True)
def get_token() -> Response:
    """A fresh access token of Google; each is written into the log of operations"""
    access = Access.of(the_settings())
    with closing(TokenFetcher(access)) as fetcher:
        token, expires_at = fetcher.token(), fetcher.expires_at
    # Nobody gets it without a line that says so.
    with unit_of_work() as session:
        target = "sandbox" if access.is_sandbox else "google"
        record_audit(session, the_user(), "youtube_token_read", target)
    response = jsonify(status="success", token=token, expires_at=iso(expires_at))
    response.headers["Cache-Control"] = "no-store"
    return response
