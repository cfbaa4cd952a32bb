"""What the local stack takes from the template: plain records, all references resolved."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class FunctionResource:
    """One Lambda function; `timeout_seconds` as deployed, `retries` of asynchronous calls."""

    logical_id: str
    name: str
    arn: str
    folder: Path
    handler: str
    environment: Mapping[str, str]
    timeout_seconds: int
    memory_megabytes: int
    log_format: str
    retries: int

    @property
    def short_name(self) -> str:
        """Return the folder's name, which is what a person calls the function."""
        return self.folder.name


@dataclass(frozen=True, slots=True)
class ScheduleResource:
    """One schedule: `payload` still holds the scheduler's own `<aws.scheduler...>` words."""

    name: str
    function: str
    expression: str
    zone: str
    payload: str
    kind: str | None
    enabled: bool


@dataclass(frozen=True, slots=True)
class QueueResource:
    """One SQS queue; `dead_letters` names the queue that takes what was received too often."""

    name: str
    visibility_seconds: int
    delay_seconds: int
    maximum_receives: int | None
    dead_letters: str | None


@dataclass(frozen=True, slots=True)
class QueueMapping:
    """A queue that feeds a function."""

    queue: str
    function: str
    batch_size: int
    maximum_concurrency: int
    reports_failures: bool


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API: a method or ANY, and a path with {parameters}."""

    method: str
    path: str
    function: str


@dataclass(frozen=True, slots=True)
class Resources:
    """The resolved template; tables and buckets are their CloudFormation properties."""

    functions: Mapping[str, FunctionResource]
    schedules: tuple[ScheduleResource, ...]
    queues: Mapping[str, QueueResource]
    mappings: tuple[QueueMapping, ...]
    routes: tuple[Route, ...]
    tables: Mapping[str, Mapping[str, Any]]
    buckets: tuple[str, ...]
    parameters: Mapping[str, str]
