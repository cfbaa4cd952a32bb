from dataclasses import replace
from datetime import timedelta

import pytest
from portevoix.model.deliveries import DeliveryState, HoldReason, Trouble
from portevoix.model.errors import ConflictError, InvalidError, NotFoundError
from portevoix.model.posts import Part, Post, Variant, Visibility
from portevoix.ports import Change

from tests.contract.backends import Stores
from tests.factories import (
    ACCOUNT,
    BRAND,
    NOON,
    OTHER_ACCOUNT,
    POST,
    a_delivery,
    a_key,
    a_media,
    a_media_use,
    a_post,
    a_proof,
    a_published_delivery,
    a_record,
    some_content,
)

DAY = timedelta(days=1)


def test_a_post_comes_back_with_its_deliveries_by_account_and_part(stores: Stores) -> None:
    chain = Variant(
        parts=(Part("Un", media_ids=("m1",)), Part("Deux")),
        language="fr-CA",
        visibility=Visibility.UNLISTED,
        content_warning="Attention",
    )
    post = a_post(variants={"*": chain, ACCOUNT: chain}, is_pair=True)
    deliveries = [
        a_delivery(key=a_key(part=2)),
        a_delivery(key=a_key(part=1)),
        a_delivery(key=a_key(account_id=OTHER_ACCOUNT)),
    ]
    assert stores.posts.save_post(post, deliveries)
    found, by_account = stores.posts.read_post(POST)
    assert found == post
    assert by_account == tuple(sorted(deliveries, key=lambda d: d.key))


def test_every_field_of_a_delivery_comes_back(stores: Stores) -> None:
    delivery = a_delivery(
        state=DeliveryState.HELD,
        content=some_content(media=(a_media_use(),), content_warning="Oui"),
        parts=3,
        is_pair=True,
        revision=4,
        prepare_at=NOON - DAY,
        fence=7,
        claim_token="token",
        lease_until=NOON + DAY,
        attempts=2,
        record=a_record(body={"n": 1.5, "none": None, "list": ["é", {"x": True}], "empty": ""}),
        handles=("1", "2"),
        reply_to="77",
        doubt_since=NOON,
        hold=HoldReason.OTHER_HALF,
        held_at=NOON,
        released_at=NOON,
        trouble=Trouble("text_too_long", "too long", NOON, values=(("maximum", "400"),)),
        remote_id="1",
        url="http://127.0.0.1/1",
        published_at=NOON,
        evidence=a_proof(),
    )
    stores.posts.save_post(a_post(), [delivery])
    assert stores.posts.get_delivery(delivery.key) == delivery


def test_times_are_kept_to_the_millisecond(stores: Stores) -> None:
    odd = NOON + timedelta(microseconds=123_456)
    stores.posts.save_post(a_post(), [a_delivery(due_at=odd)])
    kept = stores.posts.get_delivery(a_key()).due_at
    assert kept == NOON + timedelta(microseconds=123_000)


def test_a_post_that_exists_is_not_written_again(stores: Stores) -> None:
    assert stores.posts.save_post(a_post(), [a_delivery()])
    other = a_delivery(key=a_key(account_id=OTHER_ACCOUNT))
    assert not stores.posts.save_post(a_post(ref="R2"), [other])
    post, deliveries = stores.posts.read_post(POST)
    assert post.ref == "R1"
    assert deliveries == (a_delivery(),)


def test_ninety_nine_deliveries_are_one_transaction(stores: Stores) -> None:
    deliveries = [a_delivery(key=a_key(part=part)) for part in range(1, 100)]
    assert stores.posts.save_post(a_post(), deliveries)
    assert len(stores.posts.read_post(POST)[1]) == 99


def test_more_than_ninety_nine_deliveries_are_refused_with_nothing_written(
    stores: Stores,
) -> None:
    deliveries = [a_delivery(key=a_key(part=part)) for part in range(1, 101)]
    with pytest.raises(InvalidError) as refused:
        stores.posts.save_post(a_post(), deliveries)
    (problem,) = refused.value.problems
    assert problem.code == "too_many_deliveries"
    with pytest.raises(NotFoundError):
        stores.posts.read_post(POST)


