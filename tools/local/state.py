"""The state's servers: DynamoDB Local where Java and its jar are, and moto for the rest."""

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tools.local.loopback import LOOPBACK
from tools.local.processes import Process, Processes, inherited_environment

Database = Literal["auto", "dynamodb_local", "moto"]

REGION = "eu-west-3"
JAR_FOLDER = Path(__file__).resolve().parent.parent / "dynamodb_local" / "node_modules"
NEEDED_JAVA = 17
START_SECONDS = 30.0
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}


class StateError(RuntimeError):
    """A state server cannot be had; the message says what to do."""


@dataclass(frozen=True, slots=True)
class StateServers:
    """The addresses of the state; `keeps_items` says whether the table outlives the stack."""

    dynamodb_url: str
    moto_url: str
    database: Literal["dynamodb_local", "moto"]
    keeps_items: bool

    @property
    def ports(self) -> dict[str, int]:
        """Return the servers' ports by name."""
        ports = {"moto": int(self.moto_url.rpartition(":")[2])}
        if self.database == "dynamodb_local":
            ports["dynamodb"] = int(self.dynamodb_url.rpartition(":")[2])
        return ports


def find_dynamodb_local() -> tuple[str, Path] | None:
    """Return (the java command, the jar), or None where either is missing."""
    jar = next(iter(sorted(JAR_FOLDER.rglob("DynamoDBLocal.jar"))), None)
    java = shutil.which("java")
    if jar is None or java is None:
        return None
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20)  # noqa: PLW1510
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r'version "(\d+)', told.stderr + told.stdout)
    return (java, jar) if version and int(version[1]) >= NEEDED_JAVA else None


def start_state(
    processes: Processes,
    folder: Path,
    *,
    ephemeral: bool,
    database: Database,
    ports: Mapping[str, int],
) -> tuple[StateServers, Callable[[], None]]:
    """Start the servers; return their addresses, and what waits until they listen.

    Both raise StateError.
    """
    found = None if database == "moto" else find_dynamodb_local()
    if found is None and database == "dynamodb_local":
        raise StateError(
            "DynamoDB Local is not there: install Node and Java 17, then run `make setup`"
        )
    moto_port = choose_port(ports.get("moto", 0))
    moto_url = f"http://{LOOPBACK}:{moto_port}"
    waited = [(_start_moto(processes, folder, moto_port), moto_port, "moto")]
    servers = StateServers(moto_url, moto_url, "moto", keeps_items=False)
    if found is not None:
        port = choose_port(ports.get("dynamodb", 0))
        java = _start_dynamodb(processes, folder, found, port, ephemeral)
        waited.append((java, port, "DynamoDB Local"))
        url = f"http://{LOOPBACK}:{port}"
        servers = StateServers(url, moto_url, "dynamodb_local", keeps_items=not ephemeral)

    def wait() -> None:
        for process, port, name in waited:
            _wait_until_listening(process, port, name)

    return servers, wait


def choose_port(preferred: int) -> int:
    """Return `preferred` if nothing listens there, else a free port."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            chosen: int = probe.getsockname()[1]
            return chosen
    message = "no free port"
    raise StateError(message)


def client(service: str, url: str) -> Any:
    """Return a boto3 client of a state server."""
    import boto3
    from botocore.config import Config

    session: Any = boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    return session.client(service, endpoint_url=url, config=Config(proxies={}))


def create_table(dynamodb: Any, name: str, properties: Mapping[str, Any], *, expires: bool) -> None:
    """Create the template's table unless it is there.

    `expires` turns expiry on: not under a virtual clock, since the server's is the machine's.
    """
    kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    try:
        dynamodb.create_table(
            TableName=name, **{key: properties[key] for key in kept if key in properties}
        )
    except dynamodb.exceptions.ResourceInUseException:
        return
    expiry = properties.get("TimeToLiveSpecification")
    if expires and expiry:
        dynamodb.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"AttributeName": expiry["AttributeName"], "Enabled": True},
        )


def _start_moto(processes: Processes, folder: Path, port: int) -> Process:
    with (folder / "logs" / "moto.log").open("ab") as log:
        return processes.start(
            [sys.executable, "-P", "-m", "tools.local.moto_process", str(port)],
            folder=folder,
            environment=inherited_environment() | CREDENTIALS,
            log=log,
        )


def _start_dynamodb(
    processes: Processes, folder: Path, found: tuple[str, Path], port: int, ephemeral: bool
) -> Process:
    items = folder / "dynamodb"
    items.mkdir(exist_ok=True)
    command = dynamodb_command(found, port, folder, None if ephemeral else items)
    with (folder / "logs" / "dynamodb.log").open("ab") as log:
        return processes.start(
            command, folder=found[1].parent, environment=inherited_environment(), log=log
        )


def dynamodb_command(
    found: tuple[str, Path], port: int, folder: Path, items: Path | None
) -> list[str]:
    """Return the command that serves DynamoDB Local; without `items` it keeps nothing.

    It has no bind option: the one server that listens on all interfaces. At each start it unpacks a
    library of its own into a temporary folder and leaves it there, so it gets one of ours, emptied.
    """
    java, jar = found
    unpacked = folder / "dynamodb-tmp"
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir(parents=True)
    return [
        java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
        f"-Djava.io.tmpdir={unpacked}",
        f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}",
        "-jar", str(jar), "-sharedDb", "-disableTelemetry", "-port", str(port),
        *(["-dbPath", str(items)] if items else ["-inMemory"]),
    ]  # fmt: skip


def _wait_until_listening(process: Process, port: int, name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise StateError(f"{name} ended at its start: see its log in the state folder")
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise StateError(f"{name} does not listen after {START_SECONDS:.0f} s")
