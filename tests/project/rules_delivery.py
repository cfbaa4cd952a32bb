"""What the template must say for a delivery to leave once and in time."""

import json
from collections.abc import Iterator
from typing import Any

from tests.project.schedules import is_sound
from tests.project.template_model import Template, many, strings, target

INVOKED = {
    "PORTEVOIX_PREPARE_FUNCTION",
    "PORTEVOIX_POLL_FUNCTION",
    "PORTEVOIX_MEASURE_FUNCTION",
    "PORTEVOIX_DIGEST_FUNCTION",
}


def _mappings(template: Template) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield (name, mapping, its queue) for each event source of a queue."""
    for name, mapping in template.all("AWS::Lambda::EventSourceMapping"):
        queue = template.resolved["Resources"][target(mapping["EventSourceArn"])]
        yield name, mapping, queue["Properties"]


def visibility_is_six_timeouts(template: Template) -> Iterator[str]:
    """Lambda's own advice, so that a message is not seen again while it is worked on."""
    for name, mapping, queue in _mappings(template):
        timeout = template.functions()[target(mapping["FunctionName"])]["Timeout"]
        if queue.get("VisibilityTimeout", 30) < 6 * timeout:
            yield f"{name}: visibility is under six times {timeout} s"


def a_message_is_taken_alone(template: Template) -> Iterator[str]:
    """One delivery an invocation, its failure its own, as many at once as a parameter says."""
    for name, mapping, _ in _mappings(template):
        if mapping.get("BatchSize") != 1:
            yield f"{name}: the batch is not of one"
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{name}: failures are not reported by item"
        if target(mapping.get("ScalingConfig", {}).get("MaximumConcurrency")) == "":
            yield f"{name}: concurrency is not a parameter"


def a_queue_has_dead_letters(template: Template) -> Iterator[str]:
    """Five receipts, then aside, in a queue of its own, kept for two weeks."""
    for name, _, queue in _mappings(template):
        policy = queue.get("RedrivePolicy", {})
        dead = template.resolved["Resources"].get(target(policy.get("deadLetterTargetArn")))
        if dead is None or policy.get("maxReceiveCount") != 5:
            yield f"{name}: no dead letters after five receipts"
        elif dead["Properties"].get("MessageRetentionPeriod") != 1_209_600:
            yield f"{name}: dead letters are not kept for two weeks"


def _asynchronous(template: Template) -> set[str]:
    """Return the functions that somebody starts without waiting for them."""
    started = {
        target(value)
        for function in template.functions()
        for key, value in template.environment(function).items()
        if key in INVOKED
    }
    scheduled = {
        target(schedule["Target"]["Arn"])
        for _, schedule in template.all("AWS::Scheduler::Schedule")
    }
    return started | scheduled


def the_next_tick_is_the_retry(template: Template) -> Iterator[str]:
    """What is started asynchronously is not retried, not late, and kept when it fails."""
    configured = {
        target(config["FunctionName"]): config
        for _, config in template.all("AWS::Lambda::EventInvokeConfig")
    }
    for function in sorted(_asynchronous(template)):
        config = configured.get(function, {})
        if config.get("MaximumRetryAttempts") != 0:
            yield f"{function}: asynchronous invocations are retried"
        if config.get("MaximumEventAgeInSeconds") != 60:
            yield f"{function}: asynchronous events may be older than a minute"
        kept = target(config.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
        if not kept or not template.may(function, "sqs:SendMessage", kept):
            yield f"{function}: failures are not kept, or its role may not keep them"


def schedules_are_exact(template: Template) -> Iterator[str]:
    """A sound expression, no flexible window, retries that end before the next tick."""
    for name, schedule in template.all("AWS::Scheduler::Schedule"):
        goal = schedule["Target"]
        if not is_sound(schedule["ScheduleExpression"]):
            yield f"{name}: {schedule['ScheduleExpression']} is no expression"
        if schedule["FlexibleTimeWindow"] != {"Mode": "OFF"}:
            yield f"{name}: the window is flexible"
        retry = {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60}
        if goal.get("RetryPolicy") != retry:
            yield f"{name}: the retries are not two within a minute"
        kept = target(goal.get("DeadLetterConfig", {}).get("Arn"))
        role = target(goal["RoleArn"])
        allowed = [
            target(one) for line in template.statements(role) for one in many(line["Resource"])
        ]
        if not kept or kept not in allowed or target(goal["Arn"]) not in allowed:
            yield f"{name}: a tick that cannot be given is not kept, or the role may not give it"


def one_schedule_a_kind_of_work(template: Template) -> Iterator[str]:
    """Each kind has one, and says when the tick was meant to be."""
    from portevoix.model.due import DueKind

    kinds = []
    for name, schedule in template.all("AWS::Scheduler::Schedule"):
        event = json.loads(schedule["Target"]["Input"])
        kinds.append(event.get("kind"))
        if event.get("scheduled_at") != "<aws.scheduler.scheduled-time>":
            yield f"{name}: the tick does not say its own time"
    if sorted(kinds) != sorted(DueKind):
        yield f"schedules are for {sorted(kinds)}, and kinds are {sorted(DueKind)}"


def a_late_worker_is_harmless(template: Template) -> Iterator[str]:
    """The inequalities between leases, time-outs and looks, with the numbers of the code."""
    from portevoix.model import deliveries as timing

    timeout = template.functions()["PublishDelivery"]["Timeout"]
    if timeout != timing.FUNCTION_TIMEOUT.total_seconds():
        yield f"publish_delivery: {timeout} s is not the time-out that the code counts with"
    if timing.LEASE.total_seconds() < timeout + 5 + timing.SETTLE.total_seconds():
        yield "publish_delivery: the lease ends before a late send has settled"
    needed = timing.LONGEST_WAIT + timing.HTTP_READ + timing.LEAST_TIME_TO_SEND
    if timeout < needed.total_seconds():
        yield "publish_delivery: the time-out is under wait, read and margin"
    if template.functions()["PrepareDelivery"]["Timeout"] > 900:
        yield "prepare_delivery: more than Lambda gives"
    if timing.NEAR <= timing.LOOK_AHEAD:
        yield "whoever writes a near moment must reach beyond the tick's look-ahead"


def who_hands_out_may_do_so(template: Template) -> Iterator[str]:
    """A function that is told of a queue, a function or a bucket may use it."""
    for function in template.functions():
        for key, value in template.environment(function).items():
            if key in INVOKED and not template.may(
                function, "lambda:InvokeFunction", target(value)
            ):
                yield f"{function}: may not invoke what {key} names"
            if key == "PORTEVOIX_QUEUE_URL" and not template.may(
                function, "sqs:SendMessage", target(value)
            ):
                yield f"{function}: may not send to its queue"
            bucket = f"${{{target(value)}.Arn}}/*"
            granted = strings([line["Resource"] for line in template.statements_of(function)])
            if key == "PORTEVOIX_MEDIA_BUCKET" and bucket not in list(granted):
                yield f"{function}: may not use its bucket"


RULES = (
    visibility_is_six_timeouts,
    a_message_is_taken_alone,
    a_queue_has_dead_letters,
    the_next_tick_is_the_retry,
    schedules_are_exact,
    one_schedule_a_kind_of_work,
    a_late_worker_is_harmless,
    who_hands_out_may_do_so,
)
