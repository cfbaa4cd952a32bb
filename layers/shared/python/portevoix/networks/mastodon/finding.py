"""Proof by the URL that a member gives: the post is there, and it is this account's."""

from urllib.parse import quote, urlsplit

from portevoix.model.brands import Account
from portevoix.model.deliveries import Published
from portevoix.model.errors import NotFoundError, Problem, UnknownOutcomeError
from portevoix.networks.addresses import UnreachableError, read_target
from portevoix.networks.mastodon.answers import object_of
from portevoix.networks.mastodon.calls import Caller, Calls, named
from portevoix.networks.mastodon.entities import AccountEntity, SearchEntity, StatusEntity, read


def find_published(calls: Calls, account: Account, caller: Caller, url: str) -> Published:
    """Return the post that `url` names; raise NotFoundError if it is not there or not ours."""
    try:
        status = _by_id(calls, caller, url) or _by_search(calls, caller, url)
        if status is not None and status.account.id == _own_id(calls, account, caller):
            return Published(status.id, status.url or status.uri, status.created_at)
    except UnknownOutcomeError as error:
        raise named(error, caller) from error.__cause__
    raise NotFoundError(
        f"{url} is not a post of {account.account_id}: give the address of the post itself.",
        Problem.of("not_our_post", url),
    )


def _by_id(calls: Calls, caller: Caller, url: str) -> StatusEntity | None:
    """Return the status whose id ends the path of a URL of the account's own server."""
    try:
        if read_target(url).origin != read_target(caller.base_url).origin:
            return None
    except UnreachableError:
        return None
    last = urlsplit(url).path.rstrip("/").rpartition("/")[2]
    if not last or last.startswith("@"):
        return None
    # https://docs.joinmastodon.org/methods/statuses/#get
    answer = calls.get(caller, f"/api/v1/statuses/{quote(last, safe='')}")
    if 400 <= answer.status < 500 and answer.status not in (401, 403, 429):
        return None
    return read(StatusEntity, object_of(calls.succeed(caller, answer)))


def _by_search(calls: Calls, caller: Caller, url: str) -> StatusEntity | None:
    """Return the status that the server itself finds behind a URL."""
    params = [("q", url), ("type", "statuses"), ("resolve", "true"), ("limit", "1")]
    # https://docs.joinmastodon.org/methods/search/
    answer = calls.get(caller, "/api/v2/search", params)
    if answer.status in (400, 403, 404, 422):  # 403: a token may do without the right to search
        return None
    found = read(SearchEntity, object_of(calls.succeed(caller, answer))).statuses
    return found[0] if found and url in (found[0].url, found[0].uri) else None


def _own_id(calls: Calls, account: Account, caller: Caller) -> str:
    if account.remote_id:
        return account.remote_id
    answer = calls.read(caller, "/api/v1/accounts/verify_credentials")
    return read(AccountEntity, object_of(answer)).id
