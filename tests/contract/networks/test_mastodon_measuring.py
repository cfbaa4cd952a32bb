import pytest
from portevoix.model.errors import AuthorizationError, UnknownOutcomeError

from tests.contract.networks.conftest import Build, Town
from tests.factories import NOON, a_delivery
from tools.square.faults import HTML, Fault
from tools.square.messages import Response, json_response


def posts(town: Town, count: int) -> list[str]:
    connector, account = town.connector, town.account
    records = [
        connector.freeze(account, a_delivery(revision=revision), NOON)
        for revision in range(1, count + 1)
    ]
    return [connector.send(account, town.secret, record).remote_id for record in records]


def test_an_account_is_counted(town: Town) -> None:
    town.member.followers, town.member.following = 120, 7
    posts(town, 2)

    counters = town.connector.fetch_account_counters(town.account, town.secret)

    assert counters == {"followers": 120, "following": 7, "posts": 2}


@pytest.mark.parametrize("has_batch", [True, False])
def test_posts_are_counted_in_batches_where_the_server_has_them(
    build: Build, has_batch: bool
) -> None:
    town = build(has_batch=has_batch)
    ids = posts(town, 23)
    status = town.running.square.things.statuses[ids[21]]
    status.favourites, status.reblogs, status.quotes = 5, 2, 1
    town.running.faults.requests.clear()

    counters = town.connector.fetch_post_counters(town.account, town.secret, ids)

    assert len(counters) == 23
    assert counters[ids[21]] == {"replies": 0, "shares": 2, "likes": 5, "quotes": 1}
    assert len(town.running.faults.requests) == (2 if has_batch else 24)


@pytest.mark.parametrize("has_batch", [True, False])
def test_a_deleted_post_is_absent_not_zero(build: Build, has_batch: bool) -> None:
    town = build(has_batch=has_batch)
    ids = posts(town, 2)
    town.running.square.delete(town.member, ids[0])

    counters = town.connector.fetch_post_counters(town.account, town.secret, ids)

    assert list(counters) == [ids[1]]


def test_a_counter_that_the_server_does_not_give_is_absent(town: Town) -> None:
    me = json_response({"id": "1", "acct": "rivecommune", "followers_count": 3})
    town.running.faults.add("GET", "/api/v1/accounts", Fault("answer", response=me))

    assert town.connector.fetch_account_counters(town.account, town.secret) == {"followers": 3}


def test_no_posts_ask_nothing(town: Town) -> None:
    assert town.connector.fetch_post_counters(town.account, town.secret, []) == {}
    assert town.running.faults.requests == []


@pytest.mark.parametrize("response", [HTML, json_response({}, 503)])
def test_a_failing_server_gives_no_numbers(town: Town, response: Response) -> None:
    ids = posts(town, 1)
    town.running.faults.add("GET", "/api/v1", Fault("answer", response=response), times=3)

    with pytest.raises(UnknownOutcomeError):
        town.connector.fetch_account_counters(town.account, town.secret)
    with pytest.raises(UnknownOutcomeError):
        town.connector.fetch_post_counters(town.account, town.secret, ids)


def test_a_revoked_token_is_told(town: Town) -> None:
    ids = posts(town, 1)
    town.member.is_revoked = True

    with pytest.raises(AuthorizationError):
        town.connector.fetch_account_counters(town.account, town.secret)
    with pytest.raises(AuthorizationError):
        town.connector.fetch_post_counters(town.account, town.secret, ids)
