"""Creates what the template's stateful resources are, and what an operator would set up once."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.local.keep import Keeper
from tools.local.resources import Resources
from tools.local.state import REGION, StateServers, client, create_table

SIGNING_KEY_BYTES = 32


def prepare_state(
    servers: StateServers, resources: Resources, folder: Path, *, expires: bool, prefix: str
) -> Callable[[], None]:
    """Create the table, the buckets and the signing key, and load what was kept.

    Returns what to call at the end: it saves what moto would forget.
    """
    dynamodb = client("dynamodb", servers.dynamodb_url)
    s3, ssm = (client(name, servers.moto_url) for name in ("s3", "ssm"))
    for name, properties in resources.tables.items():
        create_table(dynamodb, name, properties, expires=expires)
    for bucket in resources.buckets:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    keeper = Keeper(folder, ssm, s3, resources.buckets) if servers.keeps_items else None
    if keeper is not None:
        keeper.load()
        keeper.start()
    if prefix:
        _ensure_signing_key(ssm, f"{prefix}/signing-key")
    return keeper.stop if keeper is not None else lambda: None


def _ensure_signing_key(ssm: Any, name: str) -> None:
    try:
        ssm.get_parameter(Name=name)
    except ssm.exceptions.ParameterNotFound:
        ssm.put_parameter(
            Name=name, Value=secrets.token_urlsafe(SIGNING_KEY_BYTES), Type="SecureString"
        )
