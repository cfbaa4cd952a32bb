"""A cold start pays for each import: sending a post needs few."""

import subprocess
import sys

SEND = """
import sys
from datetime import UTC, datetime
from portevoix.networks.registry import ConnectorRegistry
from portevoix.networks.session import GuardedSession
from tests.factories import NOON, a_delivery, an_account
from tools.square.server import serve_square

square = serve_square()
member = square.square.add_member("rivecommune")
registry = ConnectorRegistry(lambda: GuardedSession(True), lambda: datetime.now(UTC))
connector = registry.connector("mastodon")
account = an_account(base_url=square.url)
connector.send(account, member.token, connector.freeze(account, a_delivery(), NOON))
assert len(square.square.things.statuses) == 1
square.stop()
print(*sys.modules)
"""


def test_sending_a_post_imports_neither_pydantic_nor_an_http_library() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SEND], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(told.stdout.split())

    assert "portevoix.networks.mastodon.publishing" in loaded
    assert not loaded & {"pydantic", "requests", "urllib3", "certifi", "boto3"}
    assert not loaded & {
        f"portevoix.networks.mastodon.{name}"
        for name in ("connecting", "entities", "listening", "measuring", "plain_text")
    }
