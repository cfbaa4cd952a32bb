"""SQS's JSON protocol in front of the local queues, as boto3 speaks it.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-api-requests.html
"""

import base64
import hashlib
import struct
from collections.abc import Callable, Mapping
from typing import Any

from tools.local.intrinsics import ACCOUNT
from tools.local.loopback import Request, Response, json_response
from tools.local.queue import LocalQueue, Message, QueueError

MAXIMUM_BATCH = 10
MAXIMUM_WAIT_SECONDS = 20
_TARGET = "AmazonSQS."
_Json = dict[str, Any]


class QueueApi:
    """Answers SQS's calls; `queues` may be filled after the server stands."""

    def __init__(self, region: str) -> None:
        self.queues: dict[str, LocalQueue] = {}
        self.base_url = ""
        self._region = region

    def url(self, name: str) -> str:
        """Return the address of a queue."""
        return f"{self.base_url}/{ACCOUNT}/{name}"

    def respond(self, request: Request) -> Response:
        """Answer one call."""
        target = request.headers.get("x-amz-target", "")
        action = _ACTIONS.get(target.removeprefix(_TARGET))
        try:
            if action is None:
                raise QueueError("UnsupportedOperation", f"{target}: not on the local stack")
            return json_response(action(self, request.json()))
        except QueueError as error:
            return _refused(error)

    def queue(self, call: Mapping[str, Any]) -> LocalQueue:
        """Return the queue that a call names; raises QueueError."""
        name = call.get("QueueName") or str(call.get("QueueUrl", "")).rpartition("/")[2]
        if name not in self.queues:
            raise QueueError("QueueDoesNotExist", f"The queue {name} does not exist.")
        return self.queues[name]

    def get_queue_url(self, call: _Json) -> _Json:
        """GetQueueUrl."""
        return {"QueueUrl": self.url(self.queue(call).resource.name)}

    def list_queues(self, call: _Json) -> _Json:
        """ListQueues."""
        prefix = call.get("QueueNamePrefix", "")
        return {"QueueUrls": [self.url(name) for name in self.queues if name.startswith(prefix)]}

    def send_message(self, call: _Json) -> _Json:
        """SendMessage."""
        return _sent(self._send(self.queue(call), call))

    def send_message_batch(self, call: _Json) -> _Json:
        """SendMessageBatch: each entry succeeds or fails by itself."""
        queue, entries = self.queue(call), call.get("Entries") or []
        _check_batch(entries)
        successful: list[_Json] = []
        failed: list[_Json] = []
        for entry in entries:
            try:
                successful.append({"Id": entry["Id"], **_sent(self._send(queue, entry))})
            except QueueError as error:
                failed.append(_failed_entry(entry["Id"], error))
        return {"Successful": successful, "Failed": failed}

    def receive_message(self, call: _Json) -> _Json:
        """ReceiveMessage, with long polling."""
        wait = min(int(call.get("WaitTimeSeconds") or 0), MAXIMUM_WAIT_SECONDS)
        messages = self.queue(call).receive(
            min(int(call.get("MaxNumberOfMessages") or 1), MAXIMUM_BATCH),
            wait_seconds=wait,
            visibility_seconds=call.get("VisibilityTimeout"),
        )
        return {"Messages": [_received(message) for message in messages]} if messages else {}

    def delete_message(self, call: _Json) -> _Json:
        """DeleteMessage."""
        self.queue(call).delete(call["ReceiptHandle"])
        return {}

    def delete_message_batch(self, call: _Json) -> _Json:
        """DeleteMessageBatch."""
        queue, entries = self.queue(call), call.get("Entries") or []
        _check_batch(entries)
        for entry in entries:
            queue.delete(entry["ReceiptHandle"])
        return {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}

    def change_message_visibility(self, call: _Json) -> _Json:
        """ChangeMessageVisibility."""
        self.queue(call).change_visibility(call["ReceiptHandle"], int(call["VisibilityTimeout"]))
        return {}

    def get_queue_attributes(self, call: _Json) -> _Json:
        """GetQueueAttributes."""
        queue = self.queue(call)
        visible, flying, delayed = queue.counts()
        attributes = {
            "QueueArn": f"arn:aws:sqs:{self._region}:{ACCOUNT}:{queue.resource.name}",
            "ApproximateNumberOfMessages": str(visible),
            "ApproximateNumberOfMessagesNotVisible": str(flying),
            "ApproximateNumberOfMessagesDelayed": str(delayed),
            "VisibilityTimeout": str(queue.resource.visibility_seconds),
            "DelaySeconds": str(queue.resource.delay_seconds),
        }
        wanted = call.get("AttributeNames") or []
        everything = "All" in wanted
        return {"Attributes": {k: v for k, v in attributes.items() if everything or k in wanted}}

    def purge_queue(self, call: _Json) -> _Json:
        """PurgeQueue."""
        self.queue(call).purge()
        return {}

    def _send(self, queue: LocalQueue, call: _Json) -> Message:
        return queue.send(
            call.get("MessageBody", ""),
            call.get("DelaySeconds"),
            call.get("MessageAttributes") or {},
        )


