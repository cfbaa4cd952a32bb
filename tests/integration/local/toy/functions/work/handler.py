"""A toy of recurring work: counts its runs and arms itself for the next, 20 minutes later."""

import os
from datetime import datetime, timedelta
from typing import Any

import boto3

table = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: Any) -> None:
    """Count one run."""
    due_at = datetime.fromisoformat(event["due_at"]) + timedelta(minutes=20)
    table.update_item(
        TableName=os.environ["PORTEVOIX_TABLE"],
        Key={"pk": {"S": "work"}, "sk": {"S": event["sk"]}},
        UpdateExpression="SET due_at = :d ADD runs :one",
        ConditionExpression="due_at = :was",
        ExpressionAttributeValues={
            ":d": {"S": due_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")},
            ":was": {"S": event["due_at"]},
            ":one": {"N": "1"},
        },
    )
