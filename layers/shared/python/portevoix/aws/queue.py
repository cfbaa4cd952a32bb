"""The delivery queue on SQS."""

import json
from collections.abc import Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any

from portevoix.aws.failures import service_failure
from portevoix.model.errors import StoreUnavailableError
from portevoix.ports import Wake

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"""
LONGEST_DELAY_S = 900


class SqsDeliveryQueue:
    """Implements `ports.DeliveryQueue`. A message holds names, never content."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, wakes: Sequence[Wake]) -> None:
        """Send messages, ten at a time.

        Raise ConfigurationError (no such queue) or StoreUnavailableError (some were not taken: the
        next tick hands them out, since they are still due).
        """
        for chunk in batched(wakes, BATCH, strict=False):
            self._send([_entry(str(number), wake) for number, wake in enumerate(chunk)])

    def _send(self, entries: list[Any]) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            advice = "set PORTEVOIX_QUEUE_URL to the delivery queue of the stack."
            raise service_failure(error, f"The queue '{self._url}'", advice) from error
        failed = answer.get("Failed", [])
        if failed:
            codes = ", ".join(sorted({entry["Code"] for entry in failed}))
            raise StoreUnavailableError(
                f"The queue did not take {len(failed)} of {len(entries)} messages: {codes}."
            )


def _entry(name: str, wake: Wake) -> dict[str, Any]:
    if not 0 <= wake.delay_s <= LONGEST_DELAY_S:
        raise ValueError(f"A message waits 0 to {LONGEST_DELAY_S} s, not {wake.delay_s}.")
    key = wake.key
    body = {"post_id": key.post_id, "account_id": key.account_id, "part": key.part}
    return {"Id": name, "MessageBody": json.dumps(body), "DelaySeconds": wake.delay_s}
