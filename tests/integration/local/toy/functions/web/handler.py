"""Answers an HTTP event with what it got."""

import json
from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return the event as JSON; some paths answer differently."""
    if event["rawPath"].endswith("/fail"):
        raise ValueError("no")
    if event["rawPath"].endswith("/cookie"):
        return {"statusCode": 201, "cookies": ["a=1", "b=2"], "body": "made"}
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(event),
    }
