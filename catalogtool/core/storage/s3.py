"""Files in an S3 bucket, or in any server that speaks its protocol.

Uploads are written here part by part and not by boto3's `upload_fileobj`, because only a request
of one's own can carry `If-None-Match`, without which two uploads of one name overwrite each other.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from catalogtool.core.errors import S3ProcessingError, ValidationError
from catalogtool.core.storage.s3_client import clear_errors
from catalogtool.core.storage.s3_reader import ATTEMPTS, open_object, pause
from catalogtool.core.storage.store import ByteSource, Store, StoredFile, broken_rule

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, HeadObjectOutputTypeDef

# S3 allows 10,000 parts: 8 MiB each are enough for 80 GB.
PART_BYTES = 8 * 1024 * 1024


class S3Store(Store):
    """Keys are the full object keys, prefix included."""

    def __init__(self, client: S3Client, bucket: str, prefix: str) -> None:
        prefix = prefix.strip("/")
        if prefix and (rule := broken_rule(prefix, "")):
            raise ValidationError(f"The prefix {prefix!r} {rule}.", {"prefix": prefix})
        super().__init__(f"s3://{bucket}/{prefix}", f"{prefix}/" if prefix else "")
        self.bucket = bucket
        self._client = client

    def list(self, suffixes: tuple[str, ...] = ()) -> Iterator[StoredFile]:
        wanted = tuple(suffix.lower() for suffix in suffixes) or ("",)
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix
        )
        with clear_errors(self.bucket, self.prefix):
            for page in pages:
                for item in page.get("Contents", ()):
                    key = item["Key"]
                    if key.lower().endswith(wanted) and not broken_rule(key, self.prefix):
                        version = item["ETag"].strip('"')
                        yield StoredFile(key, item["Size"], item["LastModified"], version)

    def stat(self, key: str) -> StoredFile:
        self.check_key(key)
        with clear_errors(self.bucket, key):
            head = self._whole_head(key)
        return StoredFile(key, head["ContentLength"], head["LastModified"], head["ETag"].strip('"'))

    def open(self, key: str) -> BinaryIO:
        return open_object(self._client, self.bucket, self.check_key(key))

    def put(self, key: str, stream: ByteSource, *, overwrite: bool = True) -> StoredFile:
        self.check_key(key)
        condition: dict[str, Any] = {} if overwrite else {"IfNoneMatch": "*"}
        first = _read_fully(stream, PART_BYTES)
        if len(first) < PART_BYTES:
            with clear_errors(self.bucket, key):
                self._client.put_object(Bucket=self.bucket, Key=key, Body=first, **condition)
        else:
            self._put_parts(key, first, stream, condition)
        return self.stat(key)

    def delete(self, key: str) -> None:
        self.check_key(key)
        with clear_errors(self.bucket, key):
            self._client.delete_object(Bucket=self.bucket, Key=key)

    def _whole_head(self, key: str) -> HeadObjectOutputTypeDef:
        """What S3 tells of an object; a cut answer looks whole, and is asked for again."""
        for failures in range(1, ATTEMPTS):
            with suppress(ValueError):  # of a date that was cut
                head = self._client.head_object(Bucket=self.bucket, Key=key)
                if {"ContentLength", "LastModified", "ETag"} <= head.keys():
                    return head
            time.sleep(pause(failures))
        raise S3ProcessingError(f"S3 tells no length of {key!r}.", {"key": key})

    def _put_parts(
        self, key: str, part: bytes, stream: ByteSource, condition: dict[str, Any]
    ) -> None:
        """A multipart upload, which S3 shows to nobody before it is completed."""
        target: dict[str, Any] = {"Bucket": self.bucket, "Key": key}
        with clear_errors(self.bucket, key):
            created = self._client.create_multipart_upload(**target)
        upload = {**target, "UploadId": created["UploadId"]}
        try:
            parts: list[CompletedPartTypeDef] = []
            while part:
                with clear_errors(self.bucket, key):
                    parts.append(self._put_part(upload, len(parts) + 1, part))
                part = _read_fully(stream, PART_BYTES)
            with clear_errors(self.bucket, key):
                self._client.complete_multipart_upload(
                    **upload, MultipartUpload={"Parts": parts}, **condition
                )
        except BaseException:
            with suppress(ClientError, BotoCoreError):
                self._client.abort_multipart_upload(**upload)
            raise

    def _put_part(self, upload: dict[str, Any], number: int, body: bytes) -> CompletedPartTypeDef:
        answer = self._client.upload_part(**upload, PartNumber=number, Body=body)
        part: CompletedPartTypeDef = {"PartNumber": number, "ETag": answer["ETag"]}
        if "ChecksumCRC32" in answer:  # S3 then wants it again when it joins the parts
            part["ChecksumCRC32"] = answer["ChecksumCRC32"]
        return part


def _read_fully(stream: ByteSource, size: int) -> bytes:
    """Exactly size bytes unless the stream ends: network streams may give less than asked for."""
    pieces = bytearray()
    while len(pieces) < size and (piece := stream.read(size - len(pieces))):
        pieces += piece
    return bytes(pieces)
