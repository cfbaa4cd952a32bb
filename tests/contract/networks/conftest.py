"""The connector against the square: real HTTP on loopback, the square's rules, a fake clock."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from portevoix.model.brands import Account
from portevoix.networks.registry import ConnectorRegistry
from portevoix.networks.session import GuardedSession
from portevoix.ports import Connector

from tests.factories import an_account
from tests.fakes.clock import FakeClock
from tools.square.audience import Audience
from tools.square.rules import Rules
from tools.square.server import RunningSquare, serve_square
from tools.square.things import Person

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


@dataclass
class Town:
    """A square with one member of ours, and the connector that speaks to it."""

    running: RunningSquare
    member: Person
    clock: FakeClock
    connector: Connector
    account: Account

    @property
    def secret(self) -> str:
        return self.member.token

    @property
    def posts(self) -> list[Any]:
        """What our member has posted, oldest first."""
        statuses = self.running.square.things.statuses.values()
        return [status for status in statuses if status.author_id == self.member.id]

    def checked(self) -> Account:
        """Return the account as a check of it says."""
        facts = self.connector.check_account(self.running.url, self.secret)
        return an_account(
            base_url=self.running.url,
            remote_id=facts.remote_id,
            handle=facts.handle,
            delivery_class=facts.delivery_class,
            limits=facts.limits,
        )


type Build = Callable[..., Town]


@pytest.fixture
def build() -> Iterator[Build]:
    """Build squares with the rules that are given by name; each ends with its test."""
    running: list[RunningSquare] = []

    def start(audience: Audience | None = None, **rules: Any) -> Town:
        clock = FakeClock()
        quiet = audience or Audience(reacts=False, talks=False)
        square = serve_square(now=clock.now, rules=Rules(**rules), audience=quiet)
        running.append(square)
        member = square.square.add_member("rivecommune", "Rive commune", "fr")
        registry = ConnectorRegistry(lambda: GuardedSession(True), clock.now)
        connector = registry.connector("mastodon")
        account = an_account(base_url=square.url, remote_id=member.id)
        return Town(square, member, clock, connector, account)

    yield start
    for square in running:
        square.stop()


@pytest.fixture
def town(build: Build) -> Town:
    """Return a square with its default rules."""
    return build()