def test_a_delivery_that_is_not_there_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        stores.posts.get_delivery(a_key())
    with pytest.raises(NotFoundError):
        stores.posts.get_media(BRAND, "nothing")


def some_posts(stores: Stores, count: int) -> list[Post]:
    posts = [
        a_post(post_id=f"post-{number}", moment_at=NOON + timedelta(hours=number))
        for number in range(count)
    ]
    for post in reversed(posts):
        stores.posts.save_post(post, [])
    stores.posts.save_post(a_post(post_id="other", brand_id="other"), [])
    return posts


def test_posts_are_listed_by_moment_from_since_to_before_until(stores: Stores) -> None:
    posts = some_posts(stores, 4)
    listed = stores.posts.list_posts(BRAND, posts[1].moment_at, posts[3].moment_at)
    assert list(listed.items) == posts[1:3]
    assert listed.next_page == ""


def test_a_long_list_comes_in_pages_without_gap_or_repeat(stores: Stores) -> None:
    posts = some_posts(stores, 5)
    found: list[Post] = []
    page, pages = "", 0
    while pages == 0 or page:
        listed = stores.posts.list_posts(BRAND, NOON, NOON + DAY, limit=2, page=page)
        found.extend(listed.items)
        page, pages = listed.next_page, pages + 1
    assert found == posts
    assert pages == 3


def test_a_full_last_page_has_no_next(stores: Stores) -> None:
    some_posts(stores, 2)
    assert stores.posts.list_posts(BRAND, NOON, NOON + DAY, limit=2).next_page == ""


def test_a_page_that_nobody_gave_is_refused(stores: Stores) -> None:
    some_posts(stores, 1)
    with pytest.raises(InvalidError) as refused:
        stores.posts.list_posts(BRAND, NOON, NOON + DAY, page="é!")
    assert refused.value.problems[0].code == "unreadable_page"


def test_a_moved_post_is_listed_at_its_new_moment_only(stores: Stores) -> None:
    stores.posts.save_post(a_post(), [])
    moved = a_post(moment_at=NOON + 3 * DAY, revision=2)
    stores.posts.change_deliveries([], moved)
    assert stores.posts.list_posts(BRAND, NOON, NOON + DAY).items == ()
    assert stores.posts.list_posts(BRAND, NOON + 3 * DAY, NOON + 4 * DAY).items == (moved,)


def test_what_an_account_published_is_listed_by_time(stores: Stores) -> None:
    early = a_published_delivery()
    late = a_published_delivery(key=a_key(part=2), published_at=NOON + timedelta(hours=2))
    elsewhere = a_published_delivery(key=a_key(account_id=OTHER_ACCOUNT))
    waiting = a_delivery(key=a_key(part=3))
    stores.posts.save_post(a_post(), [late, early, elsewhere, waiting])
    assert stores.posts.list_published(BRAND, ACCOUNT, NOON, NOON + DAY) == (early, late)
    assert stores.posts.list_published(BRAND, ACCOUNT, NOON, NOON + timedelta(hours=2)) == (early,)
    assert stores.posts.list_published(BRAND, ACCOUNT, NOON + DAY, NOON) == ()


def test_what_needs_attention_is_listed_until_it_no_longer_does(stores: Stores) -> None:
    held = a_delivery(state=DeliveryState.HELD, hold=HoldReason.MEMBER)
    refused = a_delivery(key=a_key(part=2), state=DeliveryState.REJECTED, due_at=None)
    first = a_delivery(
        key=a_key(account_id=OTHER_ACCOUNT), state=DeliveryState.MISSED, moment_at=NOON - DAY
    )
    stores.posts.save_post(a_post(), [held, refused, first, a_delivery(key=a_key(part=3))])
    assert stores.posts.list_attention(BRAND) == (first, held, refused)
    released = held.with_changes(state=DeliveryState.READY, hold=None, fence=1)
    stores.posts.change_deliveries([Change(held, released)])
    assert stores.posts.list_attention(BRAND) == (first, refused)


