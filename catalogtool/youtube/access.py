"""Where Google's servers are and who we are to them: the real ones, or the sandbox."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from catalogtool.core.settings import Settings
from catalogtool.youtube.errors import NoToken

SANDBOX_FILE = "sandbox.url"
LONGEST_URL = 2000

_URLS = {
    "token_url": "google_token_url",
    "data_url": "youtube_api_base_url",
    "partner_url": "youtube_partner_base_url",
    "reporting_url": "youtube_reporting_base_url",
}
_CREDENTIALS = ("client_id", "client_secret", "refresh_token")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """URLs (scheme, host and port; Google's own paths are appended) and credentials.

    sandbox_file: where the sandbox writes its URL, if that is where the URLs come from.
    """

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    token_url: str
    data_url: str
    partner_url: str
    reporting_url: str
    content_owner: str | None = field(default=None, repr=False)
    is_sandbox: bool = False
    sandbox_file: Path | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Access:
        """The access that the settings give; NoToken whose message says what to set."""
        urls = {name: getattr(settings, setting).rstrip("/") for name, setting in _URLS.items()}
        owner = settings.youtube_content_owner
        if not is_played(settings):
            return cls(**urls, **_credentials(settings), content_owner=owner)
        if not needs_sandbox(settings):
            return cls(**urls, **_PLACEHOLDERS, content_owner=owner, is_sandbox=True)
        file = settings.catalog_home / SANDBOX_FILE
        return cls(
            **dict.fromkeys(_URLS, _url_in(file)),
            **_PLACEHOLDERS,
            content_owner=owner,
            is_sandbox=True,
            sandbox_file=file,
        )

    def renewed(self) -> Access:
        """The same access to where the sandbox is now: each of its starts may choose a port."""
        if self.sandbox_file is None:
            return self
        url = _url_in(self.sandbox_file)
        return replace(self, token_url=url, data_url=url, partner_url=url, reporting_url=url)


def is_played(settings: Settings) -> bool:
    """Whether somebody else plays YouTube: without credentials it can't be the real one."""
    return not settings.client_id


def needs_sandbox(settings: Settings) -> bool:
    """Whether there is no other YouTube: neither credentials nor an address were set."""
    fields = Settings.model_fields
    return is_played(settings) and all(
        getattr(settings, name) == fields[name].default for name in _URLS.values()
    )


_PLACEHOLDERS: dict[str, Any] = {name: f"sandbox-{name}" for name in _CREDENTIALS}


def _credentials(settings: Settings) -> dict[str, Any]:
    missing = [name.upper() for name in _CREDENTIALS if not getattr(settings, name)]
    if missing:
        raise NoToken(
            f"CLIENT_ID is set, but {' and '.join(missing)} must be set too.",
            permanent=True,
            reason="not_configured",
        )
    return {name: str(getattr(settings, name)) for name in _CREDENTIALS}


def _url_in(file: Path) -> str:
    try:
        url = file.read_text()[:LONGEST_URL].strip().rstrip("/")
    except (OSError, UnicodeDecodeError):
        url = ""
    if not url.startswith(("http://", "https://")):
        raise NoToken(
            "There is no access to YouTube: set CLIENT_ID, CLIENT_SECRET and REFRESH_TOKEN,"
            " or start the sandbox.",
            permanent=False,
            reason="not_configured",
        )
    return url
