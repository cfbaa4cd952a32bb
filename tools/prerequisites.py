"""Says what DynamoDB Local lacks on this machine: ``python -m tools.prerequisites [--quiet]``.

Exit 0 when Node, npm and Java 17 are there, 1 with a sentence when they are not.
"""

import re
import shutil
import subprocess
import sys

LEAST_NODE = 18
LEAST_JAVA = 17


def main() -> None:
    """Print the sentence, unless asked to be quiet, and exit."""
    lacking = missing()
    if lacking and "--quiet" not in sys.argv[1:]:
        print(sentence(lacking), file=sys.stderr)
    raise SystemExit(1 if lacking else 0)


def missing() -> list[str]:
    """Return the names of what is not there, or too old."""
    lacking = []
    if major_version("node", "--version", r"v(\d+)") < LEAST_NODE:
        lacking.append(f"Node {LEAST_NODE}")
    if shutil.which("npm") is None:
        lacking.append("npm")
    if major_version("java", "-version", r'version "(\d+)') < LEAST_JAVA:
        lacking.append(f"Java {LEAST_JAVA}")
    return lacking


def sentence(lacking: list[str]) -> str:
    """Return what lacks, what for, and how to get it."""
    return (
        f"The tests that run on DynamoDB Local did not run: {', '.join(lacking)} "
        f"or newer {'is' if len(lacking) == 1 else 'are'} missing.\n"
        "  Debian, Ubuntu:  sudo apt-get install nodejs npm openjdk-17-jre-headless\n"
        "  macOS:           brew install node openjdk@17, then follow its note on PATH\n"
        "Then run `make test` again."
    )


def major_version(program: str, option: str, pattern: str) -> int:
    """Return a program's major version, 0 when it is absent or does not answer.

    macOS has a `java` that only says where to buy one, so being on the path is not enough.
    """
    if shutil.which(program) is None:
        return 0
    try:
        answer = subprocess.run(
            [program, option], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(pattern, answer.stdout + answer.stderr)
    return int(found.group(1)) if found and answer.returncode == 0 else 0


if __name__ == "__main__":
    main()
