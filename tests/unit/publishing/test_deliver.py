"""One delivery, from its claim to its end."""

from datetime import timedelta

import pytest
from portevoix.model.brands import DeliveryClass, Pause
from portevoix.model.deliveries import DeliveryKey, DeliveryState, HoldReason
from portevoix.model.errors import (
    AuthorizationError,
    ConflictError,
    InvalidError,
    NotSentError,
    QuotaError,
    RateLimitedError,
    RejectedError,
    StoreUnavailableError,
    UnknownOutcomeError,
)
from portevoix.model.posts import Part, Variant
from portevoix.publishing.change import (
    cancel_post,
    decide_delivery,
    hold_post,
    release_post,
)
from portevoix.publishing.edit import Edit, edit_post

from tests.factories import ACCOUNT, BRAND, NOON, OTHER_ACCOUNT
from tests.fakes.connector import Answer
from tests.unit.publishing.newsroom import Newsroom

HOUR = timedelta(hours=1)


def test_a_text_leaves_at_its_moment_once() -> None:
    room = Newsroom()
    room.queue_text("Bonjour")
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Bonjour"]
    assert room.states() == ["published"]
    (delivery,) = room.store.deliveries.values()
    assert delivery.published_at == NOON
    assert delivery.attempts == 1
    assert delivery.due_at is None


def test_a_text_costs_two_conditional_writes() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.clock.set(NOON)
    room.store.calls.clear()
    room.deliver(key)
    writes = [c for c in room.store.calls if not c.startswith(("get_", "read_", "list_"))]
    assert writes == ["claim_delivery", "record_outcome"]


def test_a_message_that_comes_twice_sends_once() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.clock.set(NOON)
    first, second = room.deliver(key), room.deliver(key)
    assert (first.acted, second.acted) == (True, False)
    assert len(room.network.calls) == 1


def test_an_early_message_waits_or_comes_again() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.clock.set(NOON - timedelta(seconds=100))
    assert not room.deliver(key).acted
    assert room.queue.sent[-1].delay_s == 98
    room.clock.set(NOON - timedelta(seconds=2))
    assert room.deliver(key).acted
    assert room.clock.slept == [2.0]
    assert room.network.posts[0].published_at == NOON


def test_a_live_lease_is_left_alone() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.clock.set(NOON)
    room.store.fail("record_outcome", times=2)
    with pytest.raises(StoreUnavailableError):
        room.deliver(key)
    room.clock.advance(60)
    assert not room.deliver(key).acted
    assert len(room.network.calls) == 1


def test_a_sender_that_died_is_settled_with_the_same_key() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.clock.set(NOON)
    room.store.fail("record_outcome")
    with pytest.raises(StoreUnavailableError):
        room.deliver(key)
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Bonjour"]
    assert len({record.key for record in room.network.calls}) == 1
    assert room.states() == ["published"]


def test_without_a_key_a_doubt_is_a_members_to_decide() -> None:
    room = Newsroom(honours_keys=False)
    room.add_account(delivery_class=DeliveryClass.K1)
    key = room.queue_text("Bonjour").deliveries[0].key
    room.network.next_answers(Answer(UnknownOutcomeError("reset")))
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Bonjour"]
    assert room.states() == ["needs_decision"]
    assert len(room.network.calls) == 1
    trouble = room.delivery(key).trouble
    assert trouble is not None and trouble.code == "uncertain"


def test_a_doubt_is_settled_before_the_key_is_forgotten() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.network.next_answers(*[Answer(UnknownOutcomeError("silence"))] * 9)
    room.run(NOON + 3 * HOUR)
    assert room.states() == ["needs_decision"]
    assert room.delivery(key).attempts == 5
    assert len(room.network.posts) == 1


