from datetime import date, timedelta

import pytest
from portevoix.model.errors import NotFoundError

from tests.contract.backends import Stores
from tests.factories import ACCOUNT, BRAND, NOON, a_measuring, a_snapshot, some_metrics

DAY = date(2027, 3, 22)
LEASE = timedelta(minutes=2)


def test_a_snapshot_of_the_same_subject_and_day_replaces_the_former(stores: Stores) -> None:
    stores.metrics.save_snapshots([a_snapshot(counters={"followers": 1})])
    stores.metrics.save_snapshots([a_snapshot()])
    assert stores.metrics.list_snapshots(BRAND, ACCOUNT, DAY) == (a_snapshot(),)


def test_many_snapshots_are_stored_at_once_and_listed_by_subject(stores: Stores) -> None:
    shots = [a_snapshot(subject=f"{number:03d}", counters={}) for number in range(60)]
    stores.metrics.save_snapshots([*shots, a_snapshot(taken_on=DAY + timedelta(days=1))])
    assert stores.metrics.list_snapshots(BRAND, ACCOUNT, DAY) == tuple(shots)
    assert stores.metrics.list_snapshots(BRAND, "other", DAY) == ()


def test_no_snapshot_is_nothing_to_write(stores: Stores) -> None:
    stores.metrics.save_snapshots([])


def test_unknown_numbers_of_a_day_stay_unknown_and_zero_stays_zero(stores: Stores) -> None:
    stores.metrics.save_day(some_metrics(values={"followers": 9}))
    stores.metrics.save_day(some_metrics())
    assert stores.metrics.list_days(BRAND, ACCOUNT, DAY, DAY) == (some_metrics(),)


def test_days_are_listed_with_both_ends(stores: Stores) -> None:
    days = [some_metrics(on=DAY + timedelta(days=number)) for number in range(4)]
    for day in days:
        stores.metrics.save_day(day)
    listed = stores.metrics.list_days(BRAND, ACCOUNT, days[1].on, days[2].on)
    assert listed == tuple(days[1:3])
    assert stores.metrics.list_days(BRAND, ACCOUNT, days[2].on, days[1].on) == ()


def test_measuring_comes_back_as_it_was_saved(stores: Stores) -> None:
    measuring = a_measuring(failures=1, trouble="busy", lease_until=NOON)
    stores.metrics.save_measuring(measuring)
    assert stores.metrics.get_measuring(BRAND, ACCOUNT) == measuring
    with pytest.raises(NotFoundError):
        stores.metrics.get_measuring(BRAND, "nothing")


def test_an_account_is_measured_by_one_at_a_time(stores: Stores) -> None:
    seen = a_measuring()
    assert not stores.metrics.claim_measuring(seen, NOON + LEASE, NOON)
    stores.metrics.save_measuring(seen)
    assert not stores.metrics.claim_measuring(seen, NOON + LEASE, NOON - LEASE)
    assert stores.metrics.claim_measuring(seen, NOON + LEASE, NOON)
    assert not stores.metrics.claim_measuring(seen, NOON + LEASE, NOON)
    assert stores.metrics.claim_measuring(seen, NOON + 2 * LEASE, NOON + LEASE)
