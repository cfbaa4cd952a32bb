"""One brand on a real local stack: Chez Octave, with an account on the square."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path

from portevoix import bootstrap
from portevoix.bootstrap import Environment
from portevoix.model.brands import Account, Brand
from portevoix.model.digests import Recipient
from portevoix.model.posts import Part, Variant
from portevoix.publishing.connect import Connection, Counter, connect_account
from portevoix.publishing.plan import Draft, Queued, queue_post

from tools.local.clock import StackClock
from tools.local.options import StackOptions
from tools.local.square import square_services
from tools.local.stack import LocalStack

START = datetime(2027, 3, 22, 10, 0, tzinfo=UTC)
MOMENT = datetime(2027, 3, 22, 11, 30, tzinfo=UTC)
BRAND, ACCOUNT = "chez-octave", "mastodon:chezoctave"


class Newsstand:
    """A running stack with its environment, a brand and an account on the square."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        bootstrap.use(None)
        self.env: Environment = bootstrap.environment()

    @property
    def now(self) -> datetime:
        return self.stack.clock.now()

    def open(self) -> None:
        zone, language = "America/Toronto", "fr-CA"
        self.env.brands.save_brand(Brand(BRAND, "Chez Octave", zone, language, self.now))
        self.connect(ACCOUNT, "rivecommune")
        self.env.digests.save_recipient(
            Recipient("sam", BRAND, "sam@octave.example", "fr", zone, time(8), due_at=self.now)
        )

    def connect(self, account_id: str, username: str) -> Account:
        env = self.env
        counter = Counter(env.brands, env.listening, env.metrics, env.credentials, env.connectors)
        assert self.stack.square_url is not None
        wanted = Connection(account_id, BRAND, "mastodon", self.stack.square_url)
        return connect_account(wanted, self.token_of(username), counter, self.now)

    def token_of(self, username: str) -> str:
        """Return the token that the square printed for one of its ready accounts."""
        log = (self.stack.state_folder / "logs" / "square.log").read_text(encoding="utf-8")
        lines = [line.split() for line in log.splitlines()]
        return next(words[3] for words in lines if words[:2] == ["account", f"@{username}"])

    def queue(self, ref: str, text: str, moment: datetime = MOMENT) -> Queued:
        draft = Draft(BRAND, moment, (ACCOUNT,), {"*": Variant((Part(text),))}, ref=ref)
        return queue_post(draft, self.env.desk, self.now)


@contextmanager
def a_newsstand(folder: Path) -> Iterator[Newsstand]:
    """Stand a stack up on a virtual clock, and give it back as it was."""
    options = StackOptions(ephemeral=True, database="moto", services=square_services())
    before = dict(os.environ)
    with LocalStack(folder, clock=StackClock.virtual(START), options=options) as stack:
        os.environ.update(stack.environment)
        try:
            stand = Newsstand(stack)
            stand.open()
            yield stand
        finally:
            bootstrap.use(None)
            os.environ.clear()
            os.environ.update(before)
