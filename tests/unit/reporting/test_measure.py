"""Measuring: a day's numbers are that day's or unknown, and the same at every call."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from portevoix.model.deliveries import Delivery
from portevoix.model.errors import AuthorizationError, NotSentError
from portevoix.model.metrics import DayMetrics
from portevoix.reporting.definitions import DEFINITIONS
from portevoix.reporting.measure import (
    LEASE,
    MeasureOutcome,
    MeasurePorts,
    MeasureState,
    measure_account,
    measure_accounts,
)
from portevoix.texts import say

from tests.factories import (
    ACCOUNT,
    BRAND,
    a_key,
    a_measuring,
    a_mention,
    a_private_mention,
    a_published_delivery,
    a_source,
    an_account,
)
from tests.fakes.clock import FakeClock
from tests.fakes.connector import FakeConnector, FakeConnectors
from tests.fakes.credentials import FakeCredentials
from tests.fakes.store import FakeStore

MONDAY = date(2027, 3, 22)
TUESDAY = date(2027, 3, 23)
AFTER_MONDAY = datetime(2027, 3, 23, 4, 15, tzinfo=UTC)
"""00:15 in Toronto (UTC-4), on the Tuesday."""


class Room:
    """An account whose Monday is due, read to its end by its source."""

    def __init__(self) -> None:
        self.clock = FakeClock(AFTER_MONDAY)
        self.store = FakeStore()
        self.network = FakeConnector(self.clock)
        self.store.save_account(an_account())
        self.store.save_measuring(a_measuring(next_on=MONDAY, due_at=AFTER_MONDAY))
        self.heard(AFTER_MONDAY)
        self.counters(followers=120)

    def heard(self, until: datetime) -> None:
        self.store.save_source(a_source(polled_at=until, due_at=until))

    def counters(self, *, followers: int, **posts: dict[str, int]) -> None:
        self.network.account_counters = {"followers": followers}
        self.network.post_counters = {name.lstrip("p"): value for name, value in posts.items()}

    def publish(self, remote_id: str, at: datetime, **changes: object) -> Delivery:
        key = a_key(post_id=f"01KM0000000000000000{remote_id.zfill(6)}")
        delivery = a_published_delivery(
            **({"key": key, "remote_id": remote_id, "moment_at": at} | changes)
        )
        self.store.deliveries[delivery.key] = delivery
        return delivery

    def measure(self) -> MeasureOutcome:
        return measure_account(BRAND, ACCOUNT, self.ports())

    def ports(self) -> MeasurePorts:
        return MeasurePorts(
            metrics=self.store,
            brands=self.store,
            posts=self.store,
            listening=self.store,
            connectors=FakeConnectors(mastodon=self.network),
            credentials=FakeCredentials(),
            clock=self.clock,
        )

    def day(self, on: date = MONDAY) -> DayMetrics:
        (found,) = self.store.list_days(BRAND, ACCOUNT, on, on)
        return found

    def next_day(self) -> None:
        self.clock.set(self.clock.now() + timedelta(days=1))
        self.heard(self.clock.now())


@pytest.fixture
def room() -> Room:
    return Room()


def three(replies: int, shares: int, likes: int) -> dict[str, int]:
    return {"replies": replies, "shares": shares, "likes": likes}


def test_the_first_day_knows_what_needs_no_day_before(room: Room) -> None:
    room.publish("1", datetime(2027, 3, 22, 12, tzinfo=UTC))
    room.counters(followers=120, p1=three(2, 1, 5))
    outcome = room.measure()
    assert (outcome.state, outcome.days) == (MeasureState.MEASURED, (MONDAY,))
    assert room.day().values == {
        "posts_published": 1,
        "mentions": 0,
        "replies": 2,
        "shares": 1,
        "likes": 5,
        "engagement": 8,
        "followers": 120,
        "followers_gained": None,
    }


def test_every_defined_number_is_computed(room: Room) -> None:
    room.measure()
    assert set(room.day().values) == {definition.name for definition in DEFINITIONS}


def test_the_second_day_counts_what_was_gained(room: Room) -> None:
    room.publish("1", datetime(2027, 3, 22, 12, tzinfo=UTC))
    room.counters(followers=120, p1=three(2, 1, 5))
    room.measure()
    room.next_day()
    room.publish("2", datetime(2027, 3, 23, 12, tzinfo=UTC))
    room.counters(followers=117, p1=three(3, 1, 9), p2=three(0, 2, 1))
    room.measure()
    values = room.day(TUESDAY).values
    assert (values["replies"], values["shares"], values["likes"]) == (1, 2, 5)
    assert (values["followers"], values["followers_gained"]) == (117, -3)


def test_missing_is_not_zero(room: Room) -> None:
    room.publish("1", datetime(2027, 3, 15, 12, tzinfo=UTC))
    room.network.account_counters = {}
    room.network.post_counters = {"1": three(2, 1, 5)}
    room.measure()
    values = room.day().values
    assert values["posts_published"] == 0
    for name in ("replies", "shares", "likes", "engagement", "followers", "followers_gained"):
        assert values[name] is None, name


def test_a_counter_that_the_network_does_not_give_is_unknown(room: Room) -> None:
    room.publish("1", datetime(2027, 3, 22, 12, tzinfo=UTC))
    room.counters(followers=120, p1={"replies": 2, "likes": 5})
    room.measure()
    values = room.day().values
    assert (values["replies"], values["shares"], values["engagement"]) == (2, None, None)


def test_a_post_that_left_the_network_counts_no_more(room: Room) -> None:
    room.publish("1", datetime(2027, 3, 22, 12, tzinfo=UTC))
    room.publish("2", datetime(2027, 3, 22, 13, tzinfo=UTC))
    room.counters(followers=120, p1=three(2, 1, 5), p2=three(0, 0, 1))
    room.measure()
    room.next_day()
    room.counters(followers=120, p2=three(0, 0, 4))
    room.measure()
    assert room.day(TUESDAY).values["likes"] == 3


def test_a_chain_counts_as_one_post(room: Room) -> None:
    at = datetime(2027, 3, 22, 22, tzinfo=UTC)
    for part in (1, 2, 3):
        room.publish(str(part), at, key=a_key(part=part), parts=3)
    room.counters(followers=120)
    room.measure()
    assert room.day().values["posts_published"] == 1


def test_only_public_mentions_of_the_account_are_counted(room: Room) -> None:
    mentions = [
        a_mention(mention_id="a"),
        a_mention(mention_id="b", account_id="mastodon-en:rivecommune"),
        a_private_mention(mention_id="c"),
        a_mention(mention_id="d", said_at=datetime(2027, 3, 23, 4, tzinfo=UTC)),
    ]
    room.store.save_mentions(room.store.list_sources(BRAND)[0], mentions)
    room.measure()
    assert room.day().values["mentions"] == 1


def test_a_day_waits_for_its_mentions_but_not_for_ever(room: Room) -> None:
    room.heard(datetime(2027, 3, 23, 3, 59, tzinfo=UTC))
    assert room.measure().state is MeasureState.POSTPONED
    assert room.store.list_days(BRAND, ACCOUNT, MONDAY, MONDAY) == ()
    room.clock.advance(3600)
    room.network.account_counters = {"followers": 999}
    assert room.measure().state is MeasureState.MEASURED
    assert room.day().values["mentions"] is None
    assert room.day().values["followers"] == 120


def test_without_a_source_mentions_are_unknown(room: Room) -> None:
    room.store.sources.clear()
    room.measure()
    assert room.day().values["mentions"] is None


def test_measuring_the_same_day_again_changes_nothing(room: Room) -> None:
    room.measure()
    before = room.day()
    room.counters(followers=500)
    room.clock.advance(600)
    room.store.save_measuring(a_measuring(next_on=MONDAY, due_at=AFTER_MONDAY))
    room.measure()
    assert room.day().values == before.values
    assert len(room.store.list_days(BRAND, ACCOUNT, MONDAY, TUESDAY)) == 1


def test_a_network_that_does_not_answer_is_asked_again(room: Room) -> None:
    room.network.account_counters = NotSentError("refused")
    outcome = room.measure()
    assert (outcome.state, outcome.trouble) == (MeasureState.FAILED, "unreachable")
    assert outcome.due_at == AFTER_MONDAY + timedelta(minutes=15)
    assert room.store.list_days(BRAND, ACCOUNT, MONDAY, MONDAY) == ()
    room.counters(followers=121)
    room.clock.advance(900)
    room.measure()
    assert room.day().values["followers"] == 121
    assert room.store.get_measuring(BRAND, ACCOUNT).trouble == ""


def test_half_a_snapshot_is_no_snapshot(room: Room) -> None:
    room.publish("1", datetime(2027, 3, 22, 12, tzinfo=UTC))
    room.counters(followers=120, p1=three(2, 1, 5))
    room.network.account_counters = NotSentError("refused")
    room.measure()
    assert room.store.list_snapshots(BRAND, ACCOUNT, MONDAY) == ()


def test_a_refused_credential_disconnects_the_account(room: Room) -> None:
    room.network.account_counters = AuthorizationError("401")
    assert room.measure().trouble == "authorization"
    assert room.store.get_account(BRAND, ACCOUNT).needs_reconnection


def test_an_outage_is_caught_up_without_made_up_numbers(room: Room) -> None:
    room.measure()
    room.clock.set(AFTER_MONDAY + timedelta(days=4))
    room.heard(room.clock.now())
    room.publish("1", datetime(2027, 3, 24, 12, tzinfo=UTC))
    room.counters(followers=140, p1=three(0, 0, 2))
    outcome = room.measure()
    assert [day.day for day in outcome.days] == [23, 24, 25, 26]
    wednesday, friday = room.day(date(2027, 3, 24)), room.day(date(2027, 3, 26))
    assert wednesday.values["posts_published"] == 1
    assert wednesday.values["mentions"] == 0
    assert (wednesday.values["followers"], wednesday.values["likes"]) == (None, None)
    assert (friday.values["followers"], friday.values["followers_gained"]) == (140, None)
    assert friday.values["likes"] is None
    assert outcome.due_at == datetime(2027, 3, 28, 4, 15, tzinfo=UTC)


def test_a_day_lasts_23_hours_when_the_clocks_go_forward(room: Room) -> None:
    room.store.save_account(an_account(zone="Europe/Paris"))
    sunday = date(2027, 3, 28)
    due_at = datetime(2027, 3, 27, 23, 15, tzinfo=UTC)
    room.clock.set(due_at)
    room.store.save_measuring(a_measuring(next_on=date(2027, 3, 27), due_at=due_at))
    room.heard(due_at)
    outcome = room.measure()
    assert outcome.due_at == datetime(2027, 3, 28, 22, 15, tzinfo=UTC)
    assert room.store.get_measuring(BRAND, ACCOUNT).next_on == sunday


def test_two_workers_do_not_measure_the_same_account(room: Room) -> None:
    measuring = room.store.get_measuring(BRAND, ACCOUNT)
    assert room.store.claim_measuring(measuring, AFTER_MONDAY + LEASE, AFTER_MONDAY)
    assert room.measure().state is MeasureState.SKIPPED


def test_one_account_stops_no_other(room: Room) -> None:
    room.store.save_account(an_account(account_id="mastodon:b", network="nowhere"))
    room.store.save_measuring(
        a_measuring(account_id="mastodon:b", next_on=MONDAY, due_at=AFTER_MONDAY)
    )
    with pytest.raises(ExceptionGroup):
        measure_accounts([(BRAND, "mastodon:b"), (BRAND, ACCOUNT)], room.ports())
    assert room.day().values["followers"] == 120


def test_every_number_is_defined_in_the_documentation() -> None:
    text = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
    for definition in DEFINITIONS:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{definition.name}`"))
        for language in ("fr", "en"):
            assert say(f"metrics.{definition.name}", language) in row
