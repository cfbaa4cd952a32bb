"""A doubt outlives everything but its proof; what never left is never called a doubt."""

from dataclasses import replace
from datetime import timedelta

import pytest
from portevoix.model.brands import DeliveryClass
from portevoix.model.deliveries import DeliveryKey, DeliveryState, HoldReason
from portevoix.model.due import DueKind
from portevoix.model.errors import (
    AuthorizationError,
    ConfigurationError,
    NotSentError,
    RateLimitedError,
    RejectedError,
    StoreUnavailableError,
    UnknownOutcomeError,
)
from portevoix.model.posts import Part, Variant
from portevoix.publishing.change import decide_delivery, hold_post, release_post
from portevoix.publishing.dispatch import Dispatcher, dispatch
from portevoix.publishing.edit import Edit, edit_post

from tests.factories import ACCOUNT, BRAND, NOON, OTHER_ACCOUNT, a_proof, an_account
from tests.fakes.connector import Answer
from tests.unit.publishing.newsroom import Newsroom

HOUR = timedelta(hours=1)
SILENCE = UnknownOutcomeError("silence")


def test_an_account_that_lost_its_keys_since_planning_is_not_sent_to_again() -> None:
    room = Newsroom()
    room.queue_text("Bonjour")
    room.add_account(delivery_class=DeliveryClass.K1)
    room.network.next_answers(Answer(SILENCE))
    room.run(NOON + 2 * HOUR)
    assert room.network.texts() == ["Bonjour"]
    assert room.states() == ["needs_decision"]


def test_an_account_that_loses_its_keys_during_a_doubt_is_not_sent_to_again() -> None:
    room = Newsroom()
    room.queue_text("Bonjour")
    room.network.next_answers(Answer(SILENCE))
    room.run(NOON + timedelta(seconds=60))
    room.add_account(delivery_class=DeliveryClass.K1)
    room.run(NOON + 2 * HOUR)
    assert room.network.texts() == ["Bonjour"]
    assert room.states() == ["needs_decision"]


def test_a_doubt_is_not_forgotten_when_the_secret_is_missing() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.network.next_answers(Answer(SILENCE))
    room.run(NOON + timedelta(seconds=60))
    room.credentials.secrets[BRAND, ACCOUNT] = []
    room.run(NOON + timedelta(minutes=10))
    assert room.delivery(key).state is DeliveryState.UNCERTAIN
    assert room.store.accounts[BRAND, ACCOUNT].needs_reconnection
    del room.credentials.secrets[BRAND, ACCOUNT]
    room.add_account()
    room.run(NOON + 3 * HOUR)
    assert room.network.texts() == ["Bonjour"]


def test_proof_that_came_meanwhile_wins_over_a_decision_to_send_again() -> None:
    room = Newsroom(honours_keys=False)
    room.add_account(delivery_class=DeliveryClass.K1)
    key = room.queue_text("Bonjour").deliveries[0].key
    room.network.next_answers(Answer(SILENCE))
    room.run(NOON + timedelta(minutes=30))
    room.store.record_evidence(key, a_proof(), room.clock.now())
    decide_delivery(key, room.desk, room.credentials, room.clock.now(), again=True)
    room.run(NOON + 2 * HOUR)
    assert room.states() == ["published"]
    assert len(room.network.calls) == 1


def test_proof_is_not_taken_out_as_too_late() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.store.record_evidence(key, a_proof(), NOON)
    room.clock.set(NOON + 3 * HOUR)
    ports = Dispatcher(room.store, room.store, room.queue, room, room.clock)
    assert dispatch(DueKind.PUBLISH, room.clock.now(), ports).taken_out == 0
    room.deliver(key)
    assert room.delivery(key).state is DeliveryState.PUBLISHED


def test_an_item_that_nobody_can_read_stops_no_other() -> None:
    room = Newsroom()
    broken = room.queue_text("Un").deliveries[0].key
    others = [room.queue_text(str(n)).deliveries[0].key for n in range(20)]
    real = room.store.get_delivery

    def read(key: DeliveryKey) -> object:
        if key == broken:
            raise ConfigurationError("a shape of a later version")
        return real(key)

    room.store.get_delivery = read  # type: ignore[method-assign,assignment]
    room.clock.set(NOON + timedelta(minutes=20))
    room.queue.sent.clear()
    ports = Dispatcher(room.store, room.store, room.queue, room, room.clock)
    tick = dispatch(DueKind.PUBLISH, room.clock.now(), ports)
    assert {wake.key for wake in room.queue.sent} == set(others)
    assert tick.unreadable == ("/".join((broken.post_id, broken.account_id, "1")),)


