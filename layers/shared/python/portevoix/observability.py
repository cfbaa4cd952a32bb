"""Logs and metrics. Only numbers without a brand or account as dimension: those cost money each."""

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics()


def count(name: str, value: int) -> None:
    """Add `value` to a metric, at once; nothing for 0, since what ticks all month is paid by name.

    https://aws.amazon.com/cloudwatch/pricing/
    """
    if value:
        metrics.add_metric(name=name, unit="Count", value=value)
        metrics.flush_metrics()
