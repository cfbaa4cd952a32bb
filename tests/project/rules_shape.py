"""What the template must say to be run, watched and read."""

import re
from collections.abc import Iterator

from tests.project.template_model import Template, many, strings, target

NAME_PROPERTIES = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::IAM::Role": "RoleName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::SES::ConfigurationSet": "Name",
}
FREE_ALARMS = 10


def functions_share_one_shape(template: Template) -> Iterator[str]:
    """Python 3.13 on arm64, both layers, JSON logs, a bounded time."""
    for name, function in template.functions().items():
        shape = function["Runtime"], function["Architectures"], function["Handler"]
        if shape != ("python3.13", ["arm64"], "handler.handler"):
            yield f"{name}: runs as {shape}"
        if len(function.get("Layers", [])) != 2:
            yield f"{name}: has not both layers"
        if function.get("LoggingConfig", {}).get("LogFormat") != "JSON":
            yield f"{name}: logs in text"
        if not 1 <= function.get("Timeout", 0) <= 900:
            yield f"{name}: has no time-out of its own"


def layers_are_built_by_make(template: Template) -> Iterator[str]:
    """SAM's own builder strips bytecode, and checks no hash across architectures."""
    for name, resource in template.written["Resources"].items():
        if resource["Type"] == "AWS::Serverless::LayerVersion":
            built = resource.get("Metadata", {})
            if built != {"BuildMethod": "makefile", "BuildArchitecture": "arm64"}:
                yield f"{name}: is not built by make for arm64"