def test_a_shard_that_does_not_answer_delays_no_other() -> None:
    room = Newsroom()
    keys = [room.queue_text(str(n)).deliveries[0].key for n in range(20)]
    room.clock.set(NOON - timedelta(seconds=30))
    room.queue.sent.clear()
    room.store.fail("due_items", after=1)
    ports = Dispatcher(room.store, room.store, room.queue, room, room.clock)
    with pytest.raises(ExceptionGroup):
        dispatch(DueKind.PUBLISH, room.clock.now(), ports)
    assert 0 < len(room.queue.sent) < len(keys)
    assert room.store.watermarks == {}
    dispatch(DueKind.PUBLISH, room.clock.now(), ports)
    assert {wake.key for wake in room.queue.sent} == set(keys)


@pytest.mark.parametrize("error", [ConfigurationError("role"), StoreUnavailableError("down")])
def test_whatever_fails_at_the_last_look_nothing_has_left(error: Exception) -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.clock.set(NOON)
    real = room.store.get_gate

    def fail_once(brand_id: str, account_id: str) -> object:
        room.store.get_gate = real  # type: ignore[method-assign]
        raise error

    room.store.get_gate = fail_once  # type: ignore[method-assign,assignment]
    room.deliver(key)
    assert (room.delivery(key).state, room.delivery(key).attempts) == (DeliveryState.READY, 0)
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Bonjour"]


def test_a_part_mended_after_the_one_before_has_left_goes_on() -> None:
    room = Newsroom()
    media_id = room.add_media()
    variant = Variant((Part("Un"), Part("Deux", (media_id,))))
    queued = room.queue_text(variants={"*": variant})
    room.network.upload_error = RejectedError("422", reason="not an image")
    room.run(NOON + timedelta(minutes=5))
    assert room.states() == ["published", "rejected"]
    room.network.upload_error = None
    mended = Variant((Part("Un"), Part("Deux sans image")))
    edit_post(queued.post.post_id, Edit(variants={"*": mended}), room.desk, room.clock.now())
    room.run(NOON + 2 * HOUR)
    assert room.network.texts() == ["Un", "Deux sans image"]


def test_media_are_prepared_anew_after_a_hold_and_the_new_ones_are_sent() -> None:
    room = Newsroom()
    variant = Variant((Part("Regardez", (room.add_media(),)),))
    queued = room.queue_text(variants={"*": variant})
    room.network.next_answers(Answer(AuthorizationError("401"), is_accepted=False))
    room.run(NOON + HOUR)
    room.add_account()
    release_post(queued.post.post_id, room.desk, room.clock.now())
    room.run(NOON + 3 * HOUR)
    assert [post.record.body["media"] for post in room.network.posts] == [["media-2"]]


def test_a_refusal_is_recorded_even_if_the_account_cannot_be_marked() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.clock.set(NOON)
    room.network.next_answers(Answer(AuthorizationError("401"), is_accepted=False))
    room.store.fail("mark_disconnected")
    with pytest.raises(StoreUnavailableError):
        room.deliver(key)
    assert room.delivery(key).hold is HoldReason.ACCOUNT


def test_nothing_is_read_between_an_answer_and_its_record() -> None:
    room = Newsroom()
    key = room.queue_text("Un", "Deux").deliveries[0].key
    room.clock.set(NOON)
    real_send = room.network.send

    def send(*args: object) -> object:
        room.store.calls.clear()
        return real_send(*args)  # type: ignore[arg-type]

    room.network.send = send  # type: ignore[method-assign,assignment]
    room.remaining = timedelta(seconds=20)
    room.deliver(key)
    assert room.store.calls[0] == "record_outcome"


def test_a_server_that_always_says_now_is_not_asked_every_second() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    limited = [Answer(RateLimitedError("429", retry_at=NOON), is_accepted=False)] * 99
    room.network.next_answers(*limited)
    room.run(NOON + 2 * HOUR)
    assert len(room.network.calls) < 25
    assert room.delivery(key).state is DeliveryState.MISSED


def test_a_wait_beyond_the_latest_moment_is_told_at_that_moment() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    limited = RateLimitedError("429", retry_at=NOON + 6 * HOUR)
    room.network.next_answers(Answer(limited, is_accepted=False))
    room.run(NOON + HOUR + timedelta(minutes=3))
    assert room.delivery(key).state is DeliveryState.MISSED


def test_five_failures_say_that_nothing_has_left() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.network.next_answers(*[Answer(NotSentError("refused"), is_accepted=False)] * 5)
    room.run(NOON + 2 * HOUR)
    trouble = room.delivery(key).trouble
    assert trouble is not None and trouble.code == "gave_up"


@pytest.mark.parametrize("days", [0, 7])
def test_a_message_of_a_post_that_moved_does_not_renew_itself(days: int) -> None:
    room = Newsroom(now=NOON - timedelta(minutes=3))
    queued = room.queue_text("Bonjour")
    if days:
        later = Edit(moment_at=NOON + timedelta(days=days))
        edit_post(queued.post.post_id, later, room.desk, room.clock.now())
    else:
        hold_post(queued.post.post_id, room.desk, room.clock.now())
    room.queue.sent.clear()
    room.run(NOON + 24 * HOUR)
    assert len(room.queue.sent) <= 97 * (days == 0)


