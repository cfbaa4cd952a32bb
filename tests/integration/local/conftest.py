"""A toy stack for the tests of the local stack."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tools.local.clock import StackClock
from tools.local.options import StackOptions
from tools.local.stack import LocalStack

TOY = Path(__file__).parent / "toy" / "template.yaml"
START = datetime(2027, 3, 21, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def toy_options() -> StackOptions:
    return StackOptions(template=TOY, ephemeral=True, database="moto")


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, toy_options: StackOptions
) -> Iterator[LocalStack]:
    """Stand a toy stack up on a virtual clock, for all tests that do not move its clock far."""
    clock = StackClock.virtual(START)
    with LocalStack(tmp_path_factory.mktemp("state"), clock=clock, options=toy_options) as stood:
        yield stood
