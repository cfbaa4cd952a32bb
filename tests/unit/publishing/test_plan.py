"""A plan becomes deliveries, or says what to change."""

from datetime import timedelta

import pytest
from portevoix.model.deliveries import DeliveryState, HoldReason
from portevoix.model.errors import InvalidError, NotFoundError
from portevoix.model.posts import Part, Variant
from portevoix.publishing.edit import Edit, edit_post
from portevoix.publishing.plan import Draft, queue_post

from tests.factories import ACCOUNT, BRAND, NOON, OTHER_ACCOUNT, some_limits
from tests.unit.publishing.newsroom import Newsroom


def codes(error: InvalidError) -> list[str]:
    return [problem.code for problem in error.problems]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"moment_at": NOON - timedelta(days=1)}, "moment_in_past"),
        ({"account_ids": ()}, "no_account"),
        ({"account_ids": ("mastodon:nobody",)}, "unknown_account"),
        ({"variants": {}}, "empty_text"),
        ({"variants": {"*": Variant((Part("  "),))}}, "empty_text"),
        ({"variants": {"*": Variant((Part("x" * 401),))}}, "text_too_long"),
        ({"variants": {"*": Variant((Part("x", ("nothing",)),))}}, "unknown_media"),
        ({"is_pair": True}, "pair_half_missing"),
        ({"publish_before": NOON}, "publish_before_too_early"),
        ({"variants": {"*": Variant((Part("x"),)), "mastodon-fr": Variant(())}}, "unsaid_version"),
        ({"variants": {"*": Variant(tuple(Part("x") for _ in range(100)))}}, "too_many_deliveries"),
    ],
)
def test_bad_input_says_what_to_change_and_stores_nothing(
    changes: dict[str, object], code: str
) -> None:
    room = Newsroom()
    with pytest.raises(InvalidError) as caught:
        room.queue_text(**changes)
    assert codes(caught.value) == [code]
    assert room.store.deliveries == {}


@pytest.mark.parametrize(
    ("media", "code"),
    [
        ({"alt_texts": {}}, "alt_text_missing"),
        ({"byte_size": 10_000_001}, "media_too_big"),
        ({"width": 8000, "height": 8000}, "too_many_pixels"),
        ({"content_type": "image/tiff"}, "media_type_refused"),
        ({"alt_texts": {"fr": "x" * 1501}}, "alt_text_too_long"),
    ],
)
def test_a_media_that_would_be_refused_is_said_before(media: dict[str, object], code: str) -> None:
    room = Newsroom()
    variant = Variant((Part("Regardez", (room.add_media(**media),)),))
    with pytest.raises(InvalidError) as caught:
        room.queue_text(variants={"*": variant})
    assert codes(caught.value) == [code]


def test_an_upload_that_never_came_is_said() -> None:
    room = Newsroom()
    media_id = room.add_media(is_stored=False)
    room.media_objects.stored.clear()
    with pytest.raises(InvalidError) as caught:
        room.queue_text(variants={"*": Variant((Part("Regardez", (media_id,)),))})
    assert codes(caught.value) == ["media_not_uploaded"]


def test_an_unknown_brand_is_not_found() -> None:
    room = Newsroom()
    with pytest.raises(NotFoundError):
        room.queue_text(brand_id="nobody")


def test_the_same_ref_is_queued_once() -> None:
    room = Newsroom()
    first = room.queue_text("Bonjour", ref="R1")
    again = room.queue_text("Bonsoir", ref="R1")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.deliveries[0].content.text == "Bonjour"
    assert len(room.store.posts) == 1


def test_a_refused_post_of_a_plan_is_kept_with_its_reason_and_can_be_mended() -> None:
    room = Newsroom()
    draft = Draft(BRAND, NOON, (ACCOUNT,), {"*": Variant((Part("x" * 417),))}, ref="R6")
    queued = queue_post(draft, room.desk, room.clock.now(), keep_refused=True)
    (delivery,) = queued.deliveries
    assert delivery.state is DeliveryState.REJECTED
    assert delivery.trouble is not None
    assert dict(delivery.trouble.values) == {"length": "417", "limit": "400", "over": "17"}
    edit = Edit(variants={"*": Variant((Part("Court"),))})
    edit_post(queued.post.post_id, edit, room.desk, room.clock.now())
    room.run(NOON + timedelta(hours=1))
    assert room.network.texts() == ["Court"]


def test_when_one_half_of_a_pair_is_refused_the_other_is_held() -> None:
    room = Newsroom()
    room.add_account(OTHER_ACCOUNT, limits=some_limits(text_max=3))
    draft = Draft(
        BRAND, NOON, (ACCOUNT, OTHER_ACCOUNT), {"*": Variant((Part("Bonjour"),))}, is_pair=True
    )
    queued = queue_post(draft, room.desk, room.clock.now(), keep_refused=True)
    assert {d.key.account_id: (d.state, d.hold) for d in queued.deliveries} == {
        ACCOUNT: (DeliveryState.HELD, HoldReason.OTHER_HALF),
        OTHER_ACCOUNT: (DeliveryState.REJECTED, None),
    }
    room.run(NOON + timedelta(hours=3))
    assert room.network.calls == []


def test_variants_fall_back_from_account_to_network_to_post() -> None:
    room = Newsroom()
    room.add_account(OTHER_ACCOUNT)
    variants = {
        "*": Variant((Part("tous"),)),
        "mastodon": Variant((Part("réseau"),)),
        ACCOUNT: Variant((Part("compte"),)),
    }
    queued = room.queue_text(variants=variants, account_ids=(ACCOUNT, OTHER_ACCOUNT))
    texts = {d.key.account_id: d.content.text for d in queued.deliveries}
    assert texts == {ACCOUNT: "compte", OTHER_ACCOUNT: "réseau"}


def test_a_photo_credit_is_a_line_of_the_text_in_its_language() -> None:
    room = Newsroom()
    room.add_account(OTHER_ACCOUNT, language="en-CA")
    media_id = room.add_media(credit="Tom Beaulne")
    variant = Variant((Part("Regardez", (media_id,)),))
    queued = room.queue_text(variants={"*": variant}, account_ids=(ACCOUNT, OTHER_ACCOUNT))
    texts = {d.key.account_id: d.content.text for d in queued.deliveries}
    assert texts[ACCOUNT] == "Regardez\n\nPhoto\u00a0: Tom Beaulne"
    assert texts[OTHER_ACCOUNT] == "Regardez\n\nPhoto: Tom Beaulne"


def test_a_post_for_now_is_woken_at_once_and_one_for_tomorrow_is_not() -> None:
    room = Newsroom()
    room.queue_text("Maintenant", moment_at=room.clock.now())
    assert [wake.delay_s for wake in room.queue.sent] == [0]
    room.queue_text("Demain", moment_at=NOON + timedelta(days=1))
    assert len(room.queue.sent) == 1


def test_a_chain_keeps_its_number_of_parts() -> None:
    room = Newsroom()
    queued = room.queue_text("Un", "Deux")
    edit = Edit(variants={"*": Variant((Part("Un"),))})
    with pytest.raises(InvalidError) as caught:
        edit_post(queued.post.post_id, edit, room.desk, room.clock.now())
    assert codes(caught.value) == ["parts_changed"]
