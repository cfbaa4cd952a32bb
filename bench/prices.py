"""AWS's list prices in US dollars, us-east-1, noted on 2026-11-20: to be checked.

Nobody fetches them, nor were the pages at hand: that of each is beside it. `free` is what an AWS
account has free of charge each month for good (not only in its first year), all its stacks
together.
"""

from dataclasses import dataclass

REGION = "us-east-1"
NOTED_ON = "2026-11-20"


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` for `per` units; the first `free` units of an account's month cost nothing."""

    what: str
    usd: float
    per: float
    free: float
    page: str

    def of(self, units: float, *, with_free: bool) -> float:
        """Return what `units` of a month cost."""
        paid = max(0.0, units - self.free) if with_free else units
        return paid * self.usd / self.per


MILLION = 1_000_000.0
GIGABYTE = 1e9
DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
LAMBDA = "https://aws.amazon.com/lambda/pricing/"
CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"

PRICES = {
    "write_units": Price("DynamoDB, write request units", 0.625, MILLION, 0, DYNAMODB),
    "read_units": Price("DynamoDB, read request units", 0.125, MILLION, 0, DYNAMODB),
    "invocations": Price("Lambda, requests", 0.20, MILLION, MILLION, LAMBDA),
    "gigabyte_seconds": Price("Lambda arm64, GB-seconds", 0.0000133334, 1, 400_000, LAMBDA),
    "queue_requests": Price(
        "SQS, standard requests", 0.40, MILLION, MILLION, "https://aws.amazon.com/sqs/pricing/"
    ),
    "ticks": Price(
        "EventBridge Scheduler, invocations",
        1.00,
        MILLION,
        14 * MILLION,
        "https://aws.amazon.com/eventbridge/pricing/",
    ),
    "http_requests": Price(
        "HTTP API, requests", 1.00, MILLION, 0, "https://aws.amazon.com/api-gateway/pricing/"
    ),
    "mails": Price("SES, mails", 0.10, 1000, 0, "https://aws.amazon.com/ses/pricing/"),
    "log_bytes": Price("CloudWatch, bytes of logs", 0.50, GIGABYTE, 5 * GIGABYTE, CLOUDWATCH),
    "alarms": Price("CloudWatch, alarms", 0.10, 1, 10, CLOUDWATCH),
    "metrics": Price("CloudWatch, metrics of ours", 0.30, 1, 10, CLOUDWATCH),
}

POLLERS = 5
LONG_POLL_S = 20
"""Lambda polls an idle queue with five connections, each waiting 20 s for a message.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"""
WHOLE_PROCESSOR_MB = 1769
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
MONTH_S = 730 * 3600
