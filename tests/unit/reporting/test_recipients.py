"""Recipients: what cannot be used is said, all of it, before anything is written."""

from datetime import UTC, datetime

import pytest
from portevoix.model.errors import InvalidError, NotFoundError
from portevoix.reporting.recipients import NewRecipient, save_recipient

from tests.factories import BRAND, NOON, a_brand
from tests.fakes.store import FakeStore


@pytest.fixture
def store() -> FakeStore:
    made = FakeStore()
    made.save_brand(a_brand())
    return made


def test_a_recipient_is_due_at_its_own_hour(store: FakeStore) -> None:
    wanted = NewRecipient(BRAND, "Lea@example.org", hour="08:00", zone="Europe/Paris")
    recipient = save_recipient(wanted, store, store, NOON)
    assert recipient.recipient_id == "lea-example-org"
    assert recipient.due_at == datetime(2027, 3, 23, 7, tzinfo=UTC)
    assert recipient.language == "fr-CA"
    assert store.get_recipient(BRAND, "lea-example-org") == recipient


def test_every_problem_is_told_at_once(store: FakeStore) -> None:
    wanted = NewRecipient(BRAND, "a@b\r\nBcc: c@d.org", hour="24:30", language="klingon!")
    with pytest.raises(InvalidError) as caught:
        save_recipient(wanted, store, store, NOON)
    assert [problem.code for problem in caught.value.problems] == [
        "unusable_address",
        "unreadable_hour",
        "unknown_language",
    ]
    assert store.recipients == {}


def test_an_unknown_zone_or_brand_is_refused(store: FakeStore) -> None:
    with pytest.raises(InvalidError, match="unknown_zone"):
        save_recipient(NewRecipient(BRAND, "a@b.org", zone="Mars/Base"), store, store, NOON)
    with pytest.raises(NotFoundError):
        save_recipient(NewRecipient("nobody", "a@b.org"), store, store, NOON)


def test_who_is_named_again_receives_again(store: FakeStore) -> None:
    wanted = NewRecipient(BRAND, "a@b.org")
    recipient = save_recipient(wanted, store, store, NOON)
    store.unsubscribe(BRAND, recipient.recipient_id, NOON)
    assert save_recipient(wanted, store, store, NOON).unsubscribed_at is None