_ACTIONS: dict[str, Callable[[QueueApi, _Json], _Json]] = {
    "GetQueueUrl": QueueApi.get_queue_url,
    "ListQueues": QueueApi.list_queues,
    "SendMessage": QueueApi.send_message,
    "SendMessageBatch": QueueApi.send_message_batch,
    "ReceiveMessage": QueueApi.receive_message,
    "DeleteMessage": QueueApi.delete_message,
    "DeleteMessageBatch": QueueApi.delete_message_batch,
    "ChangeMessageVisibility": QueueApi.change_message_visibility,
    "GetQueueAttributes": QueueApi.get_queue_attributes,
    "PurgeQueue": QueueApi.purge_queue,
}


def attributes_md5(attributes: Mapping[str, Any]) -> str:
    """Return the checksum of message attributes, as SQS and boto3 compute it."""
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        attribute = attributes[name]
        for text in (name, attribute["DataType"]):
            digest.update(struct.pack("!I", len(text.encode())) + text.encode())
        binary = attribute["DataType"].startswith("Binary")
        value = (
            base64.b64decode(attribute["BinaryValue"])
            if binary
            else attribute["StringValue"].encode()
        )
        digest.update((b"\x02" if binary else b"\x01") + struct.pack("!I", len(value)) + value)
    return digest.hexdigest()


def _check_batch(entries: list[_Json]) -> None:
    if not entries:
        raise QueueError("EmptyBatchRequest", "There should be at least one entry.")
    if len(entries) > MAXIMUM_BATCH:
        raise QueueError("TooManyEntriesInBatchRequest", "At most 10 entries are allowed.")
    if len({entry["Id"] for entry in entries}) < len(entries):
        raise QueueError("BatchEntryIdsNotDistinct", "Two entries have the same id.")


def _sent(message: Message) -> _Json:
    answer = {"MessageId": message.id, "MD5OfMessageBody": message.body_md5}
    if message.attributes:
        answer["MD5OfMessageAttributes"] = attributes_md5(message.attributes)
    return answer


def _received(message: Message) -> _Json:
    answer: _Json = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "MD5OfBody": message.body_md5,
        "Attributes": message.system_attributes(),
    }
    if message.attributes:
        answer["MessageAttributes"] = dict(message.attributes)
        answer["MD5OfMessageAttributes"] = attributes_md5(message.attributes)
    return answer


def _failed_entry(entry_id: str, error: QueueError) -> _Json:
    return {"Id": entry_id, "Code": error.code, "Message": str(error), "SenderFault": True}


def _refused(error: QueueError) -> Response:
    body = {"__type": f"com.amazonaws.sqs#{error.code}", "message": str(error)}
    return json_response(body, 400, x_amzn_query_error=f"{error.code};Sender")
