"""The write lands and its answer does not: what two real tables say when asked again."""

from datetime import timedelta

import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError
from portevoix.model.deliveries import DeliveryState
from portevoix.model.errors import ConfigurationError, ConflictError, StoreUnavailableError
from portevoix.ports import Change

from tests.contract.backends import LossyClient, Stores
from tests.contract.stores.test_claims import LEASE, armed, claimed_one, planned, published
from tests.factories import (
    BRAND,
    NOON,
    POST,
    a_delivery,
    a_key,
    a_mention,
    a_post,
    a_proof,
    a_recipient,
    a_sending,
    a_source,
    some_content,
)


def lossy(stores: Stores) -> LossyClient:
    assert stores.client is not None
    return stores.client


@pytest.mark.parametrize("landed", [True, False], ids=["landed", "lost"])
def test_a_claim_whose_answer_is_lost_is_won(real_stores: Stores, landed: bool) -> None:
    seen = planned(real_stores)
    lossy(real_stores).lose(landed)
    assert real_stores.posts.claim_delivery(seen, armed(seen), NOON)
    assert real_stores.posts.get_delivery(seen.key) == armed(seen)


def test_a_claim_that_is_never_answered_says_so(real_stores: Stores) -> None:
    seen = planned(real_stores)
    lossy(real_stores).lose(False, False)
    with pytest.raises(StoreUnavailableError):
        real_stores.posts.claim_delivery(seen, armed(seen), NOON)


@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="http://table.test"),
        EndpointConnectionError(endpoint_url="http://table.test"),
    ],
    ids=["connect time-out", "refused"],
)
def test_a_table_that_cannot_be_reached_is_asked_again(
    real_stores: Stores, error: Exception
) -> None:
    seen = planned(real_stores)
    lossy(real_stores).error = error
    lossy(real_stores).lose(False)
    assert real_stores.posts.claim_delivery(seen, armed(seen), NOON)
    lossy(real_stores).lose(False, False, False)
    with pytest.raises(StoreUnavailableError):
        real_stores.posts.record_outcome(armed(seen), published(armed(seen)))


def test_an_outcome_is_issued_up_to_three_times_unchanged(real_stores: Stores) -> None:
    claimed = claimed_one(real_stores)
    client = lossy(real_stores)
    client.lose(True, False)
    assert real_stores.posts.record_outcome(claimed, published(claimed))
    assert [name for name, _ in client.requests[-3:]] == ["update_item"] * 3
    assert client.requests[-1] == client.requests[-2] == client.requests[-3]


@pytest.mark.parametrize("landed", [True, False], ids=["landed", "lost"])
def test_an_outcome_whose_answer_is_lost_is_recorded(real_stores: Stores, landed: bool) -> None:
    claimed = claimed_one(real_stores)
    lossy(real_stores).lose(landed)
    assert real_stores.posts.record_outcome(claimed, published(claimed))
    assert real_stores.posts.get_delivery(claimed.key) == published(claimed)


def test_two_outcomes_of_one_claim_are_told_apart(real_stores: Stores) -> None:
    claimed = claimed_one(real_stores)
    step = claimed.with_changes(handles=("1",), lease_until=NOON + 2 * LEASE)
    assert real_stores.posts.record_outcome(claimed, step)
    edited = step.with_changes(state=DeliveryState.CANCELLED, fence=step.fence + 1)
    real_stores.posts.change_deliveries([Change(step, edited)])
    assert not real_stores.posts.record_outcome(step, step.with_changes(handles=("1", "2")))


@pytest.mark.parametrize("landed", [True, False], ids=["landed", "lost"])
def test_a_step_of_a_chain_whose_answer_is_lost_is_recorded_once(
    real_stores: Stores, landed: bool
) -> None:
    waiting = a_delivery(key=a_key(part=2), due_at=None)
    claimed = claimed_one(real_stores, a_delivery(), waiting)
    woken = waiting.with_changes(fence=1, reply_to="2001", due_at=NOON)
    lossy(real_stores).lose(landed)
    assert real_stores.posts.record_outcome(claimed, published(claimed), [Change(waiting, woken)])
    assert real_stores.posts.read_post(POST)[1] == (published(claimed), woken)


@pytest.mark.parametrize("landed", [True, False], ids=["landed", "lost"])
def test_a_post_whose_answer_is_lost_is_new(real_stores: Stores, landed: bool) -> None:
    lossy(real_stores).lose(landed)
    assert real_stores.posts.save_post(a_post(), [a_delivery()])
    assert not real_stores.posts.save_post(a_post(), [a_delivery()])


