"""Secrets, as SecureStrings of Systems Manager."""

from typing import TYPE_CHECKING, Any

from portevoix.aws.failures import code_of, service_failure
from portevoix.model.brands import Account
from portevoix.model.errors import MissingSecretError

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

_MISSING = frozenset({"ParameterNotFound", "ParameterVersionNotFound"})


class SsmCredentials:
    """Implements `ports.Credentials` under the path `prefix`.

    What was read is kept for the life of this object: a version never changes, and Systems Manager
    answers 40 reads a second.
    https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm
    """

    def __init__(self, client: "SSMClient", prefix: str) -> None:
        self._client = client
        self._prefix = prefix.rstrip("/")
        self._read_values: dict[str, str] = {}

    def account_secret(self, account: Account) -> str:
        """Return an account's secret in the version that the account names.

        Raise ConfigurationError if it is missing, StoreUnavailableError if nobody answers.
        """
        name = self._account_name(account.brand_id, account.account_id)
        return self._read(
            f"{name}:{account.secret_version}",
            f"connect the account {account.account_id} of {account.brand_id} again "
            "(`portevoix account add`).",
        )

    def save_account_secret(self, brand_id: str, account_id: str, secret: str) -> int:
        """Store a secret; return its version. Older versions can still be read."""
        name = self._account_name(brand_id, account_id)
        answer = self._call(
            self._client.put_parameter,
            name,
            Value=secret,
            Type="SecureString",
            Overwrite=True,
            Description="A network account's secret. Written by Portevoix.",
        )
        version: int = answer["Version"]
        return version

    def signing_key(self) -> bytes:
        """Return the key that signs links; raise ConfigurationError if there is none."""
        name = f"{self._prefix}/signing-key"
        advice = f"store 32 random bytes as text in the SecureString parameter {name}."
        return self._read(name, advice).encode()

    def _account_name(self, brand_id: str, account_id: str) -> str:
        # Names of parameters have neither a colon (it begins the version) nor an at sign.
        name = account_id.replace(":", ".").replace("@", "-at-")
        return f"{self._prefix}/accounts/{brand_id}/{name}"

    def _read(self, name: str, advice: str) -> str:
        if name not in self._read_values:
            answer = self._call(
                self._client.get_parameter, name, advice=advice, WithDecryption=True
            )
            self._read_values[name] = answer["Parameter"]["Value"]
        return self._read_values[name]

    def _call(self, call: Any, name: str, *, advice: str = "", **request: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return call(Name=name, **request)
        except (BotoCoreError, ClientError) as error:
            if code_of(error) in _MISSING:
                raise MissingSecretError(f"The parameter {name} is missing: {advice}") from error
            raise service_failure(error, f"The parameter {name}", advice) from error
