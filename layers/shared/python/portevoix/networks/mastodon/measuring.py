"""Counters. What a server does not give is absent, never zero."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from portevoix.model.errors import UnknownOutcomeError
from portevoix.networks.mastodon.answers import list_of, object_of
from portevoix.networks.mastodon.calls import Caller, Calls, named
from portevoix.networks.mastodon.entities import AccountEntity, StatusEntity, read, read_list

BATCH = 20
"""https://docs.joinmastodon.org/methods/statuses/#index, since Mastodon 4.3."""
_WITHOUT_BATCH = frozenset({400, 404, 405, 422, 501})
_GONE = frozenset({404, 410})


def account_counters(calls: Calls, caller: Caller) -> Mapping[str, int]:
    """Return `followers`, `following`, `posts`."""
    # https://docs.joinmastodon.org/methods/accounts/#verify_credentials
    answer = calls.read(caller, "/api/v1/accounts/verify_credentials")
    try:
        account = read(AccountEntity, object_of(answer))
    except UnknownOutcomeError as error:
        raise named(error, caller) from error.__cause__
    return _known(
        followers=account.followers_count,
        following=account.following_count,
        posts=account.statuses_count,
    )


def post_counters(
    calls: Calls, caller: Caller, remote_ids: Sequence[str]
) -> Mapping[str, Mapping[str, int]]:
    """Return the counters of each post that still exists; in batches where the server has them."""
    found: dict[str, Mapping[str, int]] = {}
    has_batch = True
    for start in range(0, len(remote_ids), BATCH):
        batch = remote_ids[start : start + BATCH]
        statuses = _batch(calls, caller, batch) if has_batch else None
        if statuses is None:
            has_batch = False
            statuses = tuple(_singly(calls, caller, batch))
        found |= {status.id: counters_of(status) for status in statuses if status.id in batch}
    return found


def counters_of(status: StatusEntity) -> Mapping[str, int]:
    """Return the counters that a status carries."""
    return _known(
        replies=status.replies_count,
        shares=status.reblogs_count,
        likes=status.favourites_count,
        quotes=status.quotes_count,
    )


def _batch(
    calls: Calls, caller: Caller, remote_ids: Sequence[str]
) -> tuple[StatusEntity, ...] | None:
    """Return the statuses of a batch, or None where the server has no such call."""
    answer = calls.get(caller, "/api/v1/statuses", [("id[]", i) for i in remote_ids])
    if answer.status in _WITHOUT_BATCH:
        return None
    calls.succeed(caller, answer)
    try:
        return read_list(StatusEntity, list_of(answer))
    except UnknownOutcomeError:
        return None


def _singly(calls: Calls, caller: Caller, remote_ids: Sequence[str]) -> Iterator[StatusEntity]:
    for remote_id in remote_ids:
        answer = calls.get(caller, f"/api/v1/statuses/{quote(remote_id, safe='')}")
        if answer.status in _GONE:
            continue
        calls.succeed(caller, answer)
        try:
            yield read(StatusEntity, object_of(answer))
        except UnknownOutcomeError as error:
            raise named(error, caller) from error.__cause__


def _known(**counters: int | None) -> Mapping[str, int]:
    return {name: value for name, value in counters.items() if value is not None}