def test_a_pair_whose_other_half_has_begun_follows_it() -> None:
    room = Newsroom()
    room.add_account(OTHER_ACCOUNT)
    variants = {
        ACCOUNT: Variant((Part("Un"), Part("Deux"))),
        OTHER_ACCOUNT: Variant((Part("One"), Part("Two"))),
    }
    accounts = (ACCOUNT, OTHER_ACCOUNT)
    queued = room.queue_text(account_ids=accounts, variants=variants, is_pair=True)
    keys = {d.key.account_id: d.key for d in queued.deliveries if d.key.part == 1}
    room.clock.set(NOON)
    refusal = Answer(RejectedError("422", reason="no"), is_accepted=False)
    room.network.next_answers(Answer(), refusal)
    room.deliver(keys[OTHER_ACCOUNT])
    assert room.network.texts() == ["One"]
    room.deliver(keys[ACCOUNT])
    assert room.network.texts() == ["One", "Un", "Deux"]


def test_the_half_of_a_pair_does_not_leave_when_the_other_gave_up() -> None:
    room = Newsroom()
    room.add_account(OTHER_ACCOUNT)
    variants = {ACCOUNT: Variant((Part("Un"),)), OTHER_ACCOUNT: Variant((Part("One"),))}
    accounts = (ACCOUNT, OTHER_ACCOUNT)
    queued = room.queue_text(account_ids=accounts, variants=variants, is_pair=True)
    keys = {d.key.account_id: d.key for d in queued.deliveries}
    gave_up = room.delivery(keys[OTHER_ACCOUNT]).with_changes(
        state=DeliveryState.NEEDS_DECISION, due_at=None
    )
    room.store.deliveries[keys[OTHER_ACCOUNT]] = gave_up
    room.run(NOON + HOUR)
    assert room.network.calls == []
    assert room.delivery(keys[ACCOUNT]).hold is HoldReason.OTHER_HALF


def test_a_post_with_a_cancelled_account_can_still_be_moved() -> None:
    room = Newsroom()
    room.add_account(OTHER_ACCOUNT)
    queued = room.queue_text("Bonjour", account_ids=(ACCOUNT, OTHER_ACCOUNT))
    from portevoix.publishing.change import cancel_post

    post_id = queued.post.post_id
    cancel_post(post_id, room.desk, room.clock.now(), account_id=OTHER_ACCOUNT)
    edit_post(post_id, Edit(moment_at=NOON + HOUR), room.desk, room.clock.now())
    room.run(NOON + 3 * HOUR)
    assert [p.account_id for p in room.network.posts] == [ACCOUNT]


def test_a_missed_post_is_not_sent_by_an_edit_of_its_text() -> None:
    room = Newsroom()
    queued = room.queue_text("Bonjour")
    room.tick_at = NOON + 5 * HOUR
    room.queue.messages.clear()
    room.run(NOON + 6 * HOUR)
    post_id = queued.post.post_id
    edit = Edit(variants={"*": Variant((Part("Bonsoir"),))})
    edit_post(post_id, edit, room.desk, room.clock.now())
    room.run(NOON + 7 * HOUR)
    assert room.network.calls == []
    edit_post(post_id, Edit(moment_at=NOON + 8 * HOUR), room.desk, room.clock.now())
    room.run(NOON + 9 * HOUR)
    assert room.network.texts() == ["Bonsoir"]


def test_a_long_import_wakes_its_last_rows_by_the_time_it_is() -> None:
    room = Newsroom(now=NOON)
    began = room.clock.now()
    room.clock.advance(100)
    from portevoix.publishing.plan import Draft, queue_post

    draft = Draft(BRAND, NOON + timedelta(seconds=200), (ACCOUNT,), {"*": Variant((Part("Un"),))})
    queue_post(draft, room.desk, began)
    assert room.queue.sent[-1].delay_s == 98


def test_an_account_that_was_reconnected_meanwhile_stays_connected() -> None:
    room = Newsroom()
    key = room.queue_text("Bonjour").deliveries[0].key
    room.clock.set(NOON)
    real_send = room.network.send

    def reconnect_meanwhile(*args: object) -> object:
        room.store.accounts[BRAND, ACCOUNT] = replace(an_account(), secret_version=2)
        return real_send(*args)  # type: ignore[arg-type]

    room.network.send = reconnect_meanwhile  # type: ignore[method-assign,assignment]
    room.network.next_answers(Answer(AuthorizationError("401"), is_accepted=False))
    room.deliver(key)
    assert not room.store.accounts[BRAND, ACCOUNT].needs_reconnection
