"""The three tables that one suite is run over: in memory, moto, DynamoDB Local."""

import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from botocore.exceptions import ReadTimeoutError
from portevoix.aws.brand_items import Brands
from portevoix.aws.digest_items import Digests
from portevoix.aws.due_items import Due
from portevoix.aws.listening_items import Listening
from portevoix.aws.metric_items import Metrics
from portevoix.aws.post_items import Posts
from portevoix.aws.table import Table
from portevoix.ports import (
    BrandStore,
    DigestStore,
    DueStore,
    ListeningStore,
    MetricStore,
    PostStore,
)

from tests.fakes.store import FakeStore
from tools.local.loopback import LOOPBACK
from tools.local.sam import read_template
from tools.local.state import choose_port, dynamodb_command

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
SHARDS = 4
READY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Stores:
    """One implementation of every store, and how to make its answers get lost."""

    backend: str
    brands: BrandStore
    posts: PostStore
    due: DueStore
    listening: ListeningStore
    metrics: MetricStore
    digests: DigestStore
    client: "LossyClient | None" = None


class LossyClient:
    """A client whose calls can be made to land unheard, or not to land at all.

    `requests` holds the name and the parameters of every call. `error` is raised for an answer
    that is lost: a read time-out unless a test says otherwise.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._plan: deque[bool] = deque()
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.error: Exception = ReadTimeoutError(endpoint_url="http://table.test")

    def lose(self, *landed: bool) -> None:
        """Lose the answers of the next writes, one each: True if the write landed."""
        self._plan.extend(landed)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def issue(**request: Any) -> Any:
            self.requests.append((name, request))
            if not self._plan or name in ("query", "get_item", "batch_get_item"):
                return call(**request)
            if self._plan.popleft():
                call(**request)
            raise self.error

        return issue


def stores_in_memory() -> Stores:
    """Return the fake."""
    store = FakeStore(SHARDS)
    return Stores("fake", store, store, store, store, store, store)


def stores_of(backend: str, client: Any) -> Stores:
    """Return the real stores over a table of their own."""
    name = f"portevoix-{uuid4()}"
    client.create_table(TableName=name, **table_properties())
    lossy = LossyClient(client)
    table = Table(lossy, name, SHARDS)  # type: ignore[arg-type]
    return Stores(
        backend,
        Brands(table),
        Posts(table),
        Due(table),
        Listening(table),
        Metrics(table),
        Digests(table),
        lossy,
    )


@cache
def table_properties() -> dict[str, Any]:
    """Return the template's own table, so that what is tested is what is deployed."""
    _, document = read_template(TEMPLATE)
    table = next(r for r in document["Resources"].values() if r["Type"] == "AWS::DynamoDB::Table")
    kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return {name: table["Properties"][name] for name in kept}


def dynamodb_client(url: str | None = None) -> Any:
    """Return a client with the time-outs and retries of the deployed one."""
    from botocore.config import Config
    from botocore.session import get_session

    config = Config(
        connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}, proxies={}
    )
    return get_session().create_client(
        "dynamodb",
        region_name="ca-central-1",
        endpoint_url=url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


@contextmanager
def dynamodb_local(java: str, jar: Path) -> Iterator[str]:
    """Run DynamoDB Local in memory on a free port; yield its address."""
    port = choose_port(0)
    with TemporaryDirectory() as folder:
        command = dynamodb_command((java, jar), port, Path(folder), None)
        yield from _served(command, jar.parent, port)


def _served(command: list[str], folder: Path, port: int) -> Iterator[str]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet) as server:
        try:
            _wait_until_ready(server, port)
            yield f"http://{LOOPBACK}:{port}"
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError("DynamoDB Local ended at its start.")
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("DynamoDB Local did not listen in time.")
