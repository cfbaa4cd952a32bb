import threading
from datetime import datetime, timedelta

import pytest
from portevoix.model.deliveries import Delivery, DeliveryState
from portevoix.model.due import DueKind
from portevoix.model.errors import ConflictError, NotFoundError
from portevoix.ports import Change

from tests.contract.backends import Stores
from tests.factories import NOON, a_delivery, a_key, a_post, a_proof, a_record, some_content

LEASE = timedelta(seconds=190)
A_WHILE = timedelta(seconds=10)


def armed(seen: Delivery, name: str = "mine", now: datetime = NOON) -> Delivery:
    return seen.with_changes(
        state=DeliveryState.SENDING,
        claim_token=name,
        fence=seen.fence + 1,
        lease_until=now + LEASE,
        attempts=seen.attempts + 1,
        record=a_record(),
    )


def published(claimed: Delivery) -> Delivery:
    proof = a_proof()
    return claimed.with_changes(
        state=DeliveryState.PUBLISHED,
        due_at=None,
        lease_until=None,
        remote_id=proof.remote_id,
        url=proof.url,
        published_at=proof.published_at,
    )


def planned(stores: Stores, *deliveries: Delivery) -> Delivery:
    saved = deliveries or (a_delivery(),)
    stores.posts.save_post(a_post(), saved)
    return saved[0]


def claimed_one(stores: Stores, *deliveries: Delivery) -> Delivery:
    seen = planned(stores, *deliveries)
    claimed = armed(seen)
    assert stores.posts.claim_delivery(seen, claimed, NOON)
    return claimed


def test_a_claim_writes_state_token_fence_lease_and_record(stores: Stores) -> None:
    claimed = claimed_one(stores)
    assert stores.posts.get_delivery(claimed.key) == claimed


def test_of_two_claims_one_wins(stores: Stores) -> None:
    seen = planned(stores)
    assert stores.posts.claim_delivery(seen, armed(seen, "first"), NOON)
    assert not stores.posts.claim_delivery(seen, armed(seen, "second"), NOON)
    assert stores.posts.get_delivery(seen.key).claim_token == "first"


# moto checks a condition and writes in two steps that other threads may come between.
NOT_ATOMIC_BETWEEN_THREADS = ("moto",)


