"""What moto forgets is saved and loaded: parameters with their versions, media."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.local.keep import Keeper
from tools.local.processes import Processes
from tools.local.state import REGION, client, start_state

BUCKET = "local-media"


@pytest.fixture
def moto(tmp_path: Path) -> Iterator[Any]:
    """Give a function that starts one more, empty, moto server: (ssm, s3)."""
    processes = Processes()
    (tmp_path / "logs").mkdir()

    def start() -> tuple[Any, Any]:
        servers, wait = start_state(processes, tmp_path, ephemeral=True, database="moto", ports={})
        wait()
        ssm, s3 = (client(name, servers.moto_url) for name in ("ssm", "s3"))
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        return ssm, s3

    yield start
    processes.stop()


def test_parameters_and_media_come_back_as_they_were(moto: Any, tmp_path: Path) -> None:
    ssm, s3 = moto()
    for secret in ("first", "second"):
        ssm.put_parameter(Name="/p/token", Value=secret, Type="SecureString", Overwrite=True)
    s3.put_object(
        Bucket=BUCKET, Key="a/é.png", Body=b"\x89PNG", ContentType="image/png", Metadata={"k": "v"}
    )
    s3.put_object(Bucket=BUCKET, Key="gone", Body=b"x")
    keeper = Keeper(tmp_path, ssm, s3, [BUCKET])
    keeper.save()
    s3.delete_object(Bucket=BUCKET, Key="gone")
    keeper.save()
    # It holds secrets.
    assert stat.S_IMODE((tmp_path / "parameters.json").stat().st_mode) == 0o600

    ssm, s3 = moto()
    Keeper(tmp_path, ssm, s3, [BUCKET]).load()
    newest = ssm.get_parameter(Name="/p/token", WithDecryption=True)["Parameter"]
    assert (newest["Value"], newest["Version"]) == ("second", 2)
    older = ssm.get_parameter(Name="/p/token:1", WithDecryption=True)["Parameter"]
    assert older["Value"] == "first"
    media = s3.get_object(Bucket=BUCKET, Key="a/é.png")
    assert (media["Body"].read(), media["ContentType"]) == (b"\x89PNG", "image/png")
    assert media["Metadata"] == {"k": "v"}
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]] == ["a/é.png"]
