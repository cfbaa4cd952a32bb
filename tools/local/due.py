"""Reads the table's due index for the clock: which kinds of work are due when."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.local.clock import parse_moment

INDEX = "due"
PUBLISH = "publish"
PREPARE = "prepare"


@dataclass(frozen=True, slots=True, order=True)
class DueMoment:
    """When something is due.

    `is_ahead`: a tick hands it out before (deliveries; not a preparation, nor another kind).
    """

    at: datetime
    is_ahead: bool = False


DueMoments = Mapping[str, Sequence[DueMoment]]


class DueIndex:
    """The sparse index of all that has a moment, read whole: one call, where a jump needs all.

    The product never scans; a jump of the stack's clock asks about every kind and shard at once.
    """

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def moments(self) -> DueMoments:
        """Return the due moments of each kind, the earliest first."""
        moments: dict[str, list[DueMoment]] = defaultdict(list)
        page: dict[str, Any] = {}
        while True:
            answer = self._dynamodb.scan(
                TableName=self._table,
                IndexName=INDEX,
                ProjectionExpression="due_kind, due_at, worker",
                **page,
            )
            for item in answer["Items"]:
                kind = item["due_kind"]["S"].partition("#")[0]
                worker = item.get("worker", {}).get("S")
                is_ahead = kind == PUBLISH and worker != PREPARE
                moments[kind].append(DueMoment(parse_moment(item["due_at"]["S"]), is_ahead))
            if "LastEvaluatedKey" not in answer:
                return {kind: sorted(found) for kind, found in moments.items()}
            page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
