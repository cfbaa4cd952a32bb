"""A pair on the real local stack: both halves are on the square, or neither is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from portevoix.model.posts import Part, Variant
from portevoix.publishing.change import hold_post
from portevoix.publishing.plan import Draft, Queued, queue_post

from tests.integration.newsstand import ACCOUNT, BRAND, MOMENT, Newsstand, a_newsstand

OTHER = "mastodon:commonshore"
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsstand]:
    with a_newsstand(tmp_path_factory.mktemp("pairs")) as open_stand:
        open_stand.connect(OTHER, "commonshore")
        yield open_stand


def pair(stand: Newsstand, ref: str, french: str, english: str, hours: int) -> Queued:
    variants = {ACCOUNT: Variant((Part(french),)), OTHER: Variant((Part(english),), "en")}
    moment = MOMENT + hours * HOUR
    draft = Draft(BRAND, moment, (ACCOUNT, OTHER), variants, ref=ref, is_pair=True)
    return queue_post(draft, stand.env.desk, stand.now, keep_refused=True)


def states(stand: Newsstand, queued: Queued) -> list[str]:
    _, deliveries = stand.env.posts.read_post(queued.post.post_id)
    return sorted(str(delivery.state) for delivery in deliveries)


def test_both_halves_leave_at_their_moment(stand: Newsstand) -> None:
    queued = pair(stand, "R1", "Bonjour, la rive", "Hello, shore", 0)
    stand.stack.warp(MOMENT + timedelta(minutes=2))
    assert states(stand, queued) == ["published", "published"]


def test_with_one_half_held_before_the_moment_neither_leaves(stand: Newsstand) -> None:
    queued = pair(stand, "R2", "Quarante paires de bottes", "Forty pairs of boots", 2)
    hold_post(queued.post.post_id, stand.env.desk, stand.now, account_id=OTHER)
    stand.stack.warp(MOMENT + 4 * HOUR)
    assert states(stand, queued) == ["held", "held"]


def test_with_one_half_refused_neither_leaves(stand: Newsstand) -> None:
    queued = pair(stand, "R6", "Crue printanière", "x" * 600, 6)
    stand.stack.warp(MOMENT + 8 * HOUR)
    assert states(stand, queued) == ["held", "rejected"]
