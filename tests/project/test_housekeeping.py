"""What is kept in the repository: small files, handlers that only speak, an event for each."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest

from tests.conftest import DUMMY_AWS, ConnectionBlockedError, is_loopback
from tests.project.imports import FORBIDDEN_NAMES

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 512 * 1024
HANDLER_LINES = range(20, 46)
# Where we run, what we are made from: none of these is a reader's business.
FOREIGN = ("/ro" + "ot/", "/wo" + "rk/", "localhost:" + "4873", "registry." + "npmjs")


def kept_files() -> dict[str, int]:
    """Return the size of each file that git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        name: (ROOT / name).stat().st_size
        for name in listed.stdout.splitlines()
        if (ROOT / name).is_file()
    }


def too_large(files: Mapping[str, int]) -> list[str]:
    return [name for name, size in files.items() if size > LARGEST]


def badly_named(files: Mapping[str, int]) -> list[str]:
    return [
        name
        for name in files
        if name.endswith(".py") and FORBIDDEN_NAMES & set(PurePosixPath(name[:-3]).parts)
    ]


def handlers() -> list[Path]:
    return sorted((ROOT / "functions").glob("*/handler.py"))


def wrong_length(source: str) -> bool:
    return len(source.splitlines()) not in HANDLER_LINES


def wrong_events(folder: Path) -> list[str]:
    """Return what is wrong with a function's sample invocations."""
    samples = sorted(folder.glob("*.json"))
    wrong = [] if samples else [f"{folder.name}: no sample invocation"]
    for sample in samples:
        try:
            json.loads(sample.read_text("utf-8"))
        except ValueError as error:
            wrong.append(f"{folder.name}/{sample.name}: {error}")
    return wrong


def test_no_file_is_large() -> None:
    assert too_large(kept_files()) == []
    assert too_large({"a.bin": LARGEST + 1, "b.bin": LARGEST}) == ["a.bin"]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert badly_named(kept_files()) == []
    assert badly_named({"tools/utils.py": 1, "common/a.py": 1, "a.py": 1}) == [
        "tools/utils.py",
        "common/a.py",
    ]


def test_no_file_speaks_of_a_machine() -> None:
    spoken = [
        (name, word)
        for name in kept_files()
        if not name.endswith((".png", ".jpg", ".jpeg"))
        for word in FOREIGN
        if word in (ROOT / name).read_text("utf-8", errors="ignore")
    ]
    assert spoken == []


def test_each_handler_only_speaks() -> None:
    assert handlers()
    assert [path.parent.name for path in handlers() if wrong_length(path.read_text("utf-8"))] == []
    assert wrong_length("x\n" * 46)
    assert wrong_length("x\n" * 19)


def test_a_function_is_one_file() -> None:
    for path in handlers():
        others = {entry.name for entry in path.parent.iterdir()} - {"handler.py", "__pycache__"}
        assert others == set(), path.parent


def test_each_function_has_sample_invocations(tmp_path: Path) -> None:
    found = [wrong_events(ROOT / "events" / path.parent.name) for path in handlers()]
    assert [line for lines in found for line in lines] == []
    assert wrong_events(tmp_path)
    (tmp_path / "broken.json").write_text("{", "utf-8")
    assert wrong_events(tmp_path)


def test_the_layer_is_pinned_by_hash_for_every_platform_alike() -> None:
    source = (ROOT / "layers" / "dependencies" / "requirements.txt").read_text("utf-8")
    pins = [line for line in source.splitlines() if line and not line.startswith((" ", "#"))]
    assert pins
    # pip reads a marker for the machine that builds, not for the one that runs.
    assert [line for line in pins if ";" in line or "==" not in line] == []
    assert source.count("==") <= source.count("--hash=sha256:")


def test_the_npm_lock_names_hashes_and_no_host() -> None:
    lock = json.loads((ROOT / "tools/dynamodb_local/package-lock.json").read_text("utf-8"))
    packages = [entry for name, entry in lock["packages"].items() if name]
    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages)
    assert not any("resolved" in entry for entry in packages)


def test_tests_see_no_credentials_but_dummies() -> None:
    assert {name: os.environ.get(name) for name in DUMMY_AWS} == DUMMY_AWS


def test_tests_reach_no_other_machine() -> None:
    import socket

    with pytest.raises(ConnectionBlockedError), socket.socket() as one:
        one.connect(("192.0.2.1", 80))
    with pytest.raises(ConnectionBlockedError):
        socket.getaddrinfo("example.org", 80)
    assert is_loopback("127.0.0.1") and is_loopback("::1") and not is_loopback("10.0.0.1")
