"""The one table: reads and writes that hide paging, re-issues and the codes of DynamoDB.

Nothing here knows what an item means. The client never retries by itself (`clients.py`), because
it would show only the last answer: a write that landed, and whose answer was lost, would look
refused. We issue again ourselves and read the refused item: if it carries this write's own mark,
it landed. A read is issued again once.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Any

from portevoix.aws.failures import RefusedError, store_failure
from portevoix.aws.keys import DUE_INDEX, LISTED_INDEX, Key
from portevoix.aws.shapes import Item
from portevoix.aws.writes import Write, key_item
from portevoix.model.errors import StoreUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PAUSE_S = 0.05
"""Between two issues: enough for a conflicting transaction to end."""
BATCH_ROUNDS = 5


class Table:
    """The table called `name`; its due index has `shards` partitions.

    All methods raise ConfigurationError (no such table, no access) and StoreUnavailableError (no
    answer, though asked again).
    """

    def __init__(self, client: "DynamoDBClient", name: str, shards: int = 4) -> None:
        self._client = client
        self._name = name
        self.shards = shards

    def get(self, key: Key) -> Item | None:
        """Return an item, strongly consistent, or None."""
        found = self._issue(
            lambda: self._client.get_item(
                TableName=self._name, Key=key_item(key), ConsistentRead=True
            )
        )
        item: Item | None = found.get("Item")
        return item

    def get_many(self, keys: Sequence[Key]) -> dict[Key, Item]:
        """Return the items that exist, strongly consistent (one call up to 100 keys)."""
        found: dict[Key, Item] = {}
        for chunk in batched(dict.fromkeys(keys), 100, strict=False):
            wanted: list[Item] = [key_item(key) for key in chunk]
            for _ in range(BATCH_ROUNDS):
                answer = self._issue(partial(self._batch_get, wanted))
                for item in answer["Responses"].get(self._name, []):
                    found[Key(item["pk"]["S"], item["sk"]["S"])] = item
                wanted = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
                if not wanted:
                    break
            else:
                raise StoreUnavailableError(f"The table '{self._name}' is too busy to be read.")
        return found

    def _batch_get(self, wanted: list[Item]) -> Any:
        request: Any = {self._name: {"Keys": wanted, "ConsistentRead": True}}
        return self._client.batch_get_item(RequestItems=request)

    def query(self, pk: str, *, prefix: str = "") -> Iterator[Item]:
        """Yield a partition in order, strongly consistent; only sort keys with `prefix`."""
        condition, values = "pk = :pk", {":pk": {"S": pk}}
        if prefix:
            condition += " AND begins_with(sk, :prefix)"
            values[":prefix"] = {"S": prefix}
        return self._pages(condition, values, ConsistentRead=True)

    def query_between(self, pk: str, first: str, last: str) -> Iterator[Item]:
        """Yield a partition in order, strongly consistent, sort keys from `first` to `last`."""
        values = {":pk": {"S": pk}, ":first": {"S": first}, ":last": {"S": last}}
        return self._pages("pk = :pk AND sk BETWEEN :first AND :last", values, ConsistentRead=True)

    def query_listed(
        self, pk: str, *, first: str = "", last: str = "", limit: int | None = None
    ) -> Iterator[Item]:
        """Yield a list of the `listed` index in order, from `first` to `last`, at most `limit`."""
        condition, values = "listed_pk = :pk", {":pk": {"S": pk}}
        if last:
            condition += " AND listed_sk BETWEEN :first AND :last"
            values |= {":first": {"S": first}, ":last": {"S": last}}
        return self._pages(condition, values, limit, IndexName=LISTED_INDEX)

    def query_due(
        self, due_kind: str, until: str, *, limit: int, newest_first: bool
    ) -> Iterator[Item]:
        """Yield entries of the `due` index up to `until` (included), at most `limit`."""
        condition = "due_kind = :kind AND due_at <= :until"
        values = {":kind": {"S": due_kind}, ":until": {"S": until}}
        return self._pages(
            condition, values, limit, IndexName=DUE_INDEX, ScanIndexForward=not newest_first
        )

    def _pages(
        self, condition: str, values: Item, limit: int | None = None, **options: Any
    ) -> Iterator[Item]:
        request: dict[str, Any] = {
            "TableName": self._name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            **options,
        }
        left = limit
        while left is None or left > 0:
            if left is not None:
                request["Limit"] = left
            answer = self._issue(lambda: self._client.query(**request))
            yield from answer["Items"]
            left = None if left is None else left - len(answer["Items"])
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def write(self, write: Write, *, reissues: int = 1) -> RefusedError | None:
        """Write once; None if it landed, else the refusal with the stored item.

        A write whose answer is lost is issued again up to `reissues` times, unchanged.
        """
        call: Any = self._client.put_item if write.item is not None else self._client.update_item
        request = write.request(self._name)
        try:
            self._issue(lambda: call(**request), reissues)
        except RefusedError as refusal:
            is_ours = write.mark is not None and write.mark.is_on(refusal.old[0])
            return None if is_ours else refusal
        return None

    def write_all(
        self, writes: Sequence[Write], token: str, *, reissues: int = 1
    ) -> RefusedError | None:
        """Write all or nothing (at most 100); None if it landed, else the refusals.

        `token` (36 characters at most) is DynamoDB's own protection of a repeated transaction; it
        holds for ten minutes. The marks say the same from the items themselves.
        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
        """
        items: Any = [{write.operation: write.request(self._name)} for write in writes]
        try:
            self._issue(
                lambda: self._client.transact_write_items(
                    TransactItems=items, ClientRequestToken=token
                ),
                reissues,
            )
        except RefusedError as refusal:
            marks = (
                write.mark is not None and write.mark.is_on(refusal.old.get(index))
                for index, write in enumerate(writes)
            )
            return None if any(marks) else refusal
        return None

    def put_many(self, items: Sequence[Item]) -> None:
        """Put items, each on its own, unconditionally, in any order."""
        for chunk in batched(items, 25, strict=False):
            requests: Any = {self._name: [{"PutRequest": {"Item": item}} for item in chunk]}
            for _ in range(BATCH_ROUNDS):
                answer = self._issue(partial(self._client.batch_write_item, RequestItems=requests))
                requests = answer.get("UnprocessedItems")
                if not requests:
                    break
            else:
                raise StoreUnavailableError(f"The table '{self._name}' is too busy to be written.")

    def delete(self, write: Write) -> RefusedError | None:
        """Delete the item of `write` under its conditions; None if it is gone by our doing."""
        request = write.request(self._name)
        request.pop("UpdateExpression")
        issued: list[int] = []

        def call() -> Any:
            issued.append(1)
            return self._client.delete_item(**request)

        try:
            self._issue(call)
        except RefusedError as refusal:
            # Gone at the second issue: the first one did it.
            return None if refusal.old[0] is None and len(issued) > 1 else refusal
        return None

    def _issue(self, call: Callable[[], Any], reissues: int = 1) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        for left in range(reissues, -1, -1):
            try:
                return call()
            except (BotoCoreError, ClientError) as error:
                failure = store_failure(error, self._name)
                if failure is error:
                    raise
                if not isinstance(failure, StoreUnavailableError) or left == 0:
                    raise failure from error
            time.sleep(PAUSE_S)
        raise AssertionError("unreachable")
