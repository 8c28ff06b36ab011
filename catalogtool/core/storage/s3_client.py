"""How the project talks to S3: whose keys, which time-outs, what its errors mean to a person."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from catalogtool.core.errors import AppException, S3ProcessingError
from catalogtool.core.settings import Settings
from catalogtool.core.storage.store import missing, taken

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONNECT_TIMEOUT_SECONDS = 5
READ_TIMEOUT_SECONDS = 60
_CONFIG = Config(
    connect_timeout=CONNECT_TIMEOUT_SECONDS,
    read_timeout=READ_TIMEOUT_SECONDS,
    retries={"mode": "standard", "max_attempts": 3},
    max_pool_connections=20,
)
# Servers other than Amazon's seldom have a host name for each bucket.
_CONFIG_OF_OTHER_SERVERS = _CONFIG.merge(Config(s3={"addressing_style": "path"}))
_REASONS = {
    "NoSuchBucket": "the bucket does not exist",
    "AccessDenied": "access is denied; check the rights of these credentials",
    "403": "access is denied; check the credentials and their rights",
    "InvalidAccessKeyId": "the access key is unknown",
    "SignatureDoesNotMatch": "the secret key does not fit the access key",
    "ExpiredToken": "the credentials have expired",
    "SlowDown": "it asks for fewer requests",
    "PermanentRedirect": "the bucket is in another region; check AWS_REGION",
}


def connect(settings: Settings) -> S3Client:
    """A client that threads may share; it contacts nobody yet."""
    access_key, secret_key = chosen_keys(settings)
    return boto3.session.Session().client(
        "s3",
        region_name=settings.aws_region,
        endpoint_url=settings.aws_endpoint_url,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=_CONFIG_OF_OTHER_SERVERS if settings.aws_endpoint_url else _CONFIG,
    )


def chosen_keys(settings: Settings) -> tuple[str | None, str | None]:
    """The CUSTOM_ pair, else the AWS_ pair, else nothing: then boto3 asks its usual chain.

    Nothing also where the AWS_ pair stands in the environment itself: boto3 finds it there
    together with the session token that temporary keys need.
    """
    if settings.custom_aws_access_key and settings.custom_aws_secret_key:
        return settings.custom_aws_access_key, settings.custom_aws_secret_key
    if settings.aws_access_key_id == os.environ.get("AWS_ACCESS_KEY_ID"):
        return None, None
    if settings.aws_access_key_id and settings.aws_secret_access_key:
        return settings.aws_access_key_id, settings.aws_secret_access_key
    return None, None


@contextmanager
def clear_errors(bucket: str, key: str) -> Iterator[None]:
    """Turn what boto3 says about one object into the errors that Store promises."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise explained(error, bucket, key) from error


def explained(error: ClientError | BotoCoreError, bucket: str, key: str) -> AppException:
    """The error for a person: what went wrong and where, never a word of a request or a key."""
    if isinstance(error, ClientError):
        code = error_code(error)
        if code in ("NoSuchKey", "404", "NotFound"):
            return missing(key)
        if code in ("PreconditionFailed", "ConditionalRequestConflict", "412"):
            return taken(key)
        reason = _REASONS.get(code, f"it answers {code}")
    elif isinstance(error, NoCredentialsError):
        reason = "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    elif isinstance(error, (ConnectTimeoutError, ReadTimeoutError)):
        reason = "it does not answer in time"
    elif isinstance(error, EndpointConnectionError):
        reason = "it cannot be reached"
    else:
        reason = f"the connection failed ({type(error).__name__})"
    message = f"S3 cannot serve {key!r} in the bucket {bucket!r}: {reason}."
    return S3ProcessingError(message, {"bucket": bucket, "key": key})


def error_code(error: ClientError) -> str:
    """S3's own name of the error; a bare HTTP status where the answer had no body."""
    return error.response.get("Error", {}).get("Code") or "an unnamed error"
