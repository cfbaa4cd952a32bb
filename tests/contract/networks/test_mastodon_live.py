"""The same connector with a real server, named by MASTODON_BASE_URL and MASTODON_TOKEN.

What is posted is private (seen by nobody but its author), and taken away again.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from portevoix.model.brands import Account, DeliveryClass
from portevoix.model.deliveries import Delivery, Published
from portevoix.model.errors import AuthorizationError, NotFoundError, RejectedError
from portevoix.model.posts import Visibility
from portevoix.networks.registry import ConnectorRegistry
from portevoix.networks.session import GuardedSession
from portevoix.ports import Connector

from tests.contract.networks.conftest import PNG
from tests.factories import a_delivery, a_key, a_source, an_account, some_content

pytestmark = pytest.mark.live


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Live:
    connector: Connector
    account: Account
    secret: str
    session: GuardedSession
    sent: list[str]

    def send(self, delivery: Delivery) -> Published:
        record = self.connector.freeze(self.account, delivery, _now())
        proof = self.connector.send(self.account, self.secret, record)
        self.sent.append(proof.remote_id)
        return proof


@pytest.fixture
def live() -> Iterator[Live]:
    base_url = os.environ.get("MASTODON_BASE_URL", "").rstrip("/")
    secret = os.environ.get("MASTODON_TOKEN", "")
    if not base_url or not secret:
        pytest.skip("MASTODON_BASE_URL and MASTODON_TOKEN do not name a server to test with")
    is_local = base_url.startswith("http://")
    session = GuardedSession(is_local)
    connector = ConnectorRegistry(lambda: session, _now).connector("mastodon")
    facts = connector.check_account(base_url, secret)
    account = an_account(
        base_url=base_url,
        handle=facts.handle,
        remote_id=facts.remote_id,
        delivery_class=facts.delivery_class,
        limits=facts.limits,
    )
    found = Live(connector, account, secret, session, [])
    yield found
    for remote_id in dict.fromkeys(found.sent):
        url = f"{base_url}/api/v1/statuses/{quote(remote_id, safe='')}"
        session.request("DELETE", url, headers={"Authorization": f"Bearer {secret}"})


def a_private_delivery(number: int = 1, **changes: object) -> Delivery:
    """Return a delivery that nobody else will see, with a key of its own for each run."""
    content = some_content(
        text=f"Essai de Portevoix, {_now().isoformat()} 🚲", visibility=Visibility.PRIVATE
    )
    key = a_key(post_id=f"live-{_now().timestamp()}-{number}")
    return a_delivery(**{"key": key, "content": content, **changes})


def test_the_server_says_its_limits(live: Live) -> None:
    assert live.account.limits.text_max >= 100
    assert live.account.handle.startswith("@")


def test_a_post_is_sent_found_counted_and_sent_again_is_the_same(live: Live) -> None:
    record = live.connector.freeze(live.account, a_private_delivery(), _now())
    proof = live.connector.send(live.account, live.secret, record)
    live.sent.append(proof.remote_id)

    counters = live.connector.fetch_post_counters(live.account, live.secret, [proof.remote_id])
    assert counters[proof.remote_id]["likes"] == 0
    if proof.url:
        found = live.connector.find_published(live.account, live.secret, proof.url)
        assert found.remote_id == proof.remote_id
    if live.account.delivery_class is DeliveryClass.K3:
        again = live.connector.send(live.account, live.secret, record)
        assert again.remote_id == proof.remote_id


def test_a_chain_with_an_image_is_sent(live: Live) -> None:
    upload = live.connector.upload(
        live.account, live.secret, PNG, content_type="image/png", alt_text="Un point"
    )
    state = live.connector.upload_state(live.account, live.secret, upload.handle)
    if not state.is_ready:
        pytest.skip("the server is still processing the image")
    first = live.send(a_private_delivery(1, handles=(upload.handle,)))
    second = live.send(a_private_delivery(2, reply_to=first.remote_id))

    assert second.remote_id != first.remote_id


def test_a_text_above_the_limit_is_refused(live: Live) -> None:
    content = some_content(
        text="x" * (live.account.limits.text_max + 1), visibility=Visibility.PRIVATE
    )

    with pytest.raises(RejectedError):
        live.send(a_private_delivery(content=content))


def test_mentions_and_counters_are_read(live: Live) -> None:
    page = live.connector.fetch_mentions(live.account, live.secret, a_source(cursor=""))
    assert all(mention.remote_id for mention in page.mentions)
    assert live.connector.fetch_account_counters(live.account, live.secret)["followers"] >= 0


def test_a_wrong_token_and_a_wrong_address_are_told(live: Live) -> None:
    with pytest.raises(AuthorizationError):
        live.connector.check_account(live.account.base_url, "no-such-token")
    with pytest.raises(NotFoundError):
        live.connector.find_published(
            live.account, live.secret, f"{live.account.base_url}/@nobody/1"
        )
