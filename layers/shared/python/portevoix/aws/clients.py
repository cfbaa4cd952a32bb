"""Clients of AWS, each made when first used, with time-outs and retries that are stated.

botocore is used without boto3: its sessions and resources are not needed, and importing them costs
a cold start. Standard retries are for calls that may be repeated. Where a repeat is a second mail
or hides what became of a write, there are none (`total_max_attempts` = 1).
https://docs.aws.amazon.com/botocore/latest/reference/config.html
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

    from portevoix.settings import Settings

CONNECT_S = 2
READ_S = 5
MAIL_READ_S = 10
REPEATABLE_ATTEMPTS = 3


class Clients:
    """One client a service. Region, credentials and endpoints come from the environment."""

    def __init__(self, settings: "Settings") -> None:
        self.settings = settings

    @cached_property
    def _session(self) -> "Session":
        from botocore.session import get_session

        return get_session()

    def _client(self, service: str, *, attempts: int, read_s: int = READ_S, **options: Any) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_S,
            read_timeout=read_s,
            retries={"mode": "standard", "total_max_attempts": attempts},
            **options,
        )
        return self._session.create_client(service, config=config)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """The table's. It never retries: `aws/table.py` does, and knows what landed."""
        client: DynamoDBClient = self._client("dynamodb", attempts=1)
        return client

    @cached_property
    def sqs(self) -> "SQSClient":
        """The queue's. A message sent twice is harmless: the claim decides."""
        client: SQSClient = self._client("sqs", attempts=REPEATABLE_ATTEMPTS)
        return client

    @cached_property
    def lambda_(self) -> "LambdaClient":
        """For asynchronous invocations. One made twice is harmless: the claim decides."""
        client: LambdaClient = self._client("lambda", attempts=REPEATABLE_ATTEMPTS)
        return client

    @cached_property
    def ses(self) -> "SESV2Client":
        """For mail. It never retries: a repeat is a second mail."""
        client: SESV2Client = self._client("sesv2", attempts=1, read_s=MAIL_READ_S)
        return client

    @cached_property
    def s3(self) -> "S3Client":
        """For media."""
        client: S3Client = self._client(
            "s3", attempts=REPEATABLE_ATTEMPTS, read_s=60, signature_version="s3v4"
        )
        return client

    @cached_property
    def ssm(self) -> "SSMClient":
        """For secrets."""
        client: SSMClient = self._client("ssm", attempts=REPEATABLE_ATTEMPTS)
        return client
