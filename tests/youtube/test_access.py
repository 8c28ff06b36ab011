"""Which servers are used, with which credentials, and that nobody reads them in a log."""

from __future__ import annotations

import pytest

from catalogtool.core.settings import Settings, SettingsError
from catalogtool.youtube.access import SANDBOX_FILE, Access
from catalogtool.youtube.errors import NoToken

CREDENTIALS = {"client_id": "the-id", "client_secret": "the-secret", "refresh_token": "the-token"}


def test_without_credentials_it_is_the_sandbox(settings: Settings) -> None:
    file = settings.catalog_home / SANDBOX_FILE
    with pytest.raises(NoToken, match="set CLIENT_ID, CLIENT_SECRET and REFRESH_TOKEN") as caught:
        Access.of(settings)
    assert not caught.value.permanent
    file.parent.mkdir(exist_ok=True)
    file.write_text("http://127.0.0.1:4711/\n")
    access = Access.of(settings)
    assert access.is_sandbox
    assert access.data_url == access.token_url == "http://127.0.0.1:4711"
    file.write_text("http://127.0.0.1:4712")
    assert access.renewed().reporting_url == "http://127.0.0.1:4712"
    file.write_bytes(b"\xff")
    with pytest.raises(NoToken):
        access.renewed()


def test_with_credentials_it_is_google(settings: Settings) -> None:
    access = Access.of(settings.model_copy(update=CREDENTIALS))
    assert not access.is_sandbox
    assert access.data_url == "https://youtube.googleapis.com"
    assert access.renewed() is access
    assert "the-" not in repr(access)


def test_credentials_come_together(settings: Settings) -> None:
    with pytest.raises(NoToken, match="CLIENT_SECRET and REFRESH_TOKEN must be set") as caught:
        Access.of(settings.model_copy(update={"client_id": "the-id"}))
    assert caught.value.permanent
    assert "the-id" not in str(caught.value)


def test_another_stand_in_is_used_where_it_is_named(settings: Settings) -> None:
    chosen = settings.model_copy(update={"youtube_api_base_url": "http://stand-in:1/"})
    access = Access.of(chosen)
    assert access.is_sandbox
    assert access.data_url == "http://stand-in:1"
    assert access.refresh_token == "sandbox-refresh_token"


def test_what_the_settings_accept(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUTUBE_ASSET_VERB", "put")
    monkeypatch.setenv("YOUTUBE_INTAKE", "0")
    chosen = Settings.load()
    assert (chosen.youtube_asset_verb, chosen.youtube_intake) == ("PUT", False)
    assert settings.youtube_intake is None
    monkeypatch.setenv("YOUTUBE_ASSET_VERB", "POST")
    monkeypatch.setenv("YOUTUBE_WRITE_SHARE", "1.1")
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert "YOUTUBE_ASSET_VERB" in str(caught.value)
    assert "YOUTUBE_WRITE_SHARE" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("http://127.0.0.1:8080/", True),
        ("http://[::1]:8080", True),
        ("https://stand-in.example", True),
        ("stand-in.example", False),
        ("ftp://stand-in.example", False),
        ("https://stand-in.example/youtube/v3", False),
        ("https://me@stand-in.example", False),
        ("https://stand-in.example?x", False),
    ],
)
def test_a_server_is_named_without_a_path(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, url: str, accepted: bool
) -> None:
    monkeypatch.setenv("YOUTUBE_PARTNER_BASE_URL", url)
    if accepted:
        assert Settings.load().youtube_partner_base_url == url.rstrip("/")
        return
    with pytest.raises(SettingsError, match="YOUTUBE_PARTNER_BASE_URL: must be scheme, host"):
        Settings.load()
