"""A member, or a second worker, acts between any two steps of the delivery code.

What was acknowledged must hold: a pause sends nothing new, an edit leaves no old text, a cancel
leaves nothing, a pair is never half alone without a member being told.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from portevoix.model.brands import Pause
from portevoix.model.deliveries import ATTENTION, DeliveryState
from portevoix.model.errors import ConflictError
from portevoix.model.posts import Part, Variant
from portevoix.publishing import gate
from portevoix.publishing.change import cancel_post, hold_post, release_post
from portevoix.publishing.edit import Edit, edit_post

from tests.factories import BRAND, NOON, OTHER_ACCOUNT
from tests.matrix.test_single_and_paired_faults import (
    PLANS,
    FaultyRoom,
    a_chain,
    a_pair,
    a_text,
    an_image,
    judge,
)
from tests.unit.publishing.newsroom import Newsroom

type Act = Callable[["ActingRoom"], None]


class ActingRoom(FaultyRoom):
    """A newsroom in which somebody acts once, before a numbered step."""

    def __init__(self, step: int, act: Act | None) -> None:
        super().__init__({})
        self.step = step
        self.act = act
        self.acknowledged = False
        self.was_leaving: set[str] = set()

    def fault(self, name: str) -> str:
        if self.is_counting and len(self.steps) == self.step and self.act:
            act, self.act = self.act, None
            self.is_counting = False
            act(self)
            self.is_counting = True
        return super().fault(name)

    @property
    def post_id(self) -> str:
        return next(iter(self.store.posts))


def acknowledged(room: ActingRoom, change: Callable[[], Any]) -> None:
    room.was_leaving = {
        d.content.text
        for d in room.store.deliveries.values()
        if d.state in (DeliveryState.SENDING, DeliveryState.PUBLISHED)
    }
    try:
        change()
    except ConflictError:
        return
    room.acknowledged = True


def pause(room: ActingRoom) -> None:
    stop = Pause(BRAND, "lea", "Incendie", room.clock.now())
    acknowledged(room, lambda: room.store.save_pause(stop))


def edit(room: ActingRoom) -> None:
    post = room.store.posts[room.post_id]
    variants = {
        name: Variant(tuple(Part(f"{p.text} (corrigé)", p.media_ids) for p in variant.parts))
        for name, variant in post.variants.items()
    }
    change = Edit(variants=variants)
    acknowledged(room, lambda: edit_post(room.post_id, change, room.desk, room.clock.now()))


def cancel(room: ActingRoom) -> None:
    acknowledged(room, lambda: cancel_post(room.post_id, room.desk, room.clock.now()))


def cancel_one_half(room: ActingRoom) -> None:
    now = room.clock.now()
    acknowledged(room, lambda: cancel_post(room.post_id, room.desk, now, account_id=OTHER_ACCOUNT))


def hold_and_release(room: ActingRoom) -> None:
    acknowledged(room, lambda: hold_post(room.post_id, room.desk, room.clock.now()))
    acknowledged(room, lambda: release_post(room.post_id, room.desk, room.clock.now()))


def second_worker(room: ActingRoom) -> None:
    for key in sorted(room.store.deliveries):
        Newsroom.deliver(room, key)


def play(scenario: Callable[[Newsroom], None], step: int, act: Act | None) -> ActingRoom:
    room = ActingRoom(step, act)
    scenario(room)
    room.run(NOON + timedelta(hours=3))
    return room


def each_step(scenario: Callable[[Newsroom], None], act: Act) -> dict[tuple[int, str], ActingRoom]:
    steps = play(scenario, -1, None).steps
    return {(n, name): play(scenario, n, act) for n, name in enumerate(steps)}


@pytest.mark.parametrize("scenario", PLANS, ids=lambda s: s.__name__)
def test_a_second_worker_at_any_step_doubles_nothing(
    scenario: Callable[[Newsroom], None],
) -> None:
    for at, room in each_step(scenario, second_worker).items():
        assert judge(room) == [], at
        assert set(room.states()) == {"published"}, at


@pytest.mark.parametrize("scenario", [a_text, a_chain, a_pair, an_image], ids=lambda s: s.__name__)
def test_after_a_pause_nothing_new_leaves(scenario: Callable[[Newsroom], None]) -> None:
    for at, room in each_step(scenario, pause).items():
        assert set(room.network.texts()) <= room.was_leaving, at
        assert judge(room) == [], at


def test_the_matrix_sees_a_gate_that_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "hold_reason", lambda gate, halves: None)
    rooms = each_step(a_text, pause).values()
    assert any(not set(room.network.texts()) <= room.was_leaving for room in rooms)


@pytest.mark.parametrize("scenario", [a_text, a_chain, a_pair, an_image], ids=lambda s: s.__name__)
def test_an_acknowledged_edit_leaves_no_old_text(scenario: Callable[[Newsroom], None]) -> None:
    seen = set()
    for at, room in each_step(scenario, edit).items():
        seen.add(room.acknowledged)
        texts = room.network.texts()
        if room.acknowledged:
            assert all(text.endswith("(corrigé)") for text in texts), (at, texts)
        else:
            assert not any(text.endswith("(corrigé)") for text in texts), (at, texts)
        assert set(room.states()) == {"published"}, at
    assert seen == {True, False}


@pytest.mark.parametrize("scenario", [a_text, an_image], ids=lambda s: s.__name__)
def test_an_acknowledged_cancel_leaves_nothing(scenario: Callable[[Newsroom], None]) -> None:
    seen = set()
    for at, room in each_step(scenario, cancel).items():
        seen.add(room.acknowledged)
        assert bool(room.network.texts()) is not room.acknowledged, at
    assert seen == {True, False}


def test_a_half_alone_is_always_told() -> None:
    for at, room in each_step(a_pair, cancel_one_half).items():
        texts = set(room.network.texts())
        states = {d.state for d in room.store.deliveries.values()}
        if room.acknowledged and not room.was_leaving:
            assert texts == set(), at
        if len(texts) == 1:
            assert states & (ATTENTION | {DeliveryState.CANCELLED}), at


@pytest.mark.parametrize("scenario", PLANS, ids=lambda s: s.__name__)
def test_what_is_held_and_released_at_any_step_still_leaves_once(
    scenario: Callable[[Newsroom], None],
) -> None:
    for at, room in each_step(scenario, hold_and_release).items():
        assert judge(room) == [], at
        assert set(room.states()) == {"published"}, (at, room.states())
