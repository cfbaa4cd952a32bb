"""`make demo`, whole: it ends with 0 and its table, and leaves mails to open."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_the_week_passes_as_promised(tmp_path: Path) -> None:
    state, digests = tmp_path / "state", tmp_path / "digests"
    ran = subprocess.run(
        [sys.executable, "-m", "tools.demo", str(state), str(digests)],
        cwd=CHECKOUT,
        env={**os.environ, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = ran.stdout.split()
    start = said.index("planned", said.index("Address"))
    assert said[start : start + 5] == ["planned", "published", "refused", "late", "doubled"]
    assert "exactly once, on time" in ran.stdout
    assert len(list(digests.glob("*.eml"))) == len(list(digests.glob("*.html"))) == 14
