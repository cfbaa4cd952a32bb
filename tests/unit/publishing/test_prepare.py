"""What is done ahead of the moment may die, be repeated, be overtaken by an edit."""

from datetime import timedelta

from portevoix.model.deliveries import DeliveryKey, DeliveryState, HoldReason
from portevoix.model.errors import AuthorizationError, NotSentError, RejectedError
from portevoix.model.posts import Part, Variant
from portevoix.publishing.edit import Edit, edit_post
from portevoix.publishing.prepare import prepare

from tests.factories import NOON
from tests.unit.publishing.newsroom import Newsroom

HOUR = timedelta(hours=1)


def image_room() -> tuple[Newsroom, DeliveryKey]:
    room = Newsroom()
    variant = Variant((Part("Regardez", (room.add_media(),)),))
    queued = room.queue_text(variants={"*": variant})
    return room, queued.deliveries[0].key


def test_an_image_is_uploaded_ahead_and_leaves_on_time() -> None:
    room, _ = image_room()
    room.network.looks_until_ready = 10
    room.run(NOON + HOUR)
    (post,) = room.network.posts
    assert post.published_at == NOON
    assert post.record.body["media"] == ["media-1"]
    assert room.network.media[0].alt_text == "Une affiche"
    assert len(room.network.media) == 1


def test_a_preparation_that_died_is_taken_up_where_it_stood() -> None:
    room, key = image_room()
    room.clock.set(NOON - timedelta(minutes=5))
    room.network.looks_until_ready = 3
    room.store.fail("record_outcome", after=1)
    room.invoke("prepare", {"post_id": key.post_id, "account_id": key.account_id, "part": 1})
    room.run_pending()
    assert room.prepared[-1][1] == "died"
    room.run(NOON + HOUR)
    assert room.network.posts[0].published_at == NOON
    assert len(room.network.media) == 1


def test_an_edit_overtakes_a_preparation() -> None:
    room, key = image_room()
    room.clock.set(NOON - timedelta(minutes=5))
    real = room.network.upload

    def edit_meanwhile(*args: object, **kwargs: object) -> object:
        room.network.upload = real  # type: ignore[method-assign]
        variant = Variant((Part("Voyez", ("01KM00000000000000000000M1",)),))
        edit_post(key.post_id, Edit(variants={"*": variant}), room.desk, room.clock.now())
        return real(*args, **kwargs)  # type: ignore[arg-type]

    room.network.upload = edit_meanwhile  # type: ignore[method-assign,assignment]
    assert prepare(key, room.preparer()) == "skipped"
    room.run(NOON + HOUR)
    assert room.network.texts() == ["Voyez"]


def test_what_the_network_does_not_take_is_refused_with_its_reason() -> None:
    room, key = image_room()
    room.network.upload_error = RejectedError("422", reason="not an image")
    room.run(NOON + HOUR)
    trouble = room.delivery(key).trouble
    assert room.delivery(key).state is DeliveryState.REJECTED
    assert trouble is not None and (trouble.code, trouble.detail) == (
        "media_rejected",
        "not an image",
    )


def test_a_network_that_is_down_is_tried_until_it_is_too_late() -> None:
    room, key = image_room()
    room.network.upload_error = NotSentError("refused")
    room.run(NOON + timedelta(minutes=30))
    assert room.delivery(key).state is DeliveryState.PLANNED
    room.run(NOON + 2 * HOUR)
    assert room.delivery(key).state is DeliveryState.MISSED


def test_a_disconnected_account_holds_what_it_prepares() -> None:
    room, key = image_room()
    room.network.upload_error = AuthorizationError("401")
    room.run(NOON + HOUR)
    assert room.delivery(key).hold is HoldReason.ACCOUNT