@pytest.mark.parametrize(
    ("error", "state", "hold"),
    [
        (RejectedError("422", reason="too rude"), DeliveryState.REJECTED, None),
        (AuthorizationError("401"), DeliveryState.HELD, HoldReason.ACCOUNT),
        (QuotaError("402"), DeliveryState.HELD, HoldReason.QUOTA),
    ],
)
def test_a_definite_no_ends_or_holds(
    error: Exception, state: DeliveryState, hold: HoldReason | None
) -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.network.next_answers(Answer(error, is_accepted=False))
    room.run(NOON + 2 * HOUR)
    assert room.delivery(key).state is state
    assert room.delivery(key).hold is hold
    assert room.network.posts == []
    assert len(room.network.calls) == 1


def test_a_disconnected_account_holds_its_queue() -> None:
    room = Newsroom()
    first = room.queue_text("Un").deliveries[0].key
    later = room.queue_text("Deux", moment_at=NOON + timedelta(minutes=5)).deliveries[0].key
    room.network.next_answers(Answer(AuthorizationError("401"), is_accepted=False))
    room.run(NOON + HOUR)
    assert room.delivery(first).hold is HoldReason.ACCOUNT
    assert room.delivery(later).hold is HoldReason.ACCOUNT
    assert len(room.network.calls) == 1


def test_what_did_not_leave_is_tried_again_and_then_asked() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.network.next_answers(*[Answer(NotSentError("refused"), is_accepted=False)] * 9)
    room.run(NOON + 3 * HOUR)
    assert len(room.network.calls) == 5
    assert room.delivery(key).state is DeliveryState.NEEDS_DECISION


def test_a_wait_that_the_network_asks_for_is_honoured_and_no_attempt() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    retry_at = NOON + timedelta(minutes=20)
    limited = Answer(RateLimitedError("429", retry_at=retry_at), is_accepted=False)
    room.network.next_answers(limited)
    room.run(NOON + HOUR)
    assert room.network.posts[0].published_at == retry_at
    assert room.delivery(key).attempts == 1


def test_what_is_too_late_is_missed_not_blasted() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.tick_at = NOON + timedelta(hours=5)
    room.queue.messages.clear()
    room.run(NOON + timedelta(hours=6))
    assert room.network.calls == []
    assert room.delivery(key).state is DeliveryState.MISSED


def test_a_late_clock_still_delivers_within_the_hour() -> None:
    room = Newsroom()
    room.queue_text("Bonjour")
    room.tick_at = NOON + timedelta(minutes=40)
    room.run(NOON + 2 * HOUR)
    assert room.network.texts() == ["Bonjour"]


def test_a_paused_brand_sends_nothing_and_its_end_releases_nothing() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.store.save_pause(Pause(BRAND, "lea", "Incendie", NOON - HOUR))
    room.run(NOON + timedelta(minutes=30))
    assert room.delivery(key).hold is HoldReason.PAUSE
    assert room.delivery(key).attempts == 0
    room.store.delete_pause(BRAND)
    room.run(NOON + 3 * HOUR)
    assert room.network.calls == []
    release_post(key.post_id, room.desk, room.clock.now())
    room.run(NOON + 4 * HOUR)
    assert room.network.texts() == ["Bonjour"]


def test_a_pause_read_that_fails_never_sends() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.clock.set(NOON)
    room.store.fail("get_gate")
    room.deliver(key)
    assert room.network.calls == []
    assert room.delivery(key).state is DeliveryState.READY
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Bonjour"]


def test_a_function_about_to_end_does_not_begin_to_send() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.clock.set(NOON)
    room.remaining = timedelta(seconds=14)
    room.deliver(key)
    assert room.network.calls == []
    assert room.delivery(key).attempts == 0


def test_a_release_between_the_pause_read_and_the_hold_is_not_lost() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.store.save_pause(Pause(BRAND, "lea", "Incendie", NOON - HOUR))
    room.clock.set(NOON)
    real_gate = room.store.get_gate

    def gate_then_release(brand_id: str, account_id: str) -> object:
        gate = real_gate(brand_id, account_id)
        room.clock.advance(1)
        room.store.delete_pause(BRAND)
        release_post(key.post_id, room.desk, room.clock.now())
        room.store.get_gate = real_gate  # type: ignore[method-assign]
        return gate

    room.store.get_gate = gate_then_release  # type: ignore[method-assign,assignment]
    room.deliver(key)
    assert room.delivery(key).state is DeliveryState.READY
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Bonjour"]