def the_environment_is_known(template: Template) -> Iterator[str]:
    """Every variable is one that settings read, every function has the table and its name."""
    from portevoix.settings import Settings, variable_of

    known = {variable_of(name) for name in Settings.__slots__}
    known |= {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
    local = {"PORTEVOIX_LOCAL", "PORTEVOIX_CLOCK_URL"}
    for function in template.functions():
        variables = template.environment(function)
        for name in sorted(set(variables) - known | set(variables) & local):
            yield f"{function}: nobody reads {name} on AWS"
        folder = re.sub(r"(?<!^)(?=[A-Z])", "_", function).lower()
        if variables.get("POWERTOOLS_SERVICE_NAME") != folder:
            yield f"{function}: calls itself {variables.get('POWERTOOLS_SERVICE_NAME')}"
        if target(variables.get("PORTEVOIX_TABLE")) != "Table":
            yield f"{function}: knows no table"


def logs_end(template: Template) -> Iterator[str]:
    """Every group has a retention, and every function a group of its own that it may write to."""
    for name, group in template.all("AWS::Logs::LogGroup"):
        if target(group.get("RetentionInDays")) != "LogRetentionDays":
            yield f"{name}: is kept for ever"
    for name, function in template.functions().items():
        own = target(function.get("LoggingConfig", {}).get("LogGroup"))
        if own != f"{name}Logs" or not template.may(name, "logs:PutLogEvents", own):
            yield f"{name}: has no log group of its own, or may not write to it"


def who_answers_never_knows_the_address(template: Template) -> Iterator[str]:
    """A function behind the API that refers to it closes a circle, which no linter sees."""
    behind = {
        found
        for _, api in template.all("AWS::ApiGatewayV2::Api")
        for text in strings(api)
        for found in re.findall(r"functions/\$\{(\w+)\.Arn\}", text)
    }
    for function in sorted(behind):
        properties = template.functions()[function]
        said = [*strings(properties), *strings(template.statements_of(function))]
        if "Api" in said or any("${Api" in text for text in said):
            yield f"{function}: refers to the API that refers to it"


def nothing_is_named_by_hand(template: Template) -> Iterator[str]:
    """A second stack stands in the same account; SAM names schedules unless told not to."""
    for name, resource in template.resolved["Resources"].items():
        key = NAME_PROPERTIES.get(resource["Type"])
        if key in resource.get("Properties", {}):
            yield f"{name}: is named by hand"


def what_fails_is_told(template: Template) -> Iterator[str]:
    """An alarm for each queue of failures, a clock that stands still and the API; all heard.

    A tick that fails is in the queue of failed invocations.
    """
    alarms = dict(template.all("AWS::CloudWatch::Alarm"))
    watched = {
        (alarm["MetricName"], target(dimension["Value"]))
        for alarm in alarms.values()
        for dimension in alarm["Dimensions"]
    }
    needed = {("Invocations", "DispatchDue"), ("5xx", "Api")}
    needed |= {("Errors", "PublishDelivery")}
    consumed = {
        target(mapping["EventSourceArn"])
        for _, mapping in template.all("AWS::Lambda::EventSourceMapping")
    }
    for name, _ in template.all("AWS::SQS::Queue"):
        if name not in consumed:
            needed.add(("ApproximateNumberOfMessagesVisible", name))
    for metric, resource in sorted(needed - watched):
        yield f"{resource}: no alarm looks at {metric}"
    for name, alarm in alarms.items():
        heard = [target(action) for action in many(alarm.get("AlarmActions", []))]
        if heard != ["AlarmTopic"] or not alarm.get("AlarmDescription"):
            yield f"{name}: is not heard, or says nothing"
        if alarm.get("TreatMissingData") not in ("breaching", "notBreaching"):
            yield f"{name}: does not say what silence means"
    if len(alarms) > FREE_ALARMS:
        yield f"{len(alarms)} alarms, of which {FREE_ALARMS} are free"


def a_clock_that_stands_still_is_seen(template: Template) -> Iterator[str]:
    """Five minutes without a tick; and no data is what a stopped clock looks like."""
    for name, alarm in template.all("AWS::CloudWatch::Alarm"):
        if alarm["MetricName"] == "Invocations":
            span = alarm["Period"] * alarm["EvaluationPeriods"]
            if span != 300 or alarm["TreatMissingData"] != "breaching":
                yield f"{name}: a stopped clock is not seen after five minutes"


def the_indexes_are_the_two(template: Template) -> Iterator[str]:
    """`due` is small, since it is read every minute; `listed` holds what lists show."""
    expected = {
        "due": (
            ("due_kind", "due_at"),
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["worker"]},
        ),
        "listed": (("listed_pk", "listed_sk"), {"ProjectionType": "ALL"}),
    }
    for name, table in template.all("AWS::DynamoDB::Table"):
        found = {
            index["IndexName"]: (
                tuple(key["AttributeName"] for key in index["KeySchema"]),
                index["Projection"],
            )
            for index in table.get("GlobalSecondaryIndexes", [])
        }
        if found != expected:
            yield f"{name}: its indexes are not the two"


def each_resource_has_its_reason(template: Template) -> Iterator[str]:
    """A comment that says why stands right above each resource."""
    lines = template.text.splitlines()
    for name in template.written["Resources"]:
        at = next((n for n, line in enumerate(lines) if line == f"  {name}:"), None)
        above = lines[at - 1] if at else ""
        if not re.match(r"  # (?!=|-)", above):
            yield f"{name}: no comment says why"


def outputs_say_what_they_are(template: Template) -> Iterator[str]:
    """Every output is described, and every function's name is among them."""
    outputs = template.written["Outputs"]
    for name, output in outputs.items():
        if not output.get("Description"):
            yield f"{name}: has no description"
    told = {target(output["Value"]) for output in outputs.values()}
    needed = {*template.functions(), "Table", "DeliveryQueue", "MediaBucket", "AlarmTopic"}
    for name in sorted(needed - told):
        yield f"{name}: is not among the outputs"
    if "Fn::Sub" not in outputs.get("ApiUrl", {}).get("Value", {}):
        yield "ApiUrl: is not among the outputs"


RULES = (
    functions_share_one_shape,
    layers_are_built_by_make,
    the_environment_is_known,
    logs_end,
    who_answers_never_knows_the_address,
    nothing_is_named_by_hand,
    what_fails_is_told,
    a_clock_that_stands_still_is_seen,
    the_indexes_are_the_two,
    each_resource_has_its_reason,
    outputs_say_what_they_are,
)
