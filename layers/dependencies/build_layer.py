"""Builds the dependencies layer: hashes checked, trimmed, compiled, reproducible.

Usage: python build_layer.py --output FOLDER [--target arm64|host] [--requirements FILE]

``arm64`` fetches the wheels that Lambda runs, from any host: nothing is built, and no file of
them is executed. ``host`` fetches the wheels of this machine, so that an import can be tried.
Only the standard library and pip are used, since SAM copies this folder elsewhere to build it.
"""

import argparse
import compileall
import gzip
import json
import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

REQUIREMENTS = Path(__file__).with_name("requirements.txt")

# Amazon Linux 2023 has glibc 2.34: every manylinux up to that one may be used.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
PLATFORMS = (
    "manylinux2014_aarch64",
    *(f"manylinux_2_{minor}_aarch64" for minor in (17, 24, 26, 27, 28, 31, 34)),
)

# The services that `aws/` calls, and what botocore needs to resolve where they live. `sso*`,
# `signin` and the other credential services stay out: a function gets its role from Lambda.
KEPT_SERVICES = frozenset({"dynamodb", "lambda", "s3", "sesv2", "sns", "sqs", "ssm", "sts"})
KEPT_DIST_INFO = ("METADATA", "WHEEL", "licenses", "LICENSE", "NOTICE", "COPYING", "AUTHORS")
DROPPED_FOLDERS = frozenset({"tests", "test", "examples", "docs", "__pycache__"})
# botocore writes its docstrings from these when a client is asked for help().
KEPT_DOCS = frozenset({"botocore/docs"})
DROPPED_SUFFIXES = (".pyi", ".c", ".h", ".pyx", ".exe", "/examples-1.json", ".min.js", ".min.css")
# Parts that none of our modules imports: the wide features of Powertools, and the first pydantic.
DROPPED_PARTS = (
    *(
        f"aws_lambda_powertools/utilities/{name}"
        for name in (
            "auth_alpha",
            "circuit_breaker",
            "data_masking",
            "feature_flags",
            "idempotency",
            "kafka",
            "streaming",
        )
    ),
    "pydantic/v1",
)


def main() -> None:
    """Build the layer into ``<output>/python``, from nothing each time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--target", choices=("arm64", "host"), default="arm64")
    parser.add_argument("--requirements", type=Path, default=REQUIREMENTS)
    options = parser.parse_args()
    require_python_313()
    site = options.output / "python"
    shutil.rmtree(site, ignore_errors=True)
    install(options.requirements, site, options.target)
    trim(site)
    compile_all(site)


def require_python_313() -> None:
    """Stop on another Python: its bytecode would be ignored by the runtime."""
    if sys.version_info[:2] != (3, 13):
        found = ".".join(map(str, sys.version_info[:2]))
        raise SystemExit(f"the layer is compiled for Python 3.13, and this is {found}")


def install(requirements: Path, site: Path, target: str) -> None:
    """Unpack exactly the pinned wheels into ``site``; a wrong hash or a source archive fails."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--no-deps", "--no-compile", "--require-hashes"]
    command += ["--only-binary", ":all:", "--target", str(site), "--requirement", str(requirements)]
    if target == "arm64":
        command += ["--implementation", "cp", "--python-version", "3.13"]
        command += [word for name in PLATFORMS for word in ("--platform", name)]
    subprocess.run(command, check=True)


def trim(site: Path) -> None:
    """Remove what no function reads: most of botocore's services, tests, stubs, scripts."""
    for part in ("bin", *DROPPED_PARTS):
        shutil.rmtree(site / part, ignore_errors=True)
    for service in site.glob("botocore/data/*/"):
        if service.name not in KEPT_SERVICES:
            shutil.rmtree(service)
    slim_data(site / "botocore" / "data")
    drop_unread(site)
    for info in site.glob("*.dist-info"):
        trim_dist_info(info)


def slim_data(data: Path) -> None:
    """Keep of botocore's data what a call needs: a cold start reads and parses all of it.

    Models lose their documentation and are unpacked (the layer is a zip anyway); the 1.2 MB of
    endpoints lose the hosts of other services, for which botocore falls back on a rule.
    """
    prefixes = set()
    for packed in sorted(data.glob("*/*/*.json.gz")):
        model = without_documentation(json.loads(gzip.decompress(packed.read_bytes())))
        prefixes.add(model.get("metadata", {}).get("endpointPrefix"))
        write_json(packed.with_suffix(""), model)
        packed.unlink()
    endpoints = json.loads((data / "endpoints.json").read_bytes())
    for partition in endpoints["partitions"]:
        hosts = partition["services"].items()
        partition["services"] = {name: host for name, host in hosts if name in prefixes}
    write_json(data / "endpoints.json", endpoints)


def without_documentation(value: Any) -> Any:
    """Return `value` without its prose; a member that is called so is an object, and stays."""
    if isinstance(value, list):
        return [without_documentation(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: without_documentation(item)
        for name, item in value.items()
        if name != "documentation" or not isinstance(item, str)
    }


def write_json(path: Path, value: Any) -> None:
    """Write `value` as short as JSON can be."""
    path.write_text(json.dumps(value, separators=(",", ":")), encoding="utf-8")


def drop_unread(site: Path) -> None:
    """Remove tests, examples, stubs, sources and assets, wherever they are."""
    for folder, names, files in os.walk(site):
        here = Path(folder)
        for name in [name for name in names if is_dropped_folder(site, here / name)]:
            shutil.rmtree(here / name)
            names.remove(name)
        for name in files:
            if f"/{name}".endswith(DROPPED_SUFFIXES):
                (here / name).unlink()


def is_dropped_folder(site: Path, folder: Path) -> bool:
    """Whether a folder holds tests, examples or documentation, or bytecode of elsewhere."""
    return folder.name in DROPPED_FOLDERS and folder.relative_to(site).as_posix() not in KEPT_DOCS


def trim_dist_info(info: Path) -> None:
    """Keep names, versions, tags and licences; RECORD would be untrue after the trim."""
    for entry in info.iterdir():
        if entry.name.startswith(KEPT_DIST_INFO):
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def compile_all(site: Path) -> None:
    """Compile with unchecked hashes: no time stamp in the file, none looked at by Lambda.

    A layer is read-only, so Python could never keep the bytecode of its first import.
    """
    done = compileall.compile_dir(
        site,
        quiet=1,
        force=True,
        workers=0,
        stripdir=str(site),
        prependdir="/opt/python",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise SystemExit("a file of the layer does not compile")


if __name__ == "__main__":
    main()