def test_an_edit_wins_or_is_told_too_late() -> None:
    room = Newsroom()
    queued = room.queue_text("Bonjour")
    new = Edit(variants={"*": Variant((Part("Bonsoir"),))})
    edit_post(queued.post.post_id, new, room.desk, room.clock.now())
    room.run(NOON + timedelta(minutes=1))
    assert room.network.texts() == ["Bonsoir"]
    again = Edit(variants={"*": Variant((Part("Bonne nuit"),))})
    with pytest.raises(ConflictError, match="Too late"):
        edit_post(queued.post.post_id, again, room.desk, room.clock.now())


def test_an_edit_between_look_and_claim_makes_the_claim_fail() -> None:
    room = Newsroom()
    queued = room.queue_text("Bonjour")
    key = queued.deliveries[0].key
    room.clock.set(NOON)
    real = room.store.get_account

    def edit_first(brand_id: str, account_id: str) -> object:
        room.store.get_account = real  # type: ignore[method-assign]
        new = Edit(variants={"*": Variant((Part("Bonsoir"),))})
        edit_post(key.post_id, new, room.desk, room.clock.now())
        return real(brand_id, account_id)

    room.store.get_account = edit_first  # type: ignore[method-assign,assignment]
    assert not room.deliver(key).acted
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Bonsoir"]


def test_a_move_changes_the_moment_and_its_latest() -> None:
    room = Newsroom()
    queued = room.queue_text("Bonjour")
    edit_post(queued.post.post_id, Edit(moment_at=NOON + HOUR), room.desk, room.clock.now())
    room.run(NOON + 3 * HOUR)
    assert room.network.posts[0].published_at == NOON + HOUR


def test_a_cancelled_post_never_leaves() -> None:
    room = Newsroom()
    queued = room.queue_text("Bonjour")
    cancel_post(queued.post.post_id, room.desk, room.clock.now())
    room.run(NOON + 2 * HOUR)
    assert room.network.calls == []
    with pytest.raises(ConflictError):
        cancel_post(queued.post.post_id, room.desk, room.clock.now())


def test_a_held_post_is_never_missed_and_leaves_when_released() -> None:
    room = Newsroom()
    queued = room.queue_text("Bonjour")
    hold_post(queued.post.post_id, room.desk, room.clock.now(), by="lea")
    room.run(NOON + 5 * HOUR)
    assert room.states() == ["held"]
    release_post(queued.post.post_id, room.desk, room.clock.now())
    room.run(NOON + 6 * HOUR)
    assert room.network.texts() == ["Bonjour"]


def test_what_is_released_before_its_moment_leaves_at_its_moment() -> None:
    room = Newsroom()
    queued = room.queue_text("Bonjour", is_held=True)
    release_post(queued.post.post_id, room.desk, room.clock.now())
    room.run(NOON + HOUR)
    assert room.network.posts[0].published_at == NOON


def test_a_chain_goes_in_order_each_part_under_the_one_before() -> None:
    room = Newsroom()
    room.queue_text("Un", "Deux", "Trois")
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Un", "Deux", "Trois"]
    posts = room.network.posts
    assert posts[1].record.body["reply_to"] == posts[0].remote_id
    assert posts[2].record.body["reply_to"] == posts[1].remote_id


def test_a_chain_without_time_left_goes_on_in_the_next_invocation() -> None:
    room = Newsroom()
    key = room.queue_text("Un", "Deux").deliveries[0].key
    room.clock.set(NOON)
    room.remaining = timedelta(seconds=24)
    room.deliver(key)
    assert room.network.texts() == ["Un"]
    assert room.queue.sent[-1].key == DeliveryKey(key.post_id, key.account_id, 2)
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Un", "Deux"]


