"""Damages to the template, by the rule that must see each.

A damage changes the template as written; it returns a text when it damages the comments.
"""

from collections.abc import Callable
from typing import Any

from tools.resolve_template import TEMPLATE

Written = dict[str, Any]
Damage = Callable[[Written], str | None]
_ABSENT = object()


def put(path: str, value: object = _ABSENT) -> Damage:
    """Return a damage that sets a property of a resource, or removes it."""

    def damage(written: Written) -> None:
        at: Any = written if path.startswith(("Parameters/", "Outputs/")) else written["Resources"]
        *way, last = path.split("/")
        for step in way:
            at = at[int(step)] if isinstance(at, list) else at[step]
        key: Any = int(last) if isinstance(at, list) else last
        if value is _ABSENT:
            del at[key]
        else:
            at[key] = value

    damage.__name__ = f"{path} = {value}"
    return damage


def grant(role: str, statement: dict[str, Any]) -> Damage:
    """Return a damage that adds a statement to a role."""

    def damage(written: Written) -> None:
        policy = written["Resources"][role]["Properties"]["Policies"][0]["PolicyDocument"]
        policy["Statement"].append({"Effect": "Allow", **statement})

    damage.__name__ = f"{role} + {statement}"
    return damage


def add(name: str, resource: dict[str, Any]) -> Damage:
    """Return a damage that adds a resource."""
    return put(name, resource)


def without_a_reason(written: Written) -> str:
    """Take a resource's comment away."""
    text = TEMPLATE.read_text("utf-8")
    at = text.index("\n  DeliveryDeadLetters:")
    return text[: text.rindex("\n", 0, at)] + text[at:]


def _statement(role: str, number: int) -> str:
    return f"{role}/Properties/Policies/0/PolicyDocument/Statement/{number}"


SOURCE = "PublishDelivery/Properties/Events/Deliveries/Properties"
TICK = "DispatchDue/Properties/Events/Publish/Properties"
FAILURES = "PollSources/Properties/EventInvokeConfig"
STORE = "Table/Properties"
BUCKET = "MediaBucket/Properties"

