"""Resolves template.yaml offline: SAM's own translator, then the intrinsic functions."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.local.intrinsics import ACCOUNT, Values, condition_holds, resolve
from tools.local.resources import (
    FunctionResource,
    QueueMapping,
    QueueResource,
    Resources,
    Route,
    ScheduleResource,
)
from tools.local.sam import TemplateError, parameter_values, read_template, translate

DEFAULT_CONCURRENCY = 5
DEFAULT_ASYNCHRONOUS_RETRIES = 2
_FUNCTION_ARN = re.compile(r"function:([^:/]+)")
_Properties = Mapping[str, Any]


def load_resources(
    path: Path,
    *,
    stack: str,
    region: str,
    parameters: Mapping[str, str],
    queue_url: Callable[[str], str],
    api_url: str,
) -> Resources:
    """Return what the template at `path` describes, for the local stack called `stack`.

    `parameters` override the template's defaults; `queue_url` gives a queue's address by name;
    `api_url` stands for the HTTP API's own address. Raises TemplateError.
    """
    sources, document = read_template(path)
    given = parameter_values(document, parameters)
    translated = translate(document, given, region)
    values = Values(
        region=region,
        stack=stack,
        references=dict(given),
        conditions=translated.get("Conditions", {}),
        mappings=translated.get("Mappings", {}),
    )
    existing = {
        name: resource
        for name, resource in translated["Resources"].items()
        if "Condition" not in resource or condition_holds(resource["Condition"], values)
    }
    _name_all(existing, values, queue_url)
    by_type = _Resolved(existing, values, api_url)
    return Resources(
        functions=_functions(by_type, path.parent, sources),
        schedules=tuple(_schedules(by_type)),
        queues=_queues(by_type),
        mappings=tuple(_mappings(by_type)),
        routes=tuple(_routes(by_type)),
        tables={
            values.references[name]: properties
            for name, properties in by_type.of("AWS::DynamoDB::Table")
        },
        buckets=tuple(values.references[name] for name, _ in by_type.of("AWS::S3::Bucket")),
        parameters=given,
    )


class _Resolved:
    """The existing resources by type, their properties resolved; the API's host is the stack's."""

    def __init__(self, existing: Mapping[str, Any], values: Values, api_url: str) -> None:
        self.existing = existing
        self.values = values
        self._host = re.compile(
            r"https://[A-Za-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com(/\$default)?"
        )
        self._api_url = api_url

    def of(self, *types: str) -> Iterator[tuple[str, _Properties]]:
        """Yield (logical id, resolved properties) of each resource of the types."""
        for name, resource in self.existing.items():
            if resource["Type"] in types:
                yield name, self._localised(resolve(resource.get("Properties", {}), self.values))

    def _localised(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._host.sub(self._api_url, value)
        if isinstance(value, list):
            return [self._localised(item) for item in value]
        if isinstance(value, Mapping):
            return {key: self._localised(item) for key, item in value.items()}
        return value


def _name_all(existing: Mapping[str, Any], values: Values, queue_url: Callable[[str], str]) -> None:
    region, stack = values.region, values.stack
    for logical_id, resource in existing.items():
        name = f"{stack}-{logical_id}"
        kind = resource["Type"]
        reference, arn = name, None
        if kind == "AWS::Lambda::Function":
            arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"
        elif kind == "AWS::SQS::Queue":
            reference, arn = queue_url(name), f"arn:aws:sqs:{region}:{ACCOUNT}:{name}"
            values.attributes[logical_id, "QueueName"] = name
            values.attributes[logical_id, "QueueUrl"] = reference
        elif kind == "AWS::S3::Bucket":
            reference = name.lower()
            arn = f"arn:aws:s3:::{reference}"
        elif kind == "AWS::DynamoDB::Table":
            arn = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"
        elif kind == "AWS::ApiGatewayV2::Api":
            reference = re.sub(r"[^a-z0-9]", "", name.lower())
        values.references[logical_id] = reference
        values.attributes[logical_id, "Arn"] = arn or f"arn:aws:local:{region}:{ACCOUNT}:{name}"


def _functions(
    resolved: _Resolved, root: Path, sources: Mapping[str, str]
) -> dict[str, FunctionResource]:
    retries = {
        properties["FunctionName"]: int(properties["MaximumRetryAttempts"])
        for _, properties in resolved.of("AWS::Lambda::EventInvokeConfig")
        if "MaximumRetryAttempts" in properties
    }
    functions = {}
    for logical_id, properties in resolved.of("AWS::Lambda::Function"):
        if logical_id not in sources:
            continue
        name = resolved.values.references[logical_id]
        functions[name] = FunctionResource(
            logical_id=logical_id,
            name=name,
            arn=resolved.values.attributes[logical_id, "Arn"],
            folder=(root / sources[logical_id]).resolve(),
            handler=properties["Handler"],
            environment={
                key: str(value)
                for key, value in properties.get("Environment", {}).get("Variables", {}).items()
            },
            timeout_seconds=int(properties.get("Timeout", 3)),
            memory_megabytes=int(properties.get("MemorySize", 128)),
            log_format=properties.get("LoggingConfig", {}).get("LogFormat", "Text"),
            retries=retries.get(name, DEFAULT_ASYNCHRONOUS_RETRIES),
        )
    return functions


def _schedules(resolved: _Resolved) -> Iterator[ScheduleResource]:
    for name, properties in resolved.of("AWS::Scheduler::Schedule"):
        target = properties["Target"]
        yield _schedule(
            name,
            properties["ScheduleExpression"],
            properties.get("ScheduleExpressionTimezone", "UTC"),
            target["Arn"],
            target.get("Input", "{}"),
            properties.get("State", "ENABLED"),
        )
    for name, properties in resolved.of("AWS::Events::Rule"):
        if "ScheduleExpression" in properties:
            for target in properties.get("Targets", []):
                yield _schedule(
                    name,
                    properties["ScheduleExpression"],
                    "UTC",
                    target["Arn"],
                    target.get("Input", "{}"),
                    properties.get("State", "ENABLED"),
                )


def _schedule(
    name: str, expression: str, zone: str, arn: str, payload: str, state: str
) -> ScheduleResource:
    event = json.loads(payload)
    return ScheduleResource(
        name=name,
        function=_function_of(arn),
        expression=expression,
        zone=zone,
        payload=payload,
        kind=event.get("kind") if isinstance(event, dict) else None,
        enabled=state == "ENABLED",
    )


def _function_of(arn: str) -> str:
    match = _FUNCTION_ARN.search(arn)
    if match is None:
        raise TemplateError(f"{arn} is not a function")
    return match[1]


def _queues(resolved: _Resolved) -> dict[str, QueueResource]:
    queues = {}
    for logical_id, properties in resolved.of("AWS::SQS::Queue"):
        name = resolved.values.attributes[logical_id, "QueueName"]
        redrive = properties.get("RedrivePolicy")
        queues[name] = QueueResource(
            name=name,
            visibility_seconds=int(properties.get("VisibilityTimeout", 30)),
            delay_seconds=int(properties.get("DelaySeconds", 0)),
            maximum_receives=int(redrive["maxReceiveCount"]) if redrive else None,
            dead_letters=redrive["deadLetterTargetArn"].rpartition(":")[2] if redrive else None,
        )
    return queues


def _mappings(resolved: _Resolved) -> Iterator[QueueMapping]:
    for _, properties in resolved.of("AWS::Lambda::EventSourceMapping"):
        source = properties.get("EventSourceArn", "")
        if not source.startswith("arn:aws:sqs:"):
            continue
        scaling = properties.get("ScalingConfig", {})
        yield QueueMapping(
            queue=source.rpartition(":")[2],
            function=_function_name(properties["FunctionName"]),
            batch_size=int(properties.get("BatchSize", 10)),
            maximum_concurrency=int(scaling.get("MaximumConcurrency", DEFAULT_CONCURRENCY)),
            reports_failures="ReportBatchItemFailures"
            in properties.get("FunctionResponseTypes", []),
        )


def _function_name(reference: str) -> str:
    return _function_of(reference) if reference.startswith("arn:") else reference


def _routes(resolved: _Resolved) -> Iterator[Route]:
    for _, properties in resolved.of("AWS::ApiGatewayV2::Api"):
        for path, methods in properties.get("Body", {}).get("paths", {}).items():
            for method, operation in methods.items():
                integration = operation.get("x-amazon-apigateway-integration", {})
                if "uri" in integration:
                    any_method = method == "x-amazon-apigateway-any-method"
                    yield Route(
                        method="ANY" if any_method else method.upper(),
                        path=path,
                        function=_function_of(integration["uri"]),
                    )
