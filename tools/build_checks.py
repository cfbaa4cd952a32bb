"""Looks at what `sam build` made: ``python -m tools.build_checks``.

The arm64 layer cannot be imported on another processor, so its files are read: ELF headers,
wheel tags, bytecode, size. Then a layer for this machine is built the same way, and each handler
is imported on it, alone, with an empty environment.
"""

import io
import json
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tools.resolve_template import read_template

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / ".aws-sam" / "build"
HOST = ROOT / "build" / "host"

AARCH64 = 183
"""e_machine of ELF, https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html"""
GLIBC_MINOR = 34
"""Of Amazon Linux 2023, which the runtime stands on."""
UNCHECKED_HASH = 0b01
"""Flags of a .pyc, https://peps.python.org/pep-0552/"""
MOST_BYTES = 10_000_000
"""The dependencies layer, zipped, with its bytecode."""


def main() -> None:
    """Run every check on the build, print the figures, and fail with all that is wrong."""
    if not BUILT.is_dir():
        raise SystemExit("Nothing is built: run `make build`.")
    dependencies, shared = (BUILT / name for name in ("DependenciesLayer", "SharedLayer"))
    size = zipped_size(dependencies)
    wrong = [
        *wrong_binaries(dependencies),
        *wrong_tags(dependencies),
        *wrong_bytecode(dependencies),
        *wrong_bytecode(shared),
        *(
            [f"the layer has {size} bytes zipped, {MOST_BYTES} at most"]
            if size > MOST_BYTES
            else []
        ),
    ]
    build_host_layer()
    functions = built_functions(BUILT / "template.yaml")
    for name in functions:
        wrong += wrong_import(BUILT / name, shared / "python", HOST / "python")
    print(f"dependencies layer: {size / 1e6:.2f} MB zipped, {MOST_BYTES / 1e6:.0f} at most")
    print(f"handlers imported on a host build: {len(functions)}")
    if wrong:
        raise SystemExit("\n".join(wrong))


def built_functions(template: Path) -> list[str]:
    """Return the functions of a built template; SAM skips a folder that is not there in silence."""
    resources = read_template(template)["Resources"]
    return sorted(
        name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    )


def wrong_binaries(layer: Path) -> Iterator[str]:
    """Yield the compiled modules that are not 64-bit little-endian ELF for aarch64."""
    found = sorted(layer.rglob("*.so*"))
    if not found:
        yield f"{layer.name}: no compiled module at all, which pydantic has"
    for path in found:
        head = path.read_bytes()[:20]
        if head[:6] != b"\x7fELF\x02\x01" or struct.unpack_from("<H", head, 18)[0] != AARCH64:
            yield f"{path.relative_to(layer)}: not an ELF file for aarch64"


def wrong_tags(layer: Path) -> Iterator[str]:
    """Yield the wheels whose tags the runtime could not install."""
    found = sorted(layer.glob("python/*.dist-info/WHEEL"))
    if not found:
        yield f"{layer.name}: no wheel's tags are kept"
    for path in found:
        tags = re.findall(r"^Tag: (\S+)", path.read_text("utf-8"), re.MULTILINE)
        if not any(is_usable_tag(tag) for tag in tags):
            yield f"{path.parent.name}: built for {', '.join(tags)}"


def is_usable_tag(tag: str) -> bool:
    """Whether Python 3.13 on Amazon Linux 2023 for arm64 takes a wheel with this tag."""
    python, abi, platform = tag.split("-")
    if platform == "any":
        return abi == "none" and python in ("py3", "py2.py3", "py313")
    glibc = re.fullmatch(r"manylinux_2_(\d+)_aarch64", platform)
    fits = platform == "manylinux2014_aarch64" or (glibc and int(glibc[1]) <= GLIBC_MINOR)
    return bool(fits) and abi in ("cp313", "abi3", "none")


def wrong_bytecode(layer: Path) -> Iterator[str]:
    """Yield the modules without bytecode of Python 3.13 that nothing checks at run time."""
    found = sorted(layer.rglob("*.py"))
    if not found:
        yield f"{layer.name}: no module"
    for path in found:
        compiled = path.parent / "__pycache__" / f"{path.stem}.cpython-313.pyc"
        flags = compiled.read_bytes()[4:8] if compiled.exists() else b""
        if flags != UNCHECKED_HASH.to_bytes(4, "little"):
            yield f"{path.relative_to(layer)}: no bytecode with an unchecked hash"


def zipped_size(layer: Path) -> int:
    """Return the bytes of a layer as it is uploaded."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(layer.rglob("*")):
            archive.write(path, path.relative_to(layer))
    return buffer.tell()


def build_host_layer() -> None:
    """Build the dependencies for this machine, as the layer is built for Lambda."""
    script = ROOT / "layers" / "dependencies" / "build_layer.py"
    subprocess.run(
        [sys.executable, str(script), "--target", "host", "--output", str(HOST)], check=True
    )


def wrong_import(function: Path, *layers: Path) -> Iterator[str]:
    """Yield why a handler does not import on the layers alone, with an empty environment."""
    folders = json.dumps([str(function), *map(str, layers)])
    program = (
        f"import sys; sys.path[:0] = {folders}; import handler;"
        "assert callable(handler.handler), 'no callable called handler'"
    )
    # -I and -S: neither this folder, nor the environment, nor what is installed is seen.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        env={},
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it ended without a word"]
        yield f"{function.name}: does not import on the layers: {last[0]}"


if __name__ == "__main__":
    main()