def test_a_change_writes_the_post_and_all_deliveries(stores: Stores) -> None:
    one, two = a_delivery(), a_delivery(key=a_key(part=2))
    stores.posts.save_post(a_post(), [one, two])
    edited = [
        d.with_changes(revision=2, fence=1, content=some_content(text="!")) for d in (one, two)
    ]
    post = a_post(revision=2, ref="R1b")
    changes = [Change(*pair) for pair in zip((one, two), edited, strict=True)]
    stores.posts.change_deliveries(changes, post)
    assert stores.posts.read_post(POST) == (post, tuple(edited))


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"state": DeliveryState.CANCELLED, "fence": 1},
        {"fence": 1},
        {"revision": 2, "fence": 1},
    ],
    ids=["state", "fence", "revision"],
)
def test_a_change_on_something_that_changed_is_refused_whole_and_names_it(
    stores: Stores, meanwhile: dict[str, object]
) -> None:
    one, two = a_delivery(), a_delivery(key=a_key(part=2))
    stores.posts.save_post(a_post(), [one, two])
    faster = two.with_changes(**meanwhile)
    stores.posts.change_deliveries([Change(two, faster)])
    changes = [Change(d, d.with_changes(fence=5, url="x")) for d in (one, two)]
    with pytest.raises(ConflictError, match="/2") as refused:
        stores.posts.change_deliveries(changes, a_post(revision=2))
    assert str(one.key) not in str(refused.value)
    assert stores.posts.read_post(POST) == (a_post(), (one, faster))


def test_a_change_of_a_single_delivery_that_changed_is_refused(stores: Stores) -> None:
    one = a_delivery()
    stores.posts.save_post(a_post(), [one])
    stores.posts.change_deliveries([Change(one, one.with_changes(fence=1))])
    with pytest.raises(ConflictError, match=POST):
        stores.posts.change_deliveries([Change(one, one.with_changes(fence=2))])


def test_two_edits_of_one_post_revision_cannot_both_win(stores: Stores) -> None:
    one, two = a_delivery(), a_delivery(key=a_key(part=2))
    stores.posts.save_post(a_post(), [one, two])
    stores.posts.change_deliveries([Change(one, one.with_changes(fence=1))], a_post(revision=2))
    with pytest.raises(ConflictError, match="post"):
        stores.posts.change_deliveries(
            [Change(two, two.with_changes(fence=1))], a_post(revision=2, ref="X")
        )
    assert stores.posts.read_post(POST)[1] == (one.with_changes(fence=1), two)


def test_a_change_must_raise_the_fence(stores: Stores) -> None:
    one = a_delivery()
    stores.posts.save_post(a_post(), [one])
    with pytest.raises(ValueError, match="fence"):
        stores.posts.change_deliveries([Change(one, one.with_changes(url="x"))])


def test_only_what_differs_is_written(stores: Stores) -> None:
    one = a_delivery()
    stores.posts.save_post(a_post(), [one])
    stores.posts.note_release(one.key, NOON)
    held = one.with_changes(state=DeliveryState.HELD, hold=HoldReason.PAUSE, fence=1)
    stores.posts.change_deliveries([Change(one, held)])
    assert stores.posts.get_delivery(one.key) == held.with_changes(released_at=NOON)


def test_a_release_of_nothing_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        stores.posts.note_release(a_key(), NOON)


def test_media_are_listed_by_brand(stores: Stores) -> None:
    media = a_media(is_stored=False)
    stores.posts.save_media(media)
    stores.posts.save_media(a_media(brand_id="other"))
    assert stores.posts.get_media(BRAND, media.media_id) == media
    assert stores.posts.list_media(BRAND) == (media,)
    stores.posts.save_media(replace(media, is_stored=True))
    assert stores.posts.list_media(BRAND) == (a_media(),)
