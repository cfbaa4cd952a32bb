"""HTTP requests and answers as API Gateway's HTTP API gives and takes them (payload 2.0).

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portevoix.model.errors import InvalidError, Problem
from portevoix.texts import LANGUAGES

MAXIMUM_BODY = 262_144
"""Bytes. Texts are small; media go to S3 by their own form (a function takes 4.5 MB)."""


class BodyTooLargeError(Exception):
    """The request's body is over MAXIMUM_BODY."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `headers` in lower case, `path` without its trailing slash."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw_body: str = ""
    is_base64: bool = False

    @property
    def language(self) -> str:
        """Return the first of our languages that `Accept-Language` names; English if none."""
        ranked = []
        for index, item in enumerate(self.headers.get("accept-language", "").split(",")):
            tag, _, weight = item.partition(";q=")
            language = tag.strip().partition("-")[0].lower()
            if language in LANGUAGES:
                ranked.append((-_weight(weight), index, language))
        return min(ranked)[2] if ranked else "en"

    @property
    def body(self) -> str:
        """Return the body as text; raise BodyTooLargeError, or InvalidError if it is not UTF-8."""
        if len(self.raw_body) > MAXIMUM_BODY * (2 if self.is_base64 else 1):
            raise BodyTooLargeError
        try:
            data = base64.b64decode(self.raw_body) if self.is_base64 else self.raw_body.encode()
            text = data.decode()
        except (ValueError, binascii.Error) as error:
            raise InvalidError(Problem.of("unreadable_json", "body")) from error
        if len(data) > MAXIMUM_BODY:
            raise BodyTooLargeError
        return text

    def need(self, name: str) -> str:
        """Return a query parameter; raise InvalidError (`field_missing`)."""
        value = self.query.get(name, "").strip()
        if not value:
            raise InvalidError(Problem.of("field_missing", name))
        return value


def read_request(event: Mapping[str, Any]) -> Request:
    """Return the request that an event of an HTTP API carries."""
    headers = event.get("headers") or {}
    return Request(
        method=event["requestContext"]["http"]["method"],
        path=event["rawPath"].rstrip("/"),
        query=event.get("queryStringParameters") or {},
        headers={name.lower(): value for name, value in headers.items()},
        raw_body=event.get("body") or "",
        is_base64=bool(event.get("isBase64Encoded")),
    )


def json_answer(
    status: int, value: Mapping[str, Any], language: str, **headers: str
) -> dict[str, Any]:
    """Return an answer in the shape of payload 2.0; it is never cached."""
    return {
        "statusCode": status,
        "headers": {
            "content-type": "application/json; charset=utf-8",
            "content-language": language,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            **{name.replace("_", "-"): text for name, text in headers.items()},
        },
        "body": json.dumps(value, ensure_ascii=False),
        "isBase64Encoded": False,
    }


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
