"""HTTP requests and responses of the square, and the three forms a body may have."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form."""

    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request: `headers` by lower-case name, `path` without its query."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def token(self) -> str:
        """Return the bearer token, or nothing."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token if kind.lower() == "bearer" else ""

    def parameter(self, name: str, default: str = "") -> str:
        """Return the first value of a query parameter."""
        return next((v for n, v in parse_qsl(self.query) if n == name), default)

    def parameters(self, name: str) -> list[str]:
        """Return every value of a query parameter, `name[]`."""
        return [v for n, v in parse_qsl(self.query) if n == f"{name}[]"]

    def fields(self) -> dict[str, Any]:
        """Return the fields of a JSON, form or multipart body; raise ValueError."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            value = json.loads(self.body or b"{}")
            if not isinstance(value, dict):
                raise ValueError("the body is not an object")
            return value
        if kind == "multipart/form-data":
            return _multipart(self.headers["content-type"], self.body)
        return _collected(parse_qsl(self.body.decode(), keep_blank_values=True))


def json_response(value: object, status: int = 200, **headers: str) -> Response:
    """Return `value` as JSON; header names are given with `_` for `-`."""
    named = {name.replace("_", "-"): content for name, content in headers.items()}
    return Response(status, json.dumps(value, ensure_ascii=False).encode(), headers=named)


def _collected(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as fields; those named `name[]` as lists."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name.endswith("[]"):
            fields.setdefault(name[:-2], []).append(value)
        else:
            fields[name] = value
    return fields


def _multipart(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the fields of a multipart body; files as Upload (RFC 7578)."""
    boundary = content_type.partition("boundary=")[2].partition(";")[0].strip('" ')
    if not boundary:
        raise ValueError("a multipart body without a boundary")
    pairs: list[tuple[str, Any]] = []
    for piece in (b"\r\n" + body).split(f"\r\n--{boundary}".encode())[1:]:
        head, found, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if not found:  # the two hyphens of the end
            continue
        described = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        about = {name.lower(): value for name, value in described.items()}
        names = dict(re.findall(r'(\w+)="([^"]*)"', about["content-disposition"]))
        is_file = "filename" in names
        value = Upload(about.get("content-type", ""), data) if is_file else data.decode()
        pairs.append((names["name"], value))
    return _collected(pairs)
