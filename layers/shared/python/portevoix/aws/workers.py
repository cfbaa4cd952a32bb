"""Other functions of the stack, invoked without waiting for them."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from portevoix.aws.failures import service_failure
from portevoix.model.errors import ConfigurationError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaWorkers:
    """Implements `ports.Workers`; `functions` names the function of each worker."""

    def __init__(self, client: "LambdaClient", functions: Mapping[str, str]) -> None:
        self._client = client
        self._functions = functions

    def invoke(self, worker: str, payload: Mapping[str, object]) -> None:
        """Hand `payload` to a function and do not wait.

        Raise ConfigurationError (no such function) or StoreUnavailableError (not taken: the next
        tick hands it out again).
        """
        from botocore.exceptions import BotoCoreError, ClientError

        setting = f"PORTEVOIX_{worker.upper()}_FUNCTION"
        name = self._functions.get(worker, "")
        if not name:
            raise ConfigurationError(f"Set {setting}: this function cannot work without.")
        try:
            self._client.invoke(
                FunctionName=name, InvocationType="Event", Payload=json.dumps(payload).encode()
            )
        except (BotoCoreError, ClientError) as error:
            advice = f"set {setting} to the function of the stack."
            raise service_failure(error, f"The function '{name}'", advice) from error