def test_of_many_claims_at_once_one_wins(stores: Stores) -> None:
    if stores.backend in NOT_ATOMIC_BETWEEN_THREADS:
        pytest.skip(f"{stores.backend} is not atomic between threads")
    seen = planned(stores)
    start, won = threading.Barrier(8), []

    def claim(name: str) -> None:
        start.wait()
        if stores.posts.claim_delivery(seen, armed(seen, name), NOON):
            won.append(name)

    threads = [threading.Thread(target=claim, args=(f"worker-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [stores.posts.get_delivery(seen.key).claim_token]


def test_a_claim_issued_again_with_its_token_is_ours(stores: Stores) -> None:
    seen = planned(stores)
    claimed = armed(seen)
    assert stores.posts.claim_delivery(seen, claimed, NOON)
    assert stores.posts.claim_delivery(seen, claimed, NOON)


def test_a_claim_needs_a_fresh_token(stores: Stores) -> None:
    seen = planned(stores, a_delivery(claim_token="old"))
    for token in ("", "old"):
        with pytest.raises(ValueError, match="fresh token"):
            stores.posts.claim_delivery(seen, armed(seen, token), NOON)


def test_a_claim_before_the_moment_is_refused(stores: Stores) -> None:
    seen = planned(stores, a_delivery(due_at=NOON + timedelta(milliseconds=1)))
    assert not stores.posts.claim_delivery(seen, armed(seen), NOON)
    assert stores.posts.claim_delivery(seen, armed(seen), NOON + timedelta(milliseconds=1))


def test_cutting_to_the_millisecond_does_not_make_a_due_item_early_or_late(stores: Stores) -> None:
    odd = NOON + timedelta(microseconds=1_900)
    seen = planned(stores, a_delivery(due_at=odd))
    assert not stores.posts.claim_delivery(seen, armed(seen), NOON + timedelta(microseconds=900))
    assert stores.posts.claim_delivery(seen, armed(seen), odd)


def test_nothing_that_is_not_due_is_claimed(stores: Stores) -> None:
    seen = planned(stores, a_delivery(due_at=None))
    assert not stores.posts.claim_delivery(seen, armed(seen), NOON)


def test_a_live_lease_keeps_others_out_until_it_ends(stores: Stores) -> None:
    seen = planned(stores, a_delivery(lease_until=NOON + A_WHILE, claim_token="other"))
    assert not stores.posts.claim_delivery(seen, armed(seen), NOON)
    assert stores.posts.claim_delivery(seen, armed(seen), NOON + A_WHILE)


@pytest.mark.parametrize(
    "stale",
    [{"fence": 3}, {"state": DeliveryState.PLANNED}, {"revision": 9}],
    ids=["fence", "state", "revision"],
)
def test_a_claim_on_what_is_no_longer_so_is_refused(
    stores: Stores, stale: dict[str, object]
) -> None:
    stored = planned(stores)
    seen = stored.with_changes(**stale)
    assert not stores.posts.claim_delivery(seen, armed(seen), NOON)
    assert stores.posts.get_delivery(stored.key) == stored


def test_what_has_a_remote_id_is_never_claimed(stores: Stores) -> None:
    seen = planned(stores, a_delivery(remote_id="2001"))
    assert not stores.posts.claim_delivery(seen, armed(seen), NOON)


def test_a_claim_that_does_not_know_the_evidence_is_refused(stores: Stores) -> None:
    seen = planned(stores, a_delivery(state=DeliveryState.UNCERTAIN))
    assert stores.posts.record_evidence(seen.key, a_proof(), NOON)
    assert not stores.posts.claim_delivery(seen, armed(seen), NOON)
    known = stores.posts.get_delivery(seen.key)
    assert stores.posts.claim_delivery(known, armed(known), NOON)


def test_a_claim_of_nothing_is_not_found(stores: Stores) -> None:
    seen = a_delivery()
    with pytest.raises(NotFoundError):
        stores.posts.claim_delivery(seen, armed(seen), NOON)


def test_an_edit_that_came_first_stops_the_claim(stores: Stores) -> None:
    seen = planned(stores)
    edited = seen.with_changes(revision=2, fence=1, content=some_content(text="Neuf"))
    stores.posts.change_deliveries([Change(seen, edited)], a_post(revision=2))
    assert not stores.posts.claim_delivery(seen, armed(seen), NOON)
    assert stores.posts.get_delivery(seen.key).content.text == "Neuf"


def test_a_claim_that_came_first_stops_the_edit(stores: Stores) -> None:
    claimed = claimed_one(stores)
    seen = a_delivery()
    with pytest.raises(ConflictError):
        stores.posts.change_deliveries(
            [Change(seen, seen.with_changes(revision=2, fence=1))], a_post(revision=2)
        )
    assert stores.posts.read_post(seen.key.post_id) == (a_post(), (claimed,))


def test_an_outcome_leaves_the_due_index(stores: Stores) -> None:
    claimed = claimed_one(stores)
    assert stores.posts.record_outcome(claimed, published(claimed))
    assert stores.posts.get_delivery(claimed.key) == published(claimed)
    for shard in range(stores.due.shards):
        assert stores.due.due_items(DueKind.PUBLISH, shard, NOON + LEASE, limit=10) == ()


def test_the_outcome_of_a_lost_claim_is_refused(stores: Stores) -> None:
    late = claimed_one(stores)
    now = NOON + LEASE
    stored = stores.posts.get_delivery(late.key)
    taken = armed(stored, "theirs", now)
    assert stores.posts.claim_delivery(stored, taken, now)
    assert not stores.posts.record_outcome(late, published(late))
    assert stores.posts.get_delivery(late.key) == taken


@pytest.mark.parametrize(
    "stale",
    [{"claim_token": "theirs"}, {"fence": 9}, {"state": DeliveryState.UNCERTAIN}],
    ids=["token", "fence", "state"],
)
def test_an_outcome_of_what_is_no_longer_so_is_refused(
    stores: Stores, stale: dict[str, object]
) -> None:
    claimed = claimed_one(stores)
    stranger = claimed.with_changes(**stale)
    assert not stores.posts.record_outcome(stranger, published(stranger))
    assert stores.posts.get_delivery(claimed.key) == claimed


def test_an_outcome_needs_a_claim(stores: Stores) -> None:
    seen = planned(stores)
    with pytest.raises(ValueError, match="token"):
        stores.posts.record_outcome(seen, published(seen))


def test_an_outcome_wakes_the_next_part_in_the_same_write(stores: Stores) -> None:
    waiting = a_delivery(key=a_key(part=2), due_at=None)
    claimed = claimed_one(stores, a_delivery(), waiting)
    woken = waiting.with_changes(fence=1, reply_to="2001", due_at=NOON)
    done = published(claimed)
    assert stores.posts.record_outcome(claimed, done, [Change(waiting, woken)])
    assert stores.posts.read_post(done.key.post_id)[1] == (done, woken)


def test_if_the_next_part_changed_nothing_is_written(stores: Stores) -> None:
    waiting = a_delivery(key=a_key(part=2), due_at=None)
    claimed = claimed_one(stores, a_delivery(), waiting)
    cancelled = waiting.with_changes(state=DeliveryState.CANCELLED, fence=1)
    stores.posts.change_deliveries([Change(waiting, cancelled)])
    woken = waiting.with_changes(fence=1, reply_to="2001", due_at=NOON)
    with pytest.raises(ConflictError, match="/2"):
        stores.posts.record_outcome(claimed, published(claimed), [Change(waiting, woken)])
    assert stores.posts.read_post(claimed.key.post_id)[1] == (claimed, cancelled)


def test_a_lost_claim_is_told_before_a_changed_part(stores: Stores) -> None:
    waiting = a_delivery(key=a_key(part=2), due_at=None)
    claimed = claimed_one(stores, a_delivery(), waiting)
    woken = waiting.with_changes(fence=1, reply_to="2001")
    stores.posts.change_deliveries([Change(waiting, woken)])
    stranger = claimed.with_changes(claim_token="theirs")
    assert not stores.posts.record_outcome(stranger, published(stranger), [Change(waiting, woken)])


def test_late_proof_is_kept_and_due_at_once(stores: Stores) -> None:
    seen = planned(stores, a_delivery(state=DeliveryState.NEEDS_DECISION, due_at=None))
    now = NOON + A_WHILE
    assert stores.posts.record_evidence(seen.key, a_proof(), now)
    assert stores.posts.get_delivery(seen.key) == seen.with_changes(evidence=a_proof(), due_at=now)
    due = [
        item
        for shard in range(stores.due.shards)
        for item in stores.due.due_items(DueKind.PUBLISH, shard, now, limit=10)
    ]
    assert [item.worker for item in due] == ["publish"]


def test_proof_of_what_is_proven_is_not_needed(stores: Stores) -> None:
    claimed = claimed_one(stores)
    stores.posts.record_outcome(claimed, published(claimed))
    assert not stores.posts.record_evidence(claimed.key, a_proof(remote_id="9"), NOON)
    assert stores.posts.get_delivery(claimed.key) == published(claimed)


def test_proof_of_nothing_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        stores.posts.record_evidence(a_key(), a_proof(), NOON)


def test_proof_that_came_meanwhile_is_not_buried_by_an_outcome_without_proof(
    stores: Stores,
) -> None:
    claimed = claimed_one(stores)
    assert stores.posts.record_evidence(claimed.key, a_proof(), NOON)
    given_up = claimed.with_changes(state=DeliveryState.NEEDS_DECISION, due_at=None)
    assert not stores.posts.record_outcome(claimed, given_up)
    assert stores.posts.get_delivery(claimed.key).due_at == NOON


def test_proof_that_came_meanwhile_does_not_stop_an_outcome_with_proof(stores: Stores) -> None:
    claimed = claimed_one(stores)
    assert stores.posts.record_evidence(claimed.key, a_proof(), NOON)
    assert stores.posts.record_outcome(claimed, published(claimed))
    stored = stores.posts.get_delivery(claimed.key)
    assert (stored.state, stored.evidence) == (DeliveryState.PUBLISHED, a_proof())


def test_a_change_that_does_not_know_the_evidence_is_refused(stores: Stores) -> None:
    seen = planned(stores, a_delivery(state=DeliveryState.NEEDS_DECISION, due_at=None))
    stores.posts.record_evidence(seen.key, a_proof(), NOON)
    again = seen.with_changes(state=DeliveryState.READY, fence=1, due_at=NOON)
    with pytest.raises(ConflictError):
        stores.posts.change_deliveries([Change(seen, again)])
