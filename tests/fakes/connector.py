"""A network in memory, with faults on demand."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from portevoix.model.brands import Account, DeliveryClass
from portevoix.model.deliveries import Delivery, Published, Record
from portevoix.model.errors import InvalidError, NotFoundError, Problem
from portevoix.model.limits import Limits
from portevoix.model.mentions import MentionPage, Source
from portevoix.ports import AccountFacts, Connector, Upload

from tests.factories import some_limits
from tests.fakes.clock import FakeClock


@dataclass(frozen=True, slots=True)
class Answer:
    """What happens to one call of `send`.

    `error` is raised if given. `is_accepted` says whether the network keeps the post all the same;
    `is_late` that it does so only when the test calls `accept_late`.
    """

    error: Exception | None = None
    is_accepted: bool = True
    is_late: bool = False


KEYED = (DeliveryClass.K3, DeliveryClass.K4)
"""A connector sends a key only where the account is known to have it honoured."""


@dataclass(frozen=True, slots=True)
class RemotePost:
    """One post as the network holds it."""

    remote_id: str
    url: str
    account_id: str
    record: Record
    published_at: datetime

    def proof(self) -> Published:
        """Return what the network answers about it."""
        return Published(self.remote_id, self.url, self.published_at)


@dataclass(frozen=True, slots=True)
class RemoteMedia:
    """One media as the network received it."""

    handle: str
    data: bytes
    content_type: str
    alt_text: str


class FakeConnector:
    """Implements `ports.Connector`.

    `posts` is what the network holds, `calls` every record that reached `send`. `answers` are
    taken one a call of `send`; when there are none left, posts are accepted.
    """

    def __init__(self, clock: FakeClock, *, honours_keys: bool = True) -> None:
        self.clock = clock
        self.honours_keys = honours_keys
        self.answers: deque[Answer] = deque()
        self.posts: list[RemotePost] = []
        self.late: list[tuple[RemotePost, Account]] = []
        self.calls: list[Record] = []
        self.media: list[RemoteMedia] = []
        self.looks_until_ready = 0
        self.upload_error: Exception | None = None
        self.pages: deque[MentionPage | Exception] = deque()
        self.account_counters: dict[str, int] | Exception = {}
        self.post_counters: dict[str, dict[str, int]] | Exception = {}
        self.facts: AccountFacts | Exception = some_facts()
        self._looks: dict[str, int] = {}
        self._names = 2000

    def next_answers(self, *answers: Answer) -> None:
        """Say what the next calls of `send` meet."""
        self.answers.extend(answers)

    def accept_late(self) -> None:
        """Let the network keep what it had only received."""
        for post, account in self.late:
            self._keep(replace(post, published_at=self.clock.now()), account)
        self.late.clear()

    def texts(self) -> list[str]:
        """Return the texts that the network shows, in order."""
        return [str(post.record.body["text"]) for post in self.posts]

    def measure(self, text: str, content_warning: str, limits: Limits) -> int:
        return len(text) + len(content_warning)

    def freeze(self, account: Account, delivery: Delivery, now: datetime) -> Record:
        content = delivery.content
        body = {
            "text": content.text,
            "language": content.language,
            "visibility": content.visibility.value,
            "content_warning": content.content_warning,
            "media": list(delivery.handles),
            "reply_to": delivery.reply_to,
        }
        return Record(f"{delivery.key}/{delivery.revision}", body, delivery.revision, now)

    def send(self, account: Account, secret: str, record: Record) -> Published:
        self.calls.append(record)
        answer = self.answers.popleft() if self.answers else Answer()
        self._names += 1
        url = f"{account.base_url}/@{account.account_id}/{self._names}"
        post = RemotePost(
            str(self._names), url, account.account_id, record, published_at=self.clock.now()
        )
        if answer.is_late:
            self.late.append((post, account))
        elif answer.is_accepted:
            post = self._keep(post, account)
        if answer.error:
            raise answer.error
        return post.proof()

    def _keep(self, post: RemotePost, account: Account) -> RemotePost:
        known = [p for p in self.posts if p.record.key == post.record.key]
        takes_keys = self.honours_keys and account.delivery_class in KEYED
        if takes_keys and known:
            return known[0]
        self.posts.append(post)
        return post

    def upload(
        self, account: Account, secret: str, data: bytes, *, content_type: str, alt_text: str
    ) -> Upload:
        if self.upload_error:
            raise self.upload_error
        handle = f"media-{len(self.media) + 1}"
        self.media.append(RemoteMedia(handle, data, content_type, alt_text))
        self._looks[handle] = self.looks_until_ready
        return Upload(handle, is_ready=self.looks_until_ready == 0)

    def upload_state(self, account: Account, secret: str, handle: str) -> Upload:
        if self.upload_error:
            raise self.upload_error
        self._looks[handle] = max(0, self._looks[handle] - 1)
        return Upload(handle, is_ready=self._looks[handle] == 0)

    def find_published(self, account: Account, secret: str, url: str) -> Published:
        for post in self.posts:
            if post.url == url and post.account_id == account.account_id:
                return post.proof()
        raise NotFoundError(
            f"{url} is not a post of {account.account_id}.", Problem.of("not_our_post", url)
        )

    def fetch_mentions(self, account: Account, secret: str, source: Source) -> MentionPage:
        page = self.pages.popleft() if self.pages else MentionPage((), source.cursor, False)
        if isinstance(page, Exception):
            raise page
        return page

    def fetch_account_counters(self, account: Account, secret: str) -> Mapping[str, int]:
        if isinstance(self.account_counters, Exception):
            raise self.account_counters
        return self.account_counters

    def fetch_post_counters(
        self, account: Account, secret: str, remote_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, int]]:
        if isinstance(self.post_counters, Exception):
            raise self.post_counters
        return {name: self.post_counters[name] for name in remote_ids if name in self.post_counters}

    def check_account(self, base_url: str, secret: str) -> AccountFacts:
        if isinstance(self.facts, Exception):
            raise self.facts
        return self.facts


def some_facts(delivery_class: DeliveryClass = DeliveryClass.K3) -> AccountFacts:
    """Return what the fake network says of whoever asks."""
    return AccountFacts(
        handle="@rivecommune@127.0.0.1",
        remote_id="1001",
        url="http://127.0.0.1:8091/@rivecommune",
        software="mastodon 4.5.7",
        delivery_class=delivery_class,
        limits=some_limits(),
    )


class FakeConnectors:
    """Implements `ports.Connectors` over the connectors it is given, by network."""

    def __init__(self, **connectors: Connector) -> None:
        self.connectors = connectors

    def connector(self, network: str) -> Connector:
        if network not in self.connectors:
            raise InvalidError(Problem.of("unknown_network", "network", network=network))
        return self.connectors[network]
