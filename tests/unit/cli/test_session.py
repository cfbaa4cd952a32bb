"""Which Portevoix a command speaks to."""

from pathlib import Path

import pytest
from portevoix import bootstrap

from tools.cli.session import NoStackError, Session


def test_without_a_stack_a_command_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORTEVOIX_STATE", str(tmp_path))
    monkeypatch.delenv("PORTEVOIX_TABLE", raising=False)
    with pytest.raises(NoStackError, match="make up"):
        _ = Session().env


def test_settings_in_the_environment_name_a_deployed_stack(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PORTEVOIX_STATE", str(tmp_path))
    monkeypatch.setenv("PORTEVOIX_TABLE", "portevoix-Table-1ABC")
    try:
        assert Session().env.settings.table == "portevoix-Table-1ABC"
    finally:
        bootstrap.use(None)
