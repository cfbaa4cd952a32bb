from datetime import timedelta

import pytest
from portevoix.model.errors import NotFoundError
from portevoix.model.mentions import Mention
from portevoix.model.posts import Visibility

from tests.contract.backends import Stores
from tests.factories import BRAND, NOON, a_mention, a_private_mention, a_source

LEASE = timedelta(minutes=2)
DAY = timedelta(days=1)


def test_a_source_comes_back_as_it_was_saved(stores: Stores) -> None:
    source = a_source(failures=2, trouble="html", polled_at=NOON, lease_until=NOON, interval_s=300)
    stores.listening.save_source(source)
    stores.listening.save_source(a_source(brand_id="other"))
    assert stores.listening.get_source(BRAND, source.source_id) == source
    assert stores.listening.list_sources(BRAND) == (source,)
    with pytest.raises(NotFoundError):
        stores.listening.get_source(BRAND, "nothing")


def test_a_due_source_is_claimed_once(stores: Stores) -> None:
    seen = a_source()
    stores.listening.save_source(seen)
    assert stores.listening.claim_source(seen, NOON + LEASE, NOON)
    assert not stores.listening.claim_source(seen, NOON + LEASE, NOON)
    assert stores.listening.get_source(BRAND, seen.source_id).lease_until == NOON + LEASE


def test_a_lapsed_claim_is_taken_over(stores: Stores) -> None:
    seen = a_source()
    stores.listening.save_source(seen)
    assert stores.listening.claim_source(seen, NOON + LEASE, NOON)
    assert stores.listening.claim_source(seen, NOON + 2 * LEASE, NOON + LEASE)


@pytest.mark.parametrize("due_at", [NOON + DAY, None, NOON - DAY], ids=["later", "never", "moved"])
def test_a_source_that_is_not_due_as_seen_is_not_claimed(stores: Stores, due_at: object) -> None:
    stores.listening.save_source(a_source(due_at=due_at))
    assert not stores.listening.claim_source(a_source(), NOON + LEASE, NOON)


def test_a_source_that_is_gone_is_not_claimed(stores: Stores) -> None:
    assert not stores.listening.claim_source(a_source(), NOON + LEASE, NOON)


def test_mentions_are_stored_with_the_cursor_and_the_same_one_only_once(stores: Stores) -> None:
    mentions = [a_mention(), a_mention(mention_id="two", author_audience=None)]
    polled = a_source(cursor="101", due_at=NOON + DAY)
    assert stores.listening.save_mentions(polled, mentions) == 2
    again = [a_mention(text="Changed"), a_mention(mention_id="three")]
    assert stores.listening.save_mentions(polled, again) == 1
    listed = stores.listening.list_mentions(BRAND, NOON, NOON + DAY).items
    assert {mention.mention_id: mention for mention in listed} == {
        a_mention().mention_id: a_mention(),
        "two": mentions[1],
        "three": again[1],
    }
    assert stores.listening.get_source(BRAND, polled.source_id) == polled


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.FOLLOWERS])
def test_what_was_said_in_private_is_never_in_a_public_list(
    stores: Stores, visibility: Visibility
) -> None:
    private = a_private_mention(visibility=visibility)
    stores.listening.save_mentions(a_source(), [private, a_mention()])
    public = stores.listening.list_mentions(BRAND, NOON, NOON + DAY)
    assert public.items == (a_mention(),)
    for limit in (1, 10):
        pages = list_all(stores, limit=limit, with_private=False)
        assert pages == [a_mention()]


def list_all(stores: Stores, *, limit: int, with_private: bool) -> list[Mention]:
    found: list[Mention] = []
    page = ""
    while True:
        listed = stores.listening.list_mentions(
            BRAND, NOON, NOON + DAY, with_private=with_private, limit=limit, page=page
        )
        assert len(listed.items) <= limit
        found.extend(listed.items)
        page = listed.next_page
        if not page:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_private_ones_asked_for_by_name_come_among_the_others_by_time(
    stores: Stores, limit: int
) -> None:
    mentions = [
        (a_private_mention if number % 3 == 0 else a_mention)(
            mention_id=f"n{number}", said_at=NOON + timedelta(minutes=number)
        )
        for number in range(7)
    ]
    stores.listening.save_mentions(a_source(), mentions)
    assert list_all(stores, limit=limit, with_private=True) == mentions
    public = [mention for mention in mentions if not mention.is_private]
    assert list_all(stores, limit=limit, with_private=False) == public


def test_since_is_included_and_until_is_not(stores: Stores) -> None:
    mentions = [a_mention(mention_id=f"n{n}", said_at=NOON + n * DAY) for n in range(3)]
    stores.listening.save_mentions(a_source(), mentions)
    listed = stores.listening.list_mentions(BRAND, NOON + DAY, NOON + 2 * DAY)
    assert listed.items == (mentions[1],)
    assert stores.listening.list_mentions(BRAND, NOON + DAY, NOON).items == ()


def test_mentions_of_another_brand_are_not_listed(stores: Stores) -> None:
    stores.listening.save_mentions(a_source(), [a_mention(brand_id="other")])
    assert stores.listening.list_mentions(BRAND, NOON, NOON + DAY).items == ()
