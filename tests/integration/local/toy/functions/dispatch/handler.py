"""A toy of the dispatcher: watermark, look-ahead of 195 s, overdue by 60 s."""

import json
import os
import urllib.request
from datetime import datetime, timedelta
from typing import Any

import boto3

table = boto3.client("dynamodb")
queue = boto3.client("sqs")
functions = boto3.client("lambda")
NAME = os.environ["PORTEVOIX_TABLE"]


def handler(event: dict[str, Any], context: Any) -> int:
    """Hand out what is due."""
    tick = datetime.fromisoformat(event["scheduled_at"])
    return {"publish": publish, "measure": measure}[event["kind"]](tick)


def now() -> datetime:
    with urllib.request.urlopen(os.environ["PORTEVOIX_CLOCK_URL"] + "/now") as answer:  # noqa: S310
        return datetime.fromisoformat(json.load(answer)["now"])


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def due(kind: str, after: str, until: str) -> Any:
    return table.query(
        TableName=NAME,
        IndexName="due",
        KeyConditionExpression="due_kind = :k AND due_at BETWEEN :a AND :u",
        ExpressionAttributeValues={
            ":k": {"S": f"{kind}#0"},
            ":a": {"S": after},
            ":u": {"S": until},
        },
    )["Items"]


def publish(tick: datetime) -> int:
    key = {"pk": {"S": "clock"}, "sk": {"S": "publish"}}
    mark = table.get_item(TableName=NAME, Key=key).get("Item", {}).get("mark", {}).get("S", "0")
    start = max(mark + "~", iso(tick - timedelta(seconds=60)))
    end = iso(tick + timedelta(seconds=195))
    found = due("publish", start, end) + due("publish", "0", iso(tick - timedelta(seconds=60)))
    for item in found:
        moment = datetime.fromisoformat(item["due_at"]["S"])
        delay = max(0, int((moment - now()).total_seconds()) - 2)
        queue.send_message(
            QueueUrl=os.environ["TOY_QUEUE"], MessageBody=item["sk"]["S"], DelaySeconds=delay
        )
    table.put_item(TableName=NAME, Item={**key, "mark": {"S": max(mark, end)}})
    return len(found)


def measure(tick: datetime) -> int:
    found = due("measure", "0", iso(tick))
    for item in found:
        functions.invoke(
            FunctionName=os.environ["TOY_WORK"],
            InvocationType="Event",
            Payload=json.dumps({"sk": item["sk"]["S"], "due_at": item["due_at"]["S"]}),
        )
    return len(found)
