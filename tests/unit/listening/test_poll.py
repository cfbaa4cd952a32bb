"""Polling: nothing heard is lost, nothing is heard twice, one source stops no other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from portevoix.listening.poll import LEASE, PollOutcome, PollState, poll_source, poll_sources
from portevoix.model.errors import (
    AuthorizationError,
    NotSentError,
    RateLimitedError,
    StoreUnavailableError,
    UnknownOutcomeError,
)
from portevoix.model.mentions import MentionPage, Source

from tests.factories import (
    BRAND,
    NOON,
    a_mention,
    a_private_mention,
    a_source,
    an_account,
)
from tests.fakes.clock import FakeClock
from tests.fakes.connector import FakeConnector, FakeConnectors
from tests.fakes.credentials import FakeCredentials
from tests.fakes.store import FakeStore


class Room:
    """A brand with one source, and a network that says what a test wants."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = FakeStore()
        self.network = FakeConnector(self.clock)
        self.store.save_account(an_account())
        self.store.save_source(a_source())

    def poll(self, source_id: str = "mastodon-fr") -> PollOutcome:
        return poll_source(BRAND, source_id, **self.ports())  # type: ignore[arg-type]

    def ports(self) -> dict[str, object]:
        return {
            "listening": self.store,
            "brands": self.store,
            "connectors": FakeConnectors(mastodon=self.network),
            "credentials": FakeCredentials(),
            "clock": self.clock,
        }

    @property
    def source(self) -> Source:
        return self.store.get_source(BRAND, "mastodon-fr")


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_poll_keeps_the_mentions_and_moves_the_cursor(room: Room) -> None:
    room.network.pages.append(MentionPage((a_mention(), a_private_mention()), "102", False))
    outcome = room.poll()
    assert (outcome.state, outcome.new_mentions) == (PollState.POLLED, 2)
    assert room.source.cursor == "102"
    assert room.source.lease_until is None
    assert room.source.polled_at == NOON
    assert room.source.due_at == NOON + timedelta(seconds=60)


def test_a_private_message_is_stored_as_private(room: Room) -> None:
    room.network.pages.append(MentionPage((a_private_mention(),), "102", False))
    room.poll()
    day = timedelta(days=1)
    assert room.store.list_mentions(BRAND, NOON - day, NOON + day).items == ()
    assert room.store.list_mentions(BRAND, NOON - day, NOON + day, with_private=True).items


def test_all_pages_are_read_in_one_poll(room: Room) -> None:
    room.network.pages.extend(
        MentionPage((a_mention(mention_id=f"m{i}"),), str(101 + i), i < 2) for i in range(3)
    )
    outcome = room.poll()
    assert (outcome.pages, outcome.new_mentions, room.source.cursor) == (3, 3, "103")


def test_an_endless_list_is_read_in_bounded_steps_and_goes_on_at_once(room: Room) -> None:
    room.network.pages.extend(
        MentionPage((a_mention(mention_id=f"m{i}"),), str(101 + i), True) for i in range(60)
    )
    assert room.poll().pages == 20
    assert room.source.due_at == NOON
    assert room.source.polled_at is None
    room.poll()
    assert room.source.cursor == "140"


def test_a_page_that_does_not_move_is_the_last(room: Room) -> None:
    room.network.pages.extend(MentionPage((), "100", True) for _ in range(5))
    assert room.poll().pages == 1


def test_the_same_page_twice_is_heard_once(room: Room) -> None:
    page = MentionPage((a_mention(),), "102", False)
    room.network.pages.extend([page, page])
    room.poll()
    room.clock.advance(60)
    assert room.poll().new_mentions == 0
    assert len(room.store.mentions) == 1


def test_a_quiet_source_is_looked_at_less_and_a_busy_one_every_minute(room: Room) -> None:
    paces = []
    for _ in range(6):
        outcome = room.poll()
        assert outcome.due_at
        pace = room.source.interval_s
        paces.append(pace)
        assert outcome.due_at.timestamp() % pace == 0, "sources of one pace share their ticks"
        assert 0 < (outcome.due_at - room.clock.now()).total_seconds() <= pace
        room.clock.set(outcome.due_at)
    assert paces == [120, 240, 480, 900, 900, 900]
    room.network.pages.append(MentionPage((a_mention(),), "102", False))
    outcome = room.poll()
    assert outcome.due_at == room.clock.now() + timedelta(seconds=60)


