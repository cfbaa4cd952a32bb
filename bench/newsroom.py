"""A brand on a local stack, with an account on the square: what the measurements send from."""

import json
import os
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from portevoix import bootstrap
from portevoix.aws.queue import SqsDeliveryQueue
from portevoix.bootstrap import Environment
from portevoix.model.brands import Account, Brand
from portevoix.model.posts import Part, Variant
from portevoix.publishing.connect import Connection, Counter, connect_account
from portevoix.publishing.plan import Draft, Queued, queue_post

from tools.local.clock import StackClock
from tools.local.options import StackOptions
from tools.local.stack import LocalStack

BRAND = "rive-commune"
ACCOUNT = "mastodon:rivecommune"
OTHER_ACCOUNT = "mastodon:commonshore"
PAGE = 40


@dataclass(frozen=True, slots=True)
class Seen:
    """A post as the square has it: its text, and when it was received."""

    text: str
    received_at: datetime


class NobodyWorks:
    """Workers that do nothing."""

    def invoke(self, worker: str, payload: Mapping[str, Any]) -> None:
        """Do nothing."""


class Newsroom:
    """A running stack with one brand and two accounts. Moments are the stack's clock's."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        bootstrap.use(None)
        self.env: Environment = bootstrap.environment()
        self._tokens = _printed_tokens(stack.state_folder / "logs" / "square.log")
        now = stack.clock.now()
        self.env.brands.save_brand(Brand(BRAND, "Rive commune", "America/Toronto", "fr-CA", now))
        self.account = self.connect(ACCOUNT, "rivecommune")
        self.connect(OTHER_ACCOUNT, "commonshore")

    @property
    def knows_units(self) -> bool:
        """Whether the table says what a call consumed."""
        return self.stack.servers.database == "dynamodb_local"

    def connect(self, account_id: str, username: str) -> Account:
        """Connect one of the square's ready accounts to the brand."""
        env, square_url = self.env, self.stack.square_url or ""
        counter = Counter(env.brands, env.listening, env.metrics, env.credentials, env.connectors)
        wanted = Connection(account_id, BRAND, "mastodon", square_url)
        return connect_account(wanted, self._tokens[username], counter, self.stack.clock.now())

    def hand_out_nothing(self) -> None:
        """Have messages go where nobody reads them, and no function called.

        The measurements call the sender themselves; what is sent is real, and counted.
        """
        base, _, read = self.env.settings.need("queue_url").rpartition("/")
        unread = next(name for name in self.stack.queues if name != read)
        self.env.queue = SqsDeliveryQueue(self.env.clients.sqs, f"{base}/{unread}")
        self.env.workers = NobodyWorks()

    def queue(
        self,
        moment_at: datetime,
        *texts: str,
        media_ids: tuple[str, ...] = (),
        accounts: tuple[str, ...] = (ACCOUNT,),
    ) -> Queued:
        """Queue a post, or with several texts a chain; to two accounts it is a pair."""
        parts = tuple(Part(text, media_ids) for text in texts)
        draft = Draft(BRAND, moment_at, accounts, {"*": Variant(parts)}, is_pair=len(accounts) > 1)
        return queue_post(draft, self.env.desk, self.stack.clock.now())

    def seen(self) -> list[Seen]:
        """Return every post of the brand's first account, as the square shows them."""
        found: list[Seen] = []
        last = ""
        while page := self._page(last):
            found += [
                Seen(_plain(status), datetime.fromisoformat(status["created_at"]))
                for status in page
            ]
            last = page[-1]["id"]
        return found

    def _page(self, before: str) -> list[dict[str, Any]]:
        square, query = self.stack.square_url, f"?limit={PAGE}"
        if before:
            query += f"&max_id={before}"
        request = urllib.request.Request(
            f"{square}/api/v1/accounts/{self.account.remote_id}/statuses{query}",
            headers={"Authorization": f"Bearer {self._tokens['rivecommune']}"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            page: list[dict[str, Any]] = json.load(answer)
        return page


@contextmanager
def a_newsroom(folder: Path, clock: StackClock, options: StackOptions) -> Iterator[Newsroom]:
    """Stand a stack up, and give the process's environment back as it was."""
    before = dict(os.environ)
    with LocalStack(folder, clock=clock, options=options) as stack:
        os.environ.update(stack.environment)
        try:
            yield Newsroom(stack)
        finally:
            bootstrap.use(None)
            os.environ.clear()
            os.environ.update(before)


def _printed_tokens(log: Path) -> dict[str, str]:
    """Return the tokens that the square printed, by username."""
    lines = (line.split() for line in log.read_text(encoding="utf-8").splitlines())
    return {words[1][1:]: words[3] for words in lines if words[:1] == ["account"]}


def _plain(status: dict[str, Any]) -> str:
    """Return a status's text without its tags; ours have no markup inside."""
    text: str = status["content"]
    return text.removeprefix("<p>").removesuffix("</p>")
