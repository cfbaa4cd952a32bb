"""The template's rules, on the template, and on templates broken on purpose."""

import copy
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.project import rules_delivery, rules_safety, rules_shape
from tests.project.broken_templates import BROKEN
from tests.project.schedules import is_sound
from tests.project.template_model import Template, load
from tools.resolve_template import read_template

ROOT = Path(__file__).resolve().parents[2]
RULES: tuple[Callable[[Template], Iterator[str]], ...] = (
    *rules_delivery.RULES,
    *rules_safety.RULES,
    *rules_shape.RULES,
)


@cache
def template() -> Template:
    return load()


@cache
def written() -> dict[str, Any]:
    return read_template()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_template_keeps_the_rule(rule: Callable[[Template], Iterator[str]]) -> None:
    assert list(rule(template())) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_blames_a_template_broken_on_purpose(
    rule: Callable[[Template], Iterator[str]],
) -> None:
    assert BROKEN[rule.__name__]
    for damage in BROKEN[rule.__name__]:
        broken = copy.deepcopy(written())
        text = damage(broken) or template().text
        assert list(rule(Template.of(broken, text))), damage


def test_each_function_has_its_folder_and_each_folder_its_function() -> None:
    folders = {
        resource["Properties"]["CodeUri"].rstrip("/")
        for resource in written()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    there = {
        f"functions/{path.name}"
        for path in (ROOT / "functions").iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }
    assert folders == there


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minute)",
        "rate(15 minutes)",
        "cron(* * * * ? *)",
        "cron(0/15 * * * ? *)",
        "cron(0 8 ? * MON-FRI *)",
        "cron(0 18 L * ? 2027)",
    ],
)
def test_a_sound_schedule_is_read(expression: str) -> None:
    assert is_sound(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "cron(* * * * *)",
        "cron(* * * * * *)",
        "cron(* * ? * ? *)",
        "cron(60 * * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 0 ? * MOO *)",
        "cron(0/x * * * ? *)",
        "* * * * *",
    ],
)
def test_an_unsound_schedule_is_not(expression: str) -> None:
    assert not is_sound(expression)