def test_a_refused_part_holds_the_rest_of_its_chain() -> None:
    room = Newsroom()
    room.queue_text("Un", "Deux", "Trois")
    refusal = Answer(RejectedError("422", reason="no"), is_accepted=False)
    room.network.next_answers(Answer(), refusal)
    room.run(NOON + HOUR)
    assert room.states() == ["published", "rejected", "held"]
    assert room.network.texts() == ["Un"]


def test_a_decided_part_lets_its_chain_go_on() -> None:
    room = Newsroom()
    room.add_account(delivery_class=DeliveryClass.K1)
    queued = room.queue_text("Un", "Deux")
    room.network.next_answers(Answer(UnknownOutcomeError("reset")))
    room.run(NOON + timedelta(minutes=30))
    assert room.states() == ["needs_decision", "held"]
    url = room.network.posts[0].url
    key = queued.deliveries[0].key
    decide_delivery(key, room.desk, room.credentials, room.clock.now(), there_url=url)
    room.run(NOON + 3 * HOUR)
    assert room.network.texts() == ["Un", "Deux"]
    assert room.states() == ["published", "published"]


def test_a_decision_to_send_again_sends_again() -> None:
    room = Newsroom(honours_keys=False)
    room.add_account(delivery_class=DeliveryClass.K1)
    key = room.queue_text("Un").deliveries[0].key
    room.network.next_answers(Answer(UnknownOutcomeError("reset"), is_accepted=False))
    room.run(NOON + timedelta(minutes=30))
    decide_delivery(key, room.desk, room.credentials, room.clock.now(), again=True)
    room.run(NOON + 3 * HOUR)
    assert room.network.texts() == ["Un"]


def test_a_decision_needs_one_answer_and_a_doubt() -> None:
    room = Newsroom()
    key = room.queue_text("Un").deliveries[0].key
    with pytest.raises(InvalidError):
        decide_delivery(key, room.desk, room.credentials, room.clock.now())
    with pytest.raises(ConflictError):
        decide_delivery(key, room.desk, room.credentials, room.clock.now(), again=True)


def test_a_pair_leaves_together() -> None:
    room = pair_room()
    room.run(NOON + HOUR)
    assert sorted(room.network.texts()) == ["Bonjour", "Hello"]


@pytest.mark.parametrize("stop", [hold_post, cancel_post])
def test_with_one_half_stopped_neither_half_leaves(stop: object) -> None:
    room = pair_room()
    (post_id,) = room.store.posts
    stop(post_id, room.desk, room.clock.now(), account_id=OTHER_ACCOUNT)  # type: ignore[operator]
    room.run(NOON + 2 * HOUR)
    assert room.network.calls == []
    (delivery,) = [d for k, d in room.store.deliveries.items() if k.account_id == ACCOUNT]
    assert delivery.hold is HoldReason.OTHER_HALF


def test_a_pair_waits_for_the_half_that_is_still_being_prepared() -> None:
    room = Newsroom()
    room.add_account(OTHER_ACCOUNT, lead_s=0)
    media_id = room.add_media()
    room.network.looks_until_ready = 20
    variants = {
        ACCOUNT: Variant((Part("Bonjour"),)),
        OTHER_ACCOUNT: Variant((Part("Hello", (media_id,)),)),
    }
    accounts = (ACCOUNT, OTHER_ACCOUNT)
    room.queue_text(account_ids=accounts, variants=variants, is_pair=True)
    room.run(NOON + HOUR)
    assert sorted(room.network.texts()) == ["Bonjour", "Hello"]
    assert all(post.published_at >= NOON for post in room.network.posts)


def pair_room() -> Newsroom:
    room = Newsroom()
    room.add_account(OTHER_ACCOUNT, language="en-CA")
    variants = {
        ACCOUNT: Variant((Part("Bonjour"),)),
        OTHER_ACCOUNT: Variant((Part("Hello"),)),
    }
    accounts = (ACCOUNT, OTHER_ACCOUNT)
    room.queue_text(account_ids=accounts, variants=variants, is_pair=True)
    return room