BROKEN: dict[str, list[Damage]] = {
    "visibility_is_six_timeouts": [
        put("DeliveryQueue/Properties/VisibilityTimeout", 359),
        put("DeliveryQueue/Properties/VisibilityTimeout"),
        put("PublishDelivery/Properties/Timeout", 61),
    ],
    "a_message_is_taken_alone": [
        put(f"{SOURCE}/BatchSize", 10),
        put(f"{SOURCE}/FunctionResponseTypes"),
        put(f"{SOURCE}/ScalingConfig"),
    ],
    "a_queue_has_dead_letters": [
        put("DeliveryQueue/Properties/RedrivePolicy"),
        put("DeliveryQueue/Properties/RedrivePolicy/maxReceiveCount", 1),
        put("DeliveryDeadLetters/Properties/MessageRetentionPeriod"),
    ],
    "the_next_tick_is_the_retry": [
        put(FAILURES),
        put(f"{FAILURES}/MaximumRetryAttempts", 2),
        put(f"{FAILURES}/MaximumEventAgeInSeconds"),
        put(f"{FAILURES}/DestinationConfig"),
        put("DispatchDue/Properties/EventInvokeConfig"),
    ],
    "schedules_are_exact": [
        put(f"{TICK}/ScheduleExpression", "cron(* * * * * *)"),
        put(f"{TICK}/FlexibleTimeWindow", {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1}),
        put(f"{TICK}/RetryPolicy"),
        put(f"{TICK}/DeadLetterConfig"),
        put(f"{_statement('SchedulesRole', 1)}/Resource", {"Fn::GetAtt": "DeliveryQueue.Arn"}),
    ],
    "one_schedule_a_kind_of_work": [
        put("DispatchDue/Properties/Events/Digest"),
        put(f"{TICK}/Input", '{"kind": "publish"}'),
    ],
    "a_late_worker_is_harmless": [
        put("PublishDelivery/Properties/Timeout", 66),
        put("PublishDelivery/Properties/Timeout", 30),
        put("PrepareDelivery/Properties/Timeout", 901),
    ],
    "who_hands_out_may_do_so": [
        put(_statement("DispatchDueRole", 4)),
        put(_statement("ServeApiRole", 3)),
        put(_statement("PrepareDeliveryRole", 2)),
    ],
    "nothing_is_allowed_at_large": [
        grant("ServeApiRole", {"Action": "s3:GetObject", "Resource": "*"}),
        grant("ServeApiRole", {"Action": "dynamodb:*", "Resource": {"Fn::GetAtt": "Table.Arn"}}),
        grant("ServeApiRole", {"Action": "dynamodb:Scan", "Resource": {"Ref": "Table"}}),
        grant("ServeApiRole", {"Action": "sqs:SendMessage", "Resource": {"Fn::Sub": "arn:a:*"}}),
        grant("ServeApiRole", {"Action": "ssm:GetParameter", "NotResource": {"Ref": "Table"}}),
    ],
    "each_function_has_a_role_of_its_own": [
        put("ServePages/Properties/Role", {"Fn::GetAtt": "ServeApiRole.Arn"}),
        put("ServePages/Properties/Policies", [{"DynamoDBCrudPolicy": {"TableName": "x"}}]),
        put("ServePagesRole/Properties/ManagedPolicyArns", ["arn:aws:iam::aws:policy/ReadOnly"]),
        put(
            "ServePagesRole/Properties/AssumeRolePolicyDocument/Statement/0/Principal",
            {"AWS": "111122223333"},
        ),
    ],
    "secrets_are_read_under_our_prefix": [
        grant(
            "PollSourcesRole",
            {"Action": "ssm:GetParameter", "Resource": {"Fn::Sub": "arn:aws:ssm:a:b:parameter/c"}},
        ),
        put(f"{_statement('PollSourcesRole', 3)}/Action", ["ssm:GetParameter", "ssm:PutParameter"]),
    ],
    "mail_leaves_from_one_address": [put(f"{_statement('SendDigestsRole', 4)}/Condition")],
    "nothing_travels_in_the_clear": [
        put("MediaBucketPolicy"),
        put("DeliveryQueuePolicy"),
        put("AlarmTopicPolicy/Properties/PolicyDocument/Statement/1"),
    ],
    "media_are_private": [
        put(f"{BUCKET}/PublicAccessBlockConfiguration"),
        put(f"{BUCKET}/PublicAccessBlockConfiguration/BlockPublicPolicy", False),
        put(f"{BUCKET}/OwnershipControls"),
        put(f"{BUCKET}/BucketEncryption"),
        put(f"{BUCKET}/LifecycleConfiguration"),
        put(f"{BUCKET}/CorsConfiguration/CorsRules/0/AllowedMethods", ["GET", "POST"]),
    ],
    "the_table_outlives_mistakes": [
        put(f"{STORE}/DeletionProtectionEnabled", False),
        put(f"{STORE}/PointInTimeRecoverySpecification"),
        put(f"{STORE}/BillingMode", "PROVISIONED"),
        put(f"{STORE}/TimeToLiveSpecification"),
    ],
    "what_holds_state_says_its_end": [
        put("Table/UpdateReplacePolicy", "Delete"),
        put("MediaBucket/DeletionPolicy"),
        put("ServeApiLogs/DeletionPolicy"),
    ],
    "the_api_is_throttled_and_logged": [
        put("Api/Properties/DefaultRouteSettings", {"ThrottlingRateLimit": 10_000}),
        put("Api/Properties/DefaultRouteSettings", {"ThrottlingBurstLimit": 5_000}),
        put("Api/Properties/AccessLogSettings"),
        put("Api/Properties/AccessLogSettings/Format", "$context.path"),
    ],
    "parameters_are_safe": [
        put("Parameters/SenderAddress/AllowedPattern"),
        put("Parameters/SenderAddress/Default"),
        put("Parameters/SenderAddress/Description"),
        put("Parameters/AlarmAddress/NoEcho", True),
        put("Parameters/MastodonToken", {"Default": "", "Description": "x", "AllowedPattern": "x"}),
    ],
    "functions_share_one_shape": [
        put("ServeApi/Properties/Architectures", ["x86_64"]),
        put("ServeApi/Properties/Runtime", "python3.12"),
        put("ServeApi/Properties/Handler", "app.main"),
    ],
    "layers_are_built_by_make": [put("SharedLayer/Metadata/BuildMethod", "python3.13")],
    "the_environment_is_known": [
        put("ServeApi/Properties/Environment/Variables/PORTEVOIX_TYPO", "x"),
        put("ServeApi/Properties/Environment/Variables/PORTEVOIX_LOCAL", "1"),
        put("ServeApi/Properties/Environment/Variables/POWERTOOLS_SERVICE_NAME", "api"),
        put("ServeApi/Properties/Environment/Variables/PORTEVOIX_TABLE", "other"),
    ],
    "logs_end": [
        put("ServeApiLogs/Properties/RetentionInDays"),
        put("ServeApi/Properties/LoggingConfig"),
        put(_statement("ServeApiRole", 0)),
    ],
    "who_answers_never_knows_the_address": [
        put("ServeApi/Properties/Environment/Variables/X", {"Ref": "Api"}),
        put("ServePages/Properties/Environment/Variables/X", {"Fn::Sub": "https://${Api}.x"}),
        grant("ServeApiRole", {"Action": "x:Y", "Resource": {"Fn::Sub": "arn:${Api}"}}),
    ],
    "nothing_is_named_by_hand": [
        put(f"{TICK}/OmitName"),
        put("Table/Properties/TableName", "portevoix"),
        put("ServeApi/Properties/FunctionName", "serve_api"),
    ],
    "what_fails_is_told": [
        put("DispatchStopped"),
        put("FailedInvocationsFilled"),
        put("DeliveryDeadLettersFilled"),
        put("ApiFailing/Properties/AlarmActions"),
        put("ApiFailing/Properties/TreatMissingData"),
        add("Another", {"Type": "AWS::SQS::Queue"}),
    ],
    "a_clock_that_stands_still_is_seen": [
        put("DispatchStopped/Properties/TreatMissingData", "notBreaching"),
        put("DispatchStopped/Properties/Period", 3600),
    ],
    "the_indexes_are_the_two": [
        put(f"{STORE}/GlobalSecondaryIndexes/0/Projection", {"ProjectionType": "ALL"}),
        put(f"{STORE}/GlobalSecondaryIndexes/1"),
    ],
    "each_resource_has_its_reason": [without_a_reason],
    "outputs_say_what_they_are": [
        put("Outputs/ServeApiName"),
        put("Outputs/TableName/Description"),
        put("Outputs/ApiUrl"),
    ],
}
