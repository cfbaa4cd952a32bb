from dataclasses import replace
from datetime import date, timedelta

import pytest
from portevoix.model.digests import DigestState
from portevoix.model.due import DueKind
from portevoix.model.errors import NotFoundError

from tests.contract.backends import Stores
from tests.factories import BRAND, NOON, a_recipient, a_sending

DAY = date(2027, 3, 22)
LEASE = timedelta(minutes=5)


def test_a_recipient_comes_back_as_it_was_saved(stores: Stores) -> None:
    recipient = a_recipient(lease_until=NOON, unsubscribed_at=NOON, period="week")
    stores.digests.save_recipient(recipient)
    stores.digests.save_recipient(a_recipient(brand_id="other"))
    assert stores.digests.get_recipient(BRAND, "odile") == recipient
    assert stores.digests.list_recipients(BRAND) == (recipient,)


def test_a_recipient_that_is_not_there_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        stores.digests.get_recipient(BRAND, "nobody")
    with pytest.raises(NotFoundError):
        stores.digests.unsubscribe(BRAND, "nobody", NOON)


def test_a_recipient_is_claimed_once_and_only_when_due(stores: Stores) -> None:
    seen = a_recipient()
    stores.digests.save_recipient(seen)
    assert not stores.digests.claim_recipient(seen, NOON + LEASE, NOON - LEASE)
    assert stores.digests.claim_recipient(seen, NOON + LEASE, NOON)
    assert not stores.digests.claim_recipient(seen, NOON + LEASE, NOON)
    assert stores.digests.claim_recipient(seen, NOON + 2 * LEASE, NOON + LEASE)


def test_rearming_writes_only_the_next_moment_and_the_lease(stores: Stores) -> None:
    stores.digests.save_recipient(a_recipient(lease_until=NOON))
    stores.digests.save_recipient(a_recipient(lease_until=NOON, language="en"))
    stores.digests.rearm_recipient(a_recipient(due_at=NOON + LEASE, lease_until=None))
    expected = a_recipient(language="en", due_at=NOON + LEASE)
    assert stores.digests.get_recipient(BRAND, "odile") == expected


def test_rearming_does_not_undo_an_unsubscription(stores: Stores) -> None:
    stores.digests.save_recipient(a_recipient())
    assert stores.digests.unsubscribe(BRAND, "odile", NOON)
    stores.digests.rearm_recipient(a_recipient(due_at=NOON + LEASE))
    stored = stores.digests.get_recipient(BRAND, "odile")
    assert stored == a_recipient(due_at=None, unsubscribed_at=NOON)
    for shard in range(stores.due.shards):
        assert stores.due.due_items(DueKind.DIGEST, shard, NOON + LEASE, limit=9) == ()


def test_rearming_who_is_gone_brings_nobody_back(stores: Stores) -> None:
    stores.digests.rearm_recipient(a_recipient())
    assert stores.digests.list_recipients(BRAND) == ()


def test_rearming_for_never_leaves_the_due_index(stores: Stores) -> None:
    stores.digests.save_recipient(a_recipient())
    stores.digests.rearm_recipient(a_recipient(due_at=None))
    assert stores.digests.get_recipient(BRAND, "odile") == a_recipient(due_at=None)
    for shard in range(stores.due.shards):
        assert stores.due.due_items(DueKind.DIGEST, shard, NOON + LEASE, limit=9) == ()


def test_an_unsubscription_can_be_repeated_and_keeps_its_first_moment(stores: Stores) -> None:
    stores.digests.save_recipient(a_recipient())
    assert stores.digests.unsubscribe(BRAND, "odile", NOON)
    assert not stores.digests.unsubscribe(BRAND, "odile", NOON + LEASE)
    assert stores.digests.get_recipient(BRAND, "odile").unsubscribed_at == NOON


def test_a_digest_is_armed_once(stores: Stores) -> None:
    assert stores.digests.arm_digest(a_sending())
    assert not stores.digests.arm_digest(a_sending())
    assert stores.digests.get_digest(BRAND, "odile", DAY) == a_sending()
    assert stores.digests.get_digest(BRAND, "odile", DAY + timedelta(days=1)) is None


def test_a_digest_that_was_sent_is_not_armed_again(stores: Stores) -> None:
    sent = a_sending(state=DigestState.SENT, message_id="m-1")
    stores.digests.arm_digest(a_sending())
    stores.digests.record_digest(sent)
    assert not stores.digests.arm_digest(a_sending())
    assert stores.digests.get_digest(BRAND, "odile", DAY) == sent


def test_a_disarmed_digest_may_be_armed_again(stores: Stores) -> None:
    stores.digests.arm_digest(a_sending())
    assert stores.digests.disarm_digest(a_sending())
    assert not stores.digests.disarm_digest(a_sending())
    assert stores.digests.arm_digest(a_sending())


def test_the_arm_of_another_or_what_was_sent_is_not_taken_back(stores: Stores) -> None:
    stores.digests.arm_digest(a_sending())
    assert not stores.digests.disarm_digest(a_sending(armed_at=NOON + LEASE))
    stores.digests.record_digest(a_sending(state=DigestState.IN_DOUBT))
    assert not stores.digests.disarm_digest(a_sending())
    stored = stores.digests.get_digest(BRAND, "odile", DAY)
    assert stored == replace(a_sending(), state=DigestState.IN_DOUBT)


def test_digests_are_listed_by_day_with_both_ends(stores: Stores) -> None:
    sendings = [
        a_sending(recipient_id=name, on=DAY + timedelta(days=number))
        for number in range(4)
        for name in ("ali", "odile")
    ]
    for sending in reversed(sendings):
        stores.digests.arm_digest(sending)
    stores.digests.arm_digest(a_sending(brand_id="other"))
    listed = stores.digests.list_digests(BRAND, sendings[2].on, sendings[5].on)
    assert listed == tuple(sendings[2:6])
    assert stores.digests.list_digests(BRAND, DAY + timedelta(days=9), DAY) == ()
