"""The connector: what a brand's account on a Mastodon-compatible server can do.

https://docs.joinmastodon.org/client/intro/
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from portevoix.model.brands import Account
from portevoix.model.deliveries import Delivery, Published, Record
from portevoix.model.limits import Limits
from portevoix.networks.mastodon import publishing
from portevoix.networks.mastodon.calls import Caller, Calls
from portevoix.networks.session import GuardedSession
from portevoix.ports import AccountFacts, Upload

if TYPE_CHECKING:
    from portevoix.model.mentions import MentionPage, Source


class MastodonConnector:
    """Implements every Protocol of a network. `now` returns the aware UTC moment.

    What sending does without is imported when it is asked for.
    """

    def __init__(self, session: GuardedSession, now: Callable[[], datetime]) -> None:
        self._calls = Calls(session, now)

    def check_account(self, base_url: str, secret: str) -> AccountFacts:
        """Ask a server who we are and what it accepts.

        Raise InvalidError for an address that is not such a server's (`not_a_mastodon_server`,
        `instance_moved`, `private_address`...), AuthorizationError for a token it does not take.
        """
        from portevoix.networks.mastodon.connecting import check_account

        return check_account(self._calls, base_url, secret)

    def measure(self, text: str, content_warning: str, limits: Limits) -> int:
        """Return the length of a text as the server counts it."""
        from portevoix.networks.mastodon.counting import count

        return count(text, content_warning, limits)

    def freeze(self, account: Account, delivery: Delivery, now: datetime) -> Record:
        """Return the complete request of a delivery, to be sent unchanged at every attempt."""
        return publishing.freeze(account, delivery, now)

    def send(self, account: Account, secret: str, record: Record) -> Published:
        """Send a frozen record once; raise one kind of NetworkError."""
        return publishing.send(self._calls, account, _caller(account, secret), record)

    def upload(
        self, account: Account, secret: str, data: bytes, *, content_type: str, alt_text: str
    ) -> Upload:
        """Send a media ahead of the post; it is not ready while the server still converts it."""
        caller = _caller(account, secret)
        return publishing.upload(self._calls, caller, data, content_type, alt_text)

    def upload_state(self, account: Account, secret: str, handle: str) -> Upload:
        """Look at a media that was still being processed; RejectedError if it failed."""
        return publishing.upload_state(self._calls, _caller(account, secret), handle)

    def find_published(self, account: Account, secret: str, url: str) -> Published:
        """Return the proof that a member's URL names; NotFoundError if it is not this account's."""
        from portevoix.networks.mastodon.finding import find_published

        return find_published(self._calls, account, _caller(account, secret), url)

    def fetch_mentions(self, account: Account, secret: str, source: "Source") -> "MentionPage":
        """Return what came after the source's cursor, oldest first."""
        from portevoix.networks.mastodon.listening import fetch_mentions

        return fetch_mentions(self._calls, account, _caller(account, secret), source)

    def fetch_account_counters(self, account: Account, secret: str) -> Mapping[str, int]:
        """Return `followers`, `following`, `posts` where known."""
        from portevoix.networks.mastodon.measuring import account_counters

        return account_counters(self._calls, _caller(account, secret))

    def fetch_post_counters(
        self, account: Account, secret: str, remote_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, int]]:
        """Return `replies`, `shares`, `likes`, `quotes` by remote id; a deleted post is absent."""
        from portevoix.networks.mastodon.measuring import post_counters

        return post_counters(self._calls, _caller(account, secret), remote_ids)


def _caller(account: Account, secret: str) -> Caller:
    return Caller(account.base_url, secret, account.account_id)
