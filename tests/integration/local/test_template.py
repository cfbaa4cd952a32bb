"""The template, resolved offline into what the stack stands up."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.local.conftest import TOY
from tools.local.expressions import next_tick
from tools.local.intrinsics import Values, resolve
from tools.local.options import TEMPLATE
from tools.local.resources import Resources, Route
from tools.local.sam import TemplateError
from tools.local.template import load_resources

TODAY = datetime(2027, 3, 21, tzinfo=UTC)


def load(path: Path, parameters: Mapping[str, str] = {}) -> Resources:
    return load_resources(
        path,
        stack="local",
        region="eu-west-3",
        parameters=parameters,
        queue_url=lambda name: f"http://queue/{name}",
        api_url="http://api",
    )


def test_a_toy_template_resolves_to_all_its_parts() -> None:
    resources = load(TOY, {"Shards": "3"})
    probe = resources.functions["local-Probe"]
    assert (probe.short_name, probe.timeout_seconds, probe.retries) == ("probe", 1, 0)
    assert probe.environment["TOY_SHARDS"] == "3"
    assert probe.environment["TOY_QUEUE"] == "http://queue/local-Queue"
    assert probe.environment["PORTEVOIX_PAGES_URL"] == "http://api"
    (publish,) = (s for s in resources.schedules if s.kind == "publish")
    assert (publish.function, publish.expression) == ("local-Dispatch", "cron(* * * * ? *)")
    assert set(resources.queues) == {"local-Queue", "local-DeadLetters"}
    assert resources.queues["local-Queue"].dead_letters == "local-DeadLetters"
    (mapping,) = resources.mappings
    assert (mapping.batch_size, mapping.maximum_concurrency) == (1, 4)
    assert mapping.reports_failures
    assert Route("GET", "/v1/one/{id}", "local-Web") in resources.routes
    assert list(resources.tables) == ["local-Table"]
    assert resources.buckets == ("local-bucket",)


def test_a_condition_brings_its_resources() -> None:
    resources = load(TOY, {"Extra": "yes"})
    assert "local-Absent" in resources.queues
    assert resources.functions["local-Probe"].environment["TOY_EXTRA"] == "yes"


def test_an_unknown_parameter_is_told() -> None:
    with pytest.raises(TemplateError, match="no parameter Nothing"):
        load(TOY, {"Nothing": "1"})


def test_intrinsic_functions_resolve() -> None:
    values = Values(region="eu-west-3", stack="s", references={"A": "a"}, attributes={})
    for given, expected in (
        ({"Fn::Sub": ["${A}-${B}-${!C}", {"B": {"Ref": "A"}}]}, "a-a-${C}"),
        ({"Fn::Join": ["/", ["x", {"Ref": "AWS::Region"}]]}, "x/eu-west-3"),
        ({"Fn::Select": [1, {"Fn::Split": ["@", "me@host"]}]}, "host"),
        ([{"Ref": "AWS::NoValue"}, 1], [1]),
        ({"k": {"Ref": "AWS::NoValue"}}, {}),
    ):
        assert resolve(given, values) == expected


def test_the_house_s_own_template_stands_up() -> None:
    if not TEMPLATE.exists():
        pytest.skip("template.yaml is not there yet")
    resources = load(TEMPLATE)
    assert {schedule.kind for schedule in resources.schedules} >= {"publish", "listen"}
    for schedule in resources.schedules:
        assert schedule.function in resources.functions
        assert next_tick(schedule.expression, schedule.zone, TODAY, TODAY)
    for function in resources.functions.values():
        assert (function.folder / "handler.py").exists(), function.folder
        assert "PORTEVOIX_TABLE" in function.environment
    (mapping,) = resources.mappings
    assert mapping.batch_size == 1
    assert resources.queues[mapping.queue].dead_letters in resources.queues
    (table,) = resources.tables.values()
    assert "due" in {index["IndexName"] for index in table["GlobalSecondaryIndexes"]}
    assert {route.path for route in resources.routes} >= {"/v1/{proxy+}", "/p/{proxy+}"}
