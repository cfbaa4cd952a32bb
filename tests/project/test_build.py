"""What is built for Lambda: the checks of the build see what would not run there."""

import gzip
import importlib.util
import io
import json
import py_compile
import re
import shutil
import struct
from pathlib import Path
from types import ModuleType
from typing import Any

import botocore
import botocore.session
import pytest
import urllib3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.loaders import Loader

from tools import build_checks, prerequisites

ROOT = Path(__file__).resolve().parents[2]
X86_64 = 62


def layer_builder() -> ModuleType:
    path = ROOT / "layers" / "dependencies" / "build_layer.py"
    spec = importlib.util.spec_from_file_location("build_layer", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def elf(machine: int) -> bytes:
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, machine)


@pytest.mark.parametrize("machine", [build_checks.AARCH64, X86_64])
def test_a_module_compiled_for_another_processor_is_seen(machine: int, tmp_path: Path) -> None:
    write(tmp_path / "python" / "a.so", elf(machine))
    assert bool(list(build_checks.wrong_binaries(tmp_path))) == (machine == X86_64)


def test_a_layer_without_compiled_modules_is_seen(tmp_path: Path) -> None:
    assert list(build_checks.wrong_binaries(tmp_path))


@pytest.mark.parametrize(
    ("tag", "is_usable"),
    [
        ("py3-none-any", True),
        ("py2.py3-none-any", True),
        ("cp313-cp313-manylinux_2_17_aarch64", True),
        ("cp313-cp313-manylinux2014_aarch64", True),
        ("cp39-abi3-manylinux_2_28_aarch64", True),
        ("cp313-cp313-manylinux_2_35_aarch64", False),
        ("cp313-cp313-manylinux_2_17_x86_64", False),
        ("cp312-cp312-manylinux_2_17_aarch64", False),
        ("cp313-cp313-macosx_11_0_arm64", False),
        ("cp313-cp313-musllinux_1_2_aarch64", False),
    ],
)
def test_a_wheel_that_the_runtime_takes_is_told_from_others(tag: str, is_usable: bool) -> None:
    assert build_checks.is_usable_tag(tag) is is_usable


def test_bytecode_must_be_there_and_trusted(tmp_path: Path) -> None:
    source = write(tmp_path / "python" / "a.py", "x = 1\n")
    assert list(build_checks.wrong_bytecode(tmp_path))
    py_compile.compile(str(source))
    assert list(build_checks.wrong_bytecode(tmp_path))
    py_compile.compile(str(source), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    assert not list(build_checks.wrong_bytecode(tmp_path))


def test_a_handler_that_misses_a_library_is_seen(tmp_path: Path) -> None:
    handler = write(tmp_path / "a" / "handler.py", "import absent\n")
    assert "absent" in next(build_checks.wrong_import(handler.parent))
    handler.write_text("import os\nos.environ['PORTEVOIX_TABLE']\n", "utf-8")
    assert "KeyError" in next(build_checks.wrong_import(handler.parent))
    handler.write_text("import present\ndef handler(event, context): ...\n", "utf-8")
    write(tmp_path / "layer" / "present.py", "")
    assert not list(build_checks.wrong_import(handler.parent, tmp_path / "layer"))


def test_the_trim_keeps_services_in_use_and_licences(tmp_path: Path) -> None:
    kept = [
        "botocore/data/dynamodb/2012-08-10/waiters-2.json",
        "botocore/data/endpoints.json",
        "botocore/docs/a.py",
        "a-1.dist-info/METADATA",
        "a-1.dist-info/licenses/LICENSE",
        "a/a.py",
    ]
    dropped = [
        "botocore/data/ec2/2016-11-15/service-2.json.gz",
        "botocore/data/dynamodb/2012-08-10/examples-1.json",
        "bin/tool",
        "a/tests/test_a.py",
        "a/a.pyi",
        "a-1.dist-info/RECORD",
    ]
    for name in (*kept, *dropped):
        write(tmp_path / name, "")
    write(tmp_path / "botocore/data/endpoints.json", '{"partitions": []}')
    layer_builder().trim(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(kept)


def test_the_trim_leaves_no_prose_and_no_host_of_others(tmp_path: Path) -> None:
    data = tmp_path / "botocore" / "data"
    packed = data / "sesv2" / "2019-09-27" / "service-2.json.gz"
    members = {"documentation": {"shape": "Text", "documentation": "<p>prose</p>"}}
    model = {"metadata": {"endpointPrefix": "email"}, "shapes": {"A": {"members": members}}}
    write(packed, gzip.compress(json.dumps(model).encode()))
    hosts: dict[str, Any] = {"email": {"endpoints": {}}, "ec2": {"endpoints": {}}}
    write(data / "endpoints.json", json.dumps({"partitions": [{"services": hosts}]}))
    layer_builder().trim(tmp_path)
    assert not packed.exists()
    left = json.loads(packed.with_suffix("").read_bytes())
    assert left["shapes"]["A"]["members"] == {"documentation": {"shape": "Text"}}
    (partition,) = json.loads((data / "endpoints.json").read_bytes())["partitions"]
    assert set(partition["services"]) == {"email"}


def test_a_trimmed_client_makes_the_same_request(tmp_path: Path) -> None:
    shutil.copytree(Path(botocore.__file__).parent / "data", tmp_path / "botocore" / "data")
    layer_builder().trim(tmp_path)
    trimmed = Loader(
        extra_search_paths=[str(tmp_path / "botocore" / "data")],
        include_default_search_paths=False,
    )
    assert request_of(trimmed) == request_of(Loader())


def request_of(loader: Loader) -> tuple[str, object]:
    """Return what a client of botocore would send for a secret, and where to."""
    session = botocore.session.Session()
    session.register_component("data_loader", loader)
    session.set_credentials("id", "secret")
    client: Any = session.create_client("ssm", region_name="eu-west-3")
    sent: list[Any] = []

    def note(request: Any, **_: object) -> AWSResponse:
        sent.append((request.url, request.body))
        body = urllib3.HTTPResponse(io.BytesIO(b"{}"), preload_content=False)
        return AWSResponse(request.url, 200, HTTPHeaders(), body)

    client.meta.events.register("before-send", note)
    client.get_parameter(Name="/portevoix/a", WithDecryption=True)
    ((url, body),) = sent
    return url, body


def test_the_layer_keeps_every_service_that_is_called() -> None:
    kept = layer_builder().KEPT_SERVICES
    source = "".join(
        path.read_text("utf-8")
        for path in (ROOT / "layers/shared/python/portevoix/aws").rglob("*.py")
    )
    called = set(re.findall(r"client\(\s*\"(\w+)\"", source))
    assert "dynamodb" in called
    assert called <= kept


def test_what_is_missing_is_named_with_how_to_get_it() -> None:
    assert "Java 17" in prerequisites.sentence(["Java 17"])
    assert "apt-get install" in prerequisites.sentence(["Java 17"])
    assert "brew install" in prerequisites.sentence(["Node 18", "npm"])
    assert prerequisites.major_version("no-such-program", "--version", r"(\d+)") == 0


def test_a_machine_without_java_and_node_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert prerequisites.missing() == ["Node 18", "npm", "Java 17"]
