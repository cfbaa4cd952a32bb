"""Reads the table's due index for the clock: which kinds of work are due when."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tools.local.clock import parse_moment

INDEX = "due"


class DueIndex:
    """The sparse index of all that has a moment, read whole: one call, where a jump needs all.

    The product never scans; a jump of the stack's clock asks about every kind and shard at once.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def moments(self) -> Mapping[str, list[datetime]]:
        """Return the due moments of each kind, the earliest first."""
        moments: dict[str, list[datetime]] = defaultdict(list)
        page: dict[str, Any] = {}
        while True:
            answer = self._dynamodb.scan(
                TableName=self._table,
                IndexName=INDEX,
                ProjectionExpression="due_kind, due_at",
                **page,
            )
            for item in answer["Items"]:
                kind = item["due_kind"]["S"].partition("#")[0]
                moments[kind].append(parse_moment(item["due_at"]["S"]))
            if "LastEvaluatedKey" not in answer:
                return {kind: sorted(found) for kind, found in moments.items()}
            page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