def test_a_bad_page_loses_nothing_that_came_before_it(room: Room) -> None:
    room.network.pages.append(MentionPage((a_mention(),), "102", True))
    room.network.pages.append(UnknownOutcomeError("not JSON"))
    outcome = room.poll()
    assert (outcome.state, outcome.trouble) == (PollState.FAILED, "unreadable_answer")
    assert (room.source.cursor, room.source.failures) == ("102", 1)
    room.network.pages.append(MentionPage((a_mention(mention_id="next"),), "103", False))
    room.clock.advance(60)
    assert room.poll().new_mentions == 1
    assert (room.source.trouble, room.source.failures) == ("", 0)


def test_failures_back_off_up_to_a_quarter_of_an_hour(room: Room) -> None:
    waits = []
    for _ in range(6):
        room.network.pages.append(NotSentError("refused"))
        outcome = room.poll()
        assert outcome.due_at
        assert outcome.trouble == "unreachable"
        waits.append((outcome.due_at - room.clock.now()).total_seconds())
        room.clock.set(outcome.due_at)
    assert waits == [60, 120, 240, 480, 900, 900]


def test_a_rate_limit_is_honoured_but_not_for_ever(room: Room) -> None:
    room.network.pages.append(RateLimitedError("429", retry_at=NOON + timedelta(hours=2)))
    assert room.poll().due_at == NOON + timedelta(hours=2)
    room.clock.advance(7200)
    room.network.pages.append(RateLimitedError("429", retry_at=NOON + timedelta(days=9000)))
    assert room.poll().due_at == room.clock.now() + timedelta(days=1)


def test_a_refused_credential_disconnects_the_account_and_is_not_tried_again(room: Room) -> None:
    room.network.pages.append(AuthorizationError("401"))
    assert room.poll().trouble == "authorization"
    assert room.store.get_account(BRAND, room.source.account_id).needs_reconnection
    room.network.pages.append(MentionPage((a_mention(),), "102", False))
    room.clock.advance(60)
    assert room.poll().trouble == "authorization"
    assert len(room.network.pages) == 1
    room.store.save_account(replace(an_account(), needs_reconnection=False))
    room.clock.advance(900)
    assert room.poll().new_mentions == 1


def test_two_workers_do_not_read_the_same_source(room: Room) -> None:
    assert room.store.claim_source(room.source, NOON + LEASE, NOON)
    assert room.poll().state is PollState.SKIPPED
    room.clock.advance(LEASE.total_seconds())
    assert room.poll().state is PollState.POLLED


def test_a_source_that_is_not_due_or_is_gone_is_left_alone(room: Room) -> None:
    room.store.save_source(a_source(due_at=None))
    assert room.poll().state is PollState.SKIPPED
    assert room.poll("gone").state is PollState.SKIPPED


def test_a_lost_write_is_read_again(room: Room) -> None:
    room.store.fail("save_mentions")
    room.network.pages.append(MentionPage((a_mention(),), "102", False))
    with pytest.raises(StoreUnavailableError):
        room.poll()
    assert room.source.cursor == "100"
    room.clock.advance(LEASE.total_seconds())
    room.network.pages.append(MentionPage((a_mention(),), "102", False))
    assert room.poll().new_mentions == 1


def test_one_source_stops_no_other(room: Room) -> None:
    room.store.save_source(a_source(source_id="other", account_id="mastodon:gone"))
    room.store.save_source(a_source(source_id="broken"))
    room.network.pages.append(ValueError("a surprise"))
    room.network.pages.append(MentionPage((a_mention(),), "102", False))
    with pytest.raises(ExceptionGroup) as caught:
        poll_sources(
            [(BRAND, "broken"), (BRAND, "other"), (BRAND, "mastodon-fr")],
            **room.ports(),  # type: ignore[arg-type]
        )
    assert [type(error) for error in caught.value.exceptions] == [ValueError]
    assert len(room.store.mentions) == 1
    assert room.store.get_source(BRAND, "other").trouble == "account_missing"


def test_a_network_s_refusals_are_outcomes(room: Room) -> None:
    room.network.pages.append(NotSentError("refused"))
    outcomes = poll_sources([(BRAND, "mastodon-fr")], **room.ports())  # type: ignore[arg-type]
    assert [outcome.trouble for outcome in outcomes] == ["unreachable"]
