"""Faults at every step of the real delivery code, singly and in pairs: never twice, never lost.

Each run plays one plan to its end under a virtual clock, with one or two faults. The full matrix,
with events doubled and reordered, grows from here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from portevoix.model.brands import DeliveryClass
from portevoix.model.deliveries import ATTENTION, ENDED, Delivery, DeliveryState
from portevoix.model.errors import NotSentError, UnknownOutcomeError
from portevoix.model.posts import Part, Variant
from portevoix.publishing import deliver, outcome

from tests.factories import ACCOUNT, NOON, OTHER_ACCOUNT
from tests.fakes.connector import Answer
from tests.unit.publishing.newsroom import CrashError, Newsroom

STORE_FAULTS = ("dies_before", "lost_before", "lost_after")
SEND_FAULTS = ("dies_before", "dies_after", "not_sent", "unknown_kept", "unknown_dropped")
Plan = dict[int, str]


class FaultyRoom(Newsroom):
    """A newsroom whose steps are numbered, and fail as planned."""

    def __init__(self, plan: Plan, **settings: Any) -> None:
        super().__init__(now=NOON - timedelta(minutes=8), **settings)
        self.plan = plan
        self.steps: list[str] = []
        self.is_counting = False
        self.store._fault = self.store_fault  # type: ignore[method-assign]
        self.network_send = self.network.send
        self.network.send = self.send  # type: ignore[method-assign,assignment]

    @contextmanager
    def counting(self) -> Iterator[None]:
        self.is_counting = True
        try:
            yield
        finally:
            self.is_counting = False

    def deliver(self, *args: Any) -> Any:
        with self.counting():
            return super().deliver(*args)

    def fault(self, name: str) -> str:
        if not self.is_counting:
            return ""
        self.steps.append(name)
        return self.plan.get(len(self.steps) - 1, "")

    def store_fault(self, verb: str) -> bool | None:
        fault = self.fault(verb)
        if fault == "dies_before":
            raise CrashError(verb)
        return {"lost_before": False, "lost_after": True}.get(fault)

    def send(self, *args: Any) -> Any:
        fault = self.fault("send")
        if fault == "dies_before":
            raise CrashError("send")
        if fault == "not_sent":
            self.network.answers.appendleft(Answer(NotSentError("refused"), is_accepted=False))
        if fault == "unknown_kept":
            self.network.answers.appendleft(Answer(UnknownOutcomeError("reset")))
        if fault == "unknown_dropped":
            dropped = Answer(UnknownOutcomeError("reset"), is_accepted=False)
            self.network.answers.appendleft(dropped)
        proof = self.network_send(*args)
        if fault == "dies_after":
            raise CrashError("send")
        return proof


def a_text(room: Newsroom) -> None:
    room.queue_text("Bonjour")


def a_text_without_keys(room: Newsroom) -> None:
    room.network.honours_keys = False
    room.add_account(delivery_class=DeliveryClass.K1)
    room.queue_text("Bonjour")


def a_chain(room: Newsroom) -> None:
    room.queue_text("Un", "Deux")


def a_pair(room: Newsroom) -> None:
    room.add_account(OTHER_ACCOUNT)
    variants = {ACCOUNT: Variant((Part("Bonjour"),)), OTHER_ACCOUNT: Variant((Part("Hello"),))}
    room.queue_text(account_ids=(ACCOUNT, OTHER_ACCOUNT), variants=variants, is_pair=True)


def an_image(room: Newsroom) -> None:
    part = Part("Regardez", (room.add_media(),))
    room.queue_text(variants={"*": Variant((part,))})


PLANS: tuple[Callable[[Newsroom], None], ...] = (
    a_text,
    a_text_without_keys,
    a_chain,
    a_pair,
    an_image,
)


def play(scenario: Callable[[Newsroom], None], plan: Plan) -> FaultyRoom:
    room = FaultyRoom(plan)
    scenario(room)
    room.run(NOON + timedelta(hours=3), stop=lambda: all_ended(room))
    return room


def all_ended(room: Newsroom) -> bool:
    return all(d.state in ENDED for d in room.store.deliveries.values())


def faults_of(steps: list[str], upto: int) -> list[tuple[int, str]]:
    return [
        (number, fault)
        for number, name in enumerate(steps[:upto])
        for fault in (SEND_FAULTS if name == "send" else STORE_FAULTS)
    ]


def judge(room: FaultyRoom) -> list[str]:
    """Return what went wrong: doubled, lost, stuck, silent."""
    wrong = []
    texts = room.network.texts()
    if len(texts) != len(set(texts)):
        wrong.append("doubled")
    for delivery in room.store.deliveries.values():
        if waits_for_a_held_part(delivery, room):
            continue
        is_there = delivery.content.text in texts
        if delivery.state is DeliveryState.PUBLISHED and not is_there:
            wrong.append("lost")
        if delivery.state not in ENDED and delivery.state is not DeliveryState.HELD:
            wrong.append(f"stuck {delivery.state}")
        if delivery.state is not DeliveryState.PUBLISHED and delivery.state not in ATTENTION:
            wrong.append("silent")
    return wrong


def waits_for_a_held_part(part: Delivery, room: FaultyRoom) -> bool:
    """Whether a part only waits for an earlier one, which a member was told of."""
    earlier = (
        d
        for key, d in room.store.deliveries.items()
        if key.account_id == part.key.account_id and key.part < part.key.part
    )
    return part.awaits_earlier_part and any(d.state is DeliveryState.HELD for d in earlier)


@pytest.mark.parametrize("scenario", PLANS, ids=lambda s: s.__name__)
def test_no_single_fault_doubles_loses_or_sticks(scenario: Callable[[Newsroom], None]) -> None:
    steps = play(scenario, {}).steps
    assert "send" in steps
    broken = {}
    for number, fault in faults_of(steps, len(steps)):
        room = play(scenario, {number: fault})
        if wrong := judge(room):
            broken[number, steps[number], fault] = wrong
    assert broken == {}


@pytest.mark.parametrize("scenario", PLANS, ids=lambda s: s.__name__)
def test_no_pair_of_faults_doubles_loses_or_sticks(scenario: Callable[[Newsroom], None]) -> None:
    broken = {}
    for first in faults_of(play(scenario, {}).steps, 99):
        steps = play(scenario, dict([first])).steps
        later = [f for f in faults_of(steps, first[0] + 14) if f[0] > first[0]]
        for second in later:
            room = play(scenario, dict([first, second]))
            if wrong := judge(room):
                broken[first, second] = wrong
    assert broken == {}


def test_a_fault_never_costs_a_post_where_the_server_knows_its_key() -> None:
    steps = play(a_text, {}).steps
    for number, fault in faults_of(steps, len(steps)):
        room = play(a_text, {number: fault})
        assert room.states() == ["published"], (steps[number], fault)


def singles(scenario: Callable[[Newsroom], None]) -> set[str]:
    steps = play(scenario, {}).steps
    runs = (play(scenario, {number: fault}) for number, fault in faults_of(steps, len(steps)))
    return {wrong for room in runs for wrong in judge(room)}


def test_the_matrix_sees_a_doubt_that_is_taken_for_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failed(claimed: Any, detail: str, look_at: Any, now: Any) -> Any:
        return outcome.ready_again(claimed, look_at, None, now)

    monkeypatch.setattr(outcome, "doubted", failed)
    assert "doubled" in singles(a_text_without_keys)


def test_the_matrix_sees_a_key_that_is_made_anew_for_each_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def remade(delivery: Any, account: Any, publisher: Any, sender: Any) -> Any:
        record = publisher.freeze(account, delivery, sender.clock.now())
        return replace(record, key=f"{record.key}/{delivery.attempts}")

    monkeypatch.setattr(deliver, "frozen", remade)
    assert "doubled" in singles(a_text)


def test_the_matrix_sees_a_lapsed_sending_that_is_sent_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deliver, "unsent", lambda delivery, now: None)
    assert "doubled" in singles(a_text_without_keys)
