"""An edit that is acknowledged is what leaves; one that would change nothing is told."""

from datetime import timedelta

import pytest
from portevoix.model.deliveries import DeliveryState
from portevoix.model.errors import ConflictError, InvalidError
from portevoix.model.posts import Part, Variant
from portevoix.publishing.edit import Edit, edit_post
from portevoix.publishing.plan import Draft, Queued, queue_post

from tests.factories import ACCOUNT, BRAND, NOON, OTHER_ACCOUNT
from tests.unit.publishing.newsroom import Newsroom

HOUR = timedelta(hours=1)


def says(text: str) -> Variant:
    return Variant((Part(text),))


def two_accounts(room: Newsroom, french: str, english: str, **changes: object) -> Queued:
    room.add_account(OTHER_ACCOUNT, language="en-CA")
    variants = {ACCOUNT: says(french), OTHER_ACCOUNT: says(english)}
    draft = Draft(BRAND, NOON, (ACCOUNT, OTHER_ACCOUNT), variants, **changes)  # type: ignore[arg-type]
    return queue_post(draft, room.desk, room.clock.now(), keep_refused=True)


def edit(room: Newsroom, queued: Queued, **changes: object) -> None:
    changed = Edit(**changes)  # type: ignore[arg-type]
    edit_post(queued.post.post_id, changed, room.desk, room.clock.now())


def test_a_text_for_the_post_replaces_its_only_version() -> None:
    room = Newsroom()
    queued = room.queue_text(variants={ACCOUNT: says("Bonjour")})
    edit(room, queued, variants={"*": says("Bonsoir")})
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Bonsoir"]


@pytest.mark.parametrize("name", ["*", "mastodon", "mastodon-fr"])
def test_a_text_that_no_account_would_say_is_told_and_changes_nothing(name: str) -> None:
    room = Newsroom()
    queued = two_accounts(room, "Bonjour", "Hello")
    with pytest.raises(InvalidError) as caught:
        edit(room, queued, variants={name: says("Bonsoir")})
    assert [p.code for p in caught.value.problems] == ["unsaid_version"]
    room.run(NOON + HOUR)
    assert sorted(room.network.texts()) == ["Bonjour", "Hello"]


def test_one_of_two_refused_texts_can_be_mended_alone() -> None:
    room = Newsroom()
    queued = two_accounts(room, "x" * 417, "y" * 417)
    edit(room, queued, variants={ACCOUNT: says("Court")})
    states = {d.key.account_id: d.state for d in room.store.deliveries.values()}
    assert states == {ACCOUNT: DeliveryState.READY, OTHER_ACCOUNT: DeliveryState.REJECTED}
    edit(room, queued, variants={OTHER_ACCOUNT: says("Short")})
    room.run(NOON + HOUR)
    assert sorted(room.network.texts()) == ["Court", "Short"]


def test_a_refused_pair_is_mended_half_by_half_and_leaves_whole() -> None:
    room = Newsroom()
    queued = two_accounts(room, "x" * 417, "y" * 417, is_pair=True)
    edit(room, queued, variants={ACCOUNT: says("Court")})
    states = {d.key.account_id: d.state for d in room.store.deliveries.values()}
    assert states == {ACCOUNT: DeliveryState.HELD, OTHER_ACCOUNT: DeliveryState.REJECTED}
    edit(room, queued, variants={OTHER_ACCOUNT: says("Short")})
    assert room.states() == ["ready", "ready"]
    room.run(NOON + HOUR)
    assert sorted(room.network.texts()) == ["Court", "Short"]


def test_a_text_that_would_still_be_refused_is_told() -> None:
    room = Newsroom()
    queued = two_accounts(room, "x" * 417, "Hello")
    with pytest.raises(InvalidError) as caught:
        edit(room, queued, variants={ACCOUNT: says("x" * 401)})
    assert [(p.code, p.where) for p in caught.value.problems] == [("text_too_long", ACCOUNT)]


def test_a_move_carries_what_is_refused_along() -> None:
    room = Newsroom()
    queued = two_accounts(room, "x" * 417, "Hello")
    edit(room, queued, moment_at=NOON + HOUR)
    assert {d.moment_at for d in room.store.deliveries.values()} == {NOON + HOUR}
    room.run(NOON + 3 * HOUR)
    assert room.network.texts() == ["Hello"]


def test_a_latest_moment_alone_reaches_the_deliveries() -> None:
    room = Newsroom()
    queued = room.queue_text("Bonjour")
    edit(room, queued, publish_before=NOON + 5 * HOUR)
    assert room.delivery(queued.deliveries[0].key).publish_before == NOON + 5 * HOUR
    edit(room, queued, publish_before=NOON + timedelta(minutes=10))
    assert room.delivery(queued.deliveries[0].key).publish_before == NOON + timedelta(minutes=10)


@pytest.mark.parametrize("latest", [NOON, NOON - 5 * HOUR])
def test_a_latest_moment_before_the_moment_is_told(latest: object) -> None:
    room = Newsroom()
    queued = room.queue_text("Bonjour")
    with pytest.raises(InvalidError) as caught:
        edit(room, queued, publish_before=latest)
    assert [p.code for p in caught.value.problems] == ["publish_before_too_early"]


def test_what_has_left_stays_while_the_other_account_is_edited() -> None:
    room = Newsroom()
    queued = two_accounts(room, "Bonjour", "x" * 417)
    room.run(NOON + timedelta(minutes=1))
    edit(room, queued, variants={OTHER_ACCOUNT: says("Hello")})
    room.run(NOON + HOUR)
    assert sorted(room.network.texts()) == ["Bonjour", "Hello"]
    with pytest.raises(ConflictError):
        edit(room, queued, variants={ACCOUNT: says("Bonsoir")})
