"""The delivery queue, as boto3 meets it, on the stack's clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools.local.clock import StackClock
from tools.local.loopback import LoopbackServer
from tools.local.queue import build_queues
from tools.local.queue_api import QueueApi
from tools.local.resources import QueueResource
from tools.local.state import client

START = datetime(2027, 3, 21, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> StackClock:
    return StackClock.virtual(START)


@pytest.fixture
def sqs(clock: StackClock) -> Iterator[Any]:
    api = QueueApi("eu-west-3")
    server = LoopbackServer(api.respond)
    api.base_url = server.url
    resources = {
        "deliveries": QueueResource("deliveries", 60, 0, 2, "dead"),
        "dead": QueueResource("dead", 30, 0, None, None),
    }
    api.queues = build_queues(resources, clock)
    yield client("sqs", server.url)
    server.stop()


def url(sqs: Any, name: str = "deliveries") -> str:
    return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])


def bodies(sqs: Any, name: str = "deliveries") -> list[str]:
    answer = sqs.receive_message(QueueUrl=url(sqs, name), MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def test_a_message_is_received_whole_with_its_checksums(sqs: Any) -> None:
    # boto3 compares both checksums itself, and raises where they differ.
    sqs.send_message(
        QueueUrl=url(sqs),
        MessageBody='{"post": "é"}',
        MessageAttributes={
            "kind": {"DataType": "String", "StringValue": "Zoë"},
            "raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        },
    )
    (message,) = sqs.receive_message(
        QueueUrl=url(sqs), MessageAttributeNames=["All"], AttributeNames=["All"]
    )["Messages"]
    assert message["Body"] == '{"post": "é"}'
    assert message["MessageAttributes"]["kind"]["StringValue"] == "Zoë"
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_a_delayed_message_comes_when_its_delay_has_passed(sqs: Any, clock: StackClock) -> None:
    sqs.send_message(QueueUrl=url(sqs), MessageBody="later", DelaySeconds=120)
    clock.advance(START + timedelta(seconds=119))
    assert bodies(sqs) == []
    clock.advance(START + timedelta(seconds=120))
    assert bodies(sqs) == ["later"]


def test_a_message_that_is_not_deleted_comes_back(sqs: Any, clock: StackClock) -> None:
    sqs.send_message(QueueUrl=url(sqs), MessageBody="again")
    assert bodies(sqs) == ["again"]
    assert bodies(sqs) == []
    clock.advance(START + timedelta(seconds=60))
    assert bodies(sqs) == ["again"]


def test_a_deleted_message_never_comes_back(sqs: Any, clock: StackClock) -> None:
    sqs.send_message(QueueUrl=url(sqs), MessageBody="once")
    (message,) = sqs.receive_message(QueueUrl=url(sqs))["Messages"]
    sqs.delete_message(QueueUrl=url(sqs), ReceiptHandle=message["ReceiptHandle"])
    clock.advance(START + timedelta(days=1))
    assert bodies(sqs) == []


def test_what_is_received_too_often_goes_to_the_dead_letters(sqs: Any, clock: StackClock) -> None:
    sqs.send_message(QueueUrl=url(sqs), MessageBody="poison")
    for times in range(1, 3):
        assert bodies(sqs) == ["poison"]
        clock.advance(START + timedelta(seconds=60 * times))
    assert bodies(sqs) == []
    assert bodies(sqs, "dead") == ["poison"]


def test_a_shown_message_comes_at_once(sqs: Any) -> None:
    sqs.send_message(QueueUrl=url(sqs), MessageBody="now")
    (message,) = sqs.receive_message(QueueUrl=url(sqs))["Messages"]
    sqs.change_message_visibility(
        QueueUrl=url(sqs), ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
    )
    assert bodies(sqs) == ["now"]


def test_a_batch_tells_which_entries_failed(sqs: Any) -> None:
    answer = sqs.send_message_batch(
        QueueUrl=url(sqs),
        Entries=[
            {"Id": "a", "MessageBody": "one"},
            {"Id": "b", "MessageBody": "two", "DelaySeconds": 901},
        ],
    )
    assert [entry["Id"] for entry in answer["Successful"]] == ["a"]
    assert answer["Failed"][0]["Code"] == "InvalidParameterValue"
    with pytest.raises(ClientError, match="TooManyEntries"):
        sqs.send_message_batch(
            QueueUrl=url(sqs),
            Entries=[{"Id": str(n), "MessageBody": "x"} for n in range(11)],
        )


def test_the_counts_tell_waiting_flying_and_delayed(sqs: Any) -> None:
    for delay in (0, 0, 30):
        sqs.send_message(QueueUrl=url(sqs), MessageBody="m", DelaySeconds=delay)
    sqs.receive_message(QueueUrl=url(sqs))
    counts = sqs.get_queue_attributes(QueueUrl=url(sqs), AttributeNames=["All"])["Attributes"]
    assert [
        counts[f"ApproximateNumberOfMessages{kind}"] for kind in ("", "NotVisible", "Delayed")
    ] == ["1", "1", "1"]
    sqs.purge_queue(QueueUrl=url(sqs))
    assert bodies(sqs) == []


def test_an_unknown_queue_is_told_as_sqs_does(sqs: Any) -> None:
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.send_message(QueueUrl=url(sqs) + "-not", MessageBody="x")
