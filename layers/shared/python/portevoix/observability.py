"""Logs and metrics. Only numbers without a brand or account as dimension: those cost money each."""

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics()