@pytest.mark.parametrize("landed", [True, False], ids=["landed", "lost"])
def test_an_edit_whose_answer_is_lost_is_no_conflict(real_stores: Stores, landed: bool) -> None:
    one, two = a_delivery(), a_delivery(key=a_key(part=2))
    real_stores.posts.save_post(a_post(), [one, two])
    new = [d.with_changes(revision=2, fence=1, content=some_content(text="!")) for d in (one, two)]
    lossy(real_stores).lose(landed)
    changes = [Change(one, new[0]), Change(two, new[1])]
    real_stores.posts.change_deliveries(changes, a_post(revision=2))
    assert real_stores.posts.read_post(POST) == (a_post(revision=2), tuple(new))


def test_an_edit_that_lost_the_race_while_its_answer_was_lost_is_a_conflict(
    real_stores: Stores,
) -> None:
    one = planned(real_stores)
    real_stores.posts.change_deliveries([Change(one, one.with_changes(fence=1))])
    lossy(real_stores).lose(False)
    with pytest.raises(ConflictError):
        real_stores.posts.change_deliveries([Change(one, one.with_changes(fence=2))])


def test_late_proof_whose_answer_is_lost_is_kept(real_stores: Stores) -> None:
    seen = planned(real_stores)
    lossy(real_stores).lose(True)
    assert real_stores.posts.record_evidence(seen.key, a_proof(), NOON)


def test_a_new_mention_whose_answer_is_lost_is_counted(real_stores: Stores) -> None:
    lossy(real_stores).lose(True)
    assert real_stores.listening.save_mentions(a_source(), [a_mention()]) == 1


def test_a_claim_of_recurring_work_whose_answer_is_lost_is_won(real_stores: Stores) -> None:
    real_stores.listening.save_source(a_source())
    lossy(real_stores).lose(True)
    assert real_stores.listening.claim_source(a_source(), NOON + LEASE, NOON)


def test_digests_are_armed_disarmed_and_stopped_though_answers_are_lost(
    real_stores: Stores,
) -> None:
    real_stores.digests.save_recipient(a_recipient())
    client = lossy(real_stores)
    client.lose(True)
    assert real_stores.digests.arm_digest(a_sending())
    client.lose(True)
    assert real_stores.digests.disarm_digest(a_sending())
    client.lose(True)
    assert real_stores.digests.unsubscribe(BRAND, "odile", NOON)


# moto 5.2.5 applies a transaction again when its token is repeated; DynamoDB answers it as done.
REPEATS_TRANSACTIONS = ("moto",)


def test_a_repeated_transaction_token_is_answered_without_a_second_write(
    real_stores: Stores, request: pytest.FixtureRequest
) -> None:
    if real_stores.backend in REPEATS_TRANSACTIONS:
        request.applymarker(pytest.mark.xfail(strict=True, reason="moto applies it twice"))
    client = lossy(real_stores)
    real_stores.posts.save_post(a_post(), [a_delivery()])
    name, transaction = client.requests[-1]
    assert name == "transact_write_items"
    client.transact_write_items(**transaction)


def test_a_missing_table_names_its_setting(real_stores: Stores) -> None:
    from portevoix.aws.brand_items import Brands
    from portevoix.aws.table import Table

    nowhere = Brands(Table(lossy(real_stores), "nowhere"))  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="PORTEVOIX_TABLE"):
        nowhere.get_brand(BRAND)


def test_mentions_carry_their_expiry(real_stores: Stores) -> None:
    client = lossy(real_stores)
    real_stores.listening.save_mentions(a_source(), [a_mention()])
    (item,) = [r["Item"] for _, r in client.requests if "MENTION#" in str(r.get("Item"))]
    said_at = a_mention().said_at
    assert int(item["expires_at"]["N"]) == int((said_at + timedelta(days=396)).timestamp())
    assert item["v"] == {"N": "1"}


def test_a_text_delivery_costs_two_writes(real_stores: Stores) -> None:
    client = lossy(real_stores)
    seen = planned(real_stores)
    before = len(client.requests)
    claimed = armed(seen)
    real_stores.posts.claim_delivery(seen, claimed, NOON)
    real_stores.posts.record_outcome(claimed, published(claimed))
    assert [name for name, _ in client.requests[before:]] == ["update_item", "update_item"]
