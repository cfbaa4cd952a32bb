"""A toy of the publisher: waits for the exact moment, then takes the item out of the index."""

import json
import os
import urllib.request
from typing import Any

import boto3

table = boto3.client("dynamodb")
NAME = os.environ["PORTEVOIX_TABLE"]
CLOCK = os.environ.get("PORTEVOIX_CLOCK_URL", "")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Publish each record; a body that says `bad` fails."""
    failures = []
    for record in event["Records"]:
        if record["body"] == "bad":
            failures.append({"itemIdentifier": record["messageId"]})
        else:
            publish(record["body"])
    return {"batchItemFailures": failures}


def publish(name: str) -> None:
    key = {"pk": {"S": "post"}, "sk": {"S": name}}
    item = table.get_item(TableName=NAME, Key=key, ConsistentRead=True)["Item"]
    if "due_at" not in item:
        return
    body = json.dumps({"until": item["due_at"]["S"]}).encode()
    with urllib.request.urlopen(CLOCK + "/wait", body) as answer:  # noqa: S310
        now = json.load(answer)["now"]
    table.update_item(
        TableName=NAME,
        Key=key,
        UpdateExpression="SET published_at = :n REMOVE due_kind, due_at",
        ExpressionAttributeValues={":n": {"S": now}},
    )
