"""Every setting, read from the environment or a `.env` file and checked once, at the start."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MEGABYTE = 1024 * 1024
SERVER_URL = re.compile(r"https?://([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?/?")
Secret = Annotated[str | None, Field(default=None, repr=False)]


class SettingsError(Exception):
    """One line for each variable that cannot be used; the text is meant for a terminal."""


class Settings(BaseSettings):
    """The variables of the environment, typed; `load()` lists all problems at once."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    catalog_home: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = Field(default=5000, ge=1, le=65535)
    database_url: str | None = Field(
        default=None,
        repr=False,
        validation_alias=AliasChoices("SQLALCHEMY_DATABASE_URI", "DATABASE_URL"),
    )
    flask_env: Literal["dev", "prod"] = "dev"
    flask_skip_db_init: bool = False
    secret_key: Secret
    security_password_salt: Secret
    admin_email: str = "admin@example.com"
    admin_password: Secret
    demo: bool = True

    report_store: str = ""
    backup_store: str = ""
    aws_access_key_id: Secret
    aws_secret_access_key: Secret
    custom_aws_access_key: Secret
    custom_aws_secret_key: Secret
    aws_region: str | None = None
    aws_endpoint_url: str | None = None
    max_concurrent_reports: int = Field(default=2, ge=1, le=4)

    client_id: Secret
    client_secret: Secret
    refresh_token: Secret
    google_token_url: str = "https://oauth2.googleapis.com"  # noqa: S105
    youtube_api_base_url: str = "https://youtube.googleapis.com"
    youtube_partner_base_url: str = "https://youtubepartner.googleapis.com"
    youtube_reporting_base_url: str = "https://youtubereporting.googleapis.com"
    youtube_content_owner: str | None = None
    youtube_daily_quota: int = Field(default=9500, ge=0)
    youtube_min_delay: float = Field(default=0.1, ge=0, le=3600)
    youtube_write_share: float = Field(default=0.8, ge=0, le=1)
    youtube_asset_verb: Annotated[Literal["PATCH", "PUT"], NoDecode] = "PATCH"
    youtube_intake: bool | None = None

    mail_server: str | None = None
    mail_port: int = Field(default=25, ge=1, le=65535)
    mail_use_tls: bool = False
    mail_username: str | None = None
    mail_password: Secret
    mail_default_sender: str | None = None

    firebase_api_key: str | None = None
    firebase_auth_domain: str | None = None
    firebase_project_id: str | None = None
    firebase_auth_emulator_host: str | None = None

    max_content_length: int = Field(default=50 * MEGABYTE, ge=1)
    max_upload_bytes: int = Field(default=2048 * MEGABYTE, ge=1)
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], NoDecode] = (
        "INFO"
    )
    log_format: Literal["console", "json"] | None = None

    @field_validator("log_level", "youtube_asset_verb", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator(
        "google_token_url",
        "youtube_api_base_url",
        "youtube_partner_base_url",
        "youtube_reporting_base_url",
    )
    @classmethod
    def _without_path(cls, value: str) -> str:
        if not SERVER_URL.fullmatch(value):
            raise ValueError("must be scheme, host and port only, like https://example.com:443")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _postgresql_only(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
            raise ValueError("must start with postgresql:// or postgres://")
        return f"postgresql://{rest}"

    @model_validator(mode="after")
    def _derive(self) -> Self:
        """Fill what follows from other settings; production must bring its own secrets."""
        if self.flask_env == "prod":
            missing = [n for n in ("secret_key", "security_password_salt") if not getattr(self, n)]
            if missing:
                names = " and ".join(name.upper() for name in missing)
                raise ValueError(f"{names} must be set when FLASK_ENV is prod")
        self.catalog_home = self.catalog_home.expanduser().absolute()
        self.report_store = self.report_store or str(self.catalog_home / "reports")
        self.backup_store = self.backup_store or str(self.catalog_home / "backups")
        self.log_format = self.log_format or ("json" if self.flask_env == "prod" else "console")
        return self

    @classmethod
    def load(cls) -> Self:
        """Read and check all variables; SettingsError names each one that is wrong."""
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError("\n".join(map(_describe, error.errors()))) from None

    def with_secrets(self) -> Self:
        """In dev, fill missing secrets from files under the home, made on first use (mode 0600)."""
        for name in ("secret_key", "security_password_salt"):
            if not getattr(self, name):
                setattr(self, name, _kept_secret(self.catalog_home / "secrets" / name))
        return self


def _describe(problem: object) -> str:
    """One line of a pydantic error: the variable, the rule, and never the value of a secret."""
    assert isinstance(problem, dict)
    name = str(problem["loc"][0]).upper() if problem["loc"] else ""
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if name else message


def _kept_secret(path: Path) -> str:
    """The secret in this file; two processes that start at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with open(path, "x", opener=_private) as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
