"""Secrets in memory."""

from portevoix.model.brands import Account
from portevoix.model.errors import ConfigurationError, MissingSecretError


class FakeCredentials:
    """Implements `ports.Credentials`; an account whose secret nobody saved has `secret-of-<id>`.

    Set `key` to b"" for a stack whose signing key is missing.
    """

    def __init__(self, key: bytes = b"signing key of the tests") -> None:
        self.key = key
        self.secrets: dict[tuple[str, str], list[str]] = {}

    def account_secret(self, account: Account) -> str:
        versions = self.secrets.get((account.brand_id, account.account_id))
        if versions is None:
            return f"secret-of-{account.account_id}"
        if not 1 <= account.secret_version <= len(versions):
            raise MissingSecretError(f"The secret of {account.account_id} is missing.")
        return versions[account.secret_version - 1]

    def save_account_secret(self, brand_id: str, account_id: str, secret: str) -> int:
        versions = self.secrets.setdefault((brand_id, account_id), [])
        versions.append(secret)
        return len(versions)

    def signing_key(self) -> bytes:
        if not self.key:
            raise ConfigurationError("The signing key is missing.")
        return self.key
