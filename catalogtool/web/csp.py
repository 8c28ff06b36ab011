"""What a browser may do with our answers, and that it talks to production over HTTPS only.

Nothing inline runs, except what carries the nonce of its own answer: the import map, which
browsers accept in no other way. Pictures come from here or from YouTube.
"""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, g, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.middleware.proxy_fix import ProxyFix

from catalogtool.core.settings import Settings

PLAIN_HTTP = ("/health", "/metrics")
HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
PICTURES = "https://i.ytimg.com https://yt3.ggpht.com"
YEAR_SECONDS = 31_536_000
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_csp(app: Flask, settings: Settings) -> None:
    """Add the headers to every answer; in production trust one proxy and insist on HTTPS."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    if settings.flask_env == "prod":
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
        app.before_request(_insist_on_https)
        app.after_request(_strict_transport)
    app.after_request(_add_headers)


def csp_nonce() -> str:
    """The nonce of this answer, for the rare inline script."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def policy() -> str:
    """The Content-Security-Policy of this answer; a nonce is in it only if one was used."""
    sockets = f" ws://{request.host} wss://{request.host}" if HOST.fullmatch(request.host) else ""
    nonce = f" 'nonce-{g.csp_nonce}'" if "csp_nonce" in g else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{nonce}",
            "style-src 'self'",
            f"img-src 'self' data: {PICTURES}",
            "font-src 'self'",
            f"connect-src 'self'{sockets}",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _add_headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", policy())
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


def _insist_on_https() -> ResponseReturnValue | None:
    if request.is_secure or request.path.startswith(PLAIN_HTTP):
        return None
    return redirect(request.url.replace("http://", "https://", 1), code=308)


def _strict_transport(response: Response) -> Response:
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}; includeSubDomains"
    return response
