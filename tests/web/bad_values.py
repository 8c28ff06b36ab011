"""What nobody means and somebody sends: texts, numbers, bodies and addresses that break things."""

from __future__ import annotations

import json
from typing import Any

DEEP = 100_000

# As they stand in a query string; no parameter can mean any of them.
HOSTILE_QUERY = {
    "NUL": "a%00b",
    "half a character": "%ED%A0%80",
    "no UTF-8": "%FF",
    "10,000 letters": "a" * 10_000,
    "3,000 of the largest": "%F4%8F%BF%BF" * 3_000,
}
NOT_A_NUMBER = (
    "", "x", "1.5", "1e3", "NaN", "Infinity", "-Infinity", "-1", "0x10", "1_000", "+1 ", "\u0661",
    str(2**63), str(-(2**63) - 1), "9" * 5_000, "1" + "0" * 400, "[]", "null", "true",
)  # fmt: skip
HOSTILE_PATH = (
    "%00", "a%00b", "%ED%A0%80", "%FF", "%25", "%5F", "%27%3B--", "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "a" * 3_000, "%F0%9F%8E%B5" * 700, "0", "-1", "1.0", "1e9", "NaN", "%D9%A1",
    str(2**31), str(2**63 - 1), str(2**63), "9" * 400,
)  # fmt: skip

NO_OBJECT: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b"  ",
    "cut": b"{",
    "two": b"{}{}",
    "list": b"[1]",
    "text": b'"x"',
    "null": b"null",
    "number": b"1",
    "true": b"true",
    "no UTF-8": b"\xff\xfe",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "half a character as bytes": b'{"a": "\xed\xa0\x80"}',
    "open brackets": b"[" * DEEP,
    "nested lists": b"[" * DEEP + b"]" * DEEP,
    "nested objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "single quotes": b"{'a': 1}",
    "comment": b"{/**/}",
    "hexadecimal": b'{"a": 0x10}',
}
HOSTILE_JSON: dict[str, str] = {
    "NUL": '"\\u0000"',
    "NUL inside": '"a\\u0000b"',
    "half a character": '"\\ud800"',
    "the other half": '"x\\udfff"',
    "halves in the wrong order": '"\\udc00\\ud800"',
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "overflow": "1e400",
    "65 bits": str(2**63),
    "65 bits below": str(-(2**63) - 1),
    "400 digits": "9" * 400,
    "100,000 digits": "9" * 100_000,
    "NUL in a list": '["a", "\\u0000"]',
    "NUL in a name": '{"\\u0000": 1}',
    "nested": "[" * 500 + "]" * 500,
}
OTHER_TYPES = (
    "text/plain", "application/xml", "application/x-www-form-urlencoded", "text/csv",
    "multipart/form-data", "multipart/form-data; boundary=x", "application/octet-stream", "",
    "nonsense", "application/json/x",
)  # fmt: skip


def body_with(name: str, raw: str) -> bytes:
    """An object with one member whose value is this JSON text."""
    return f"{{{json.dumps(name)}: {raw}}}".encode()


def doubled(name: str) -> bytes:
    """An object in which a name stands twice."""
    return f"{{{json.dumps(name)}: 1, {json.dumps(name)}: 2}}".encode()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """All of a document's operations: method, path, what is said of it."""
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def parameters_of(operation: dict[str, Any], place: str) -> dict[str, dict[str, Any]]:
    """An operation's parameters in `path` or `query`, by name."""
    return {p["name"]: p["schema"] for p in operation.get("parameters", ()) if p["in"] == place}


def json_schema_of(operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of the JSON body that an operation takes, if it takes one."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    schema: dict[str, Any] = content["application/json"]["schema"]
    while reference := schema.get("$ref"):
        schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    return schema
