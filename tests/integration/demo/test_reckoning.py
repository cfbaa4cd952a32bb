"""The demonstration's own judge: each broken promise is told."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from portevoix.model.deliveries import Content, DeliveryKey, DeliveryState, MediaUse
from portevoix.model.digests import DigestState
from portevoix.model.posts import Visibility

from tests.factories import (
    ACCOUNT,
    NOON,
    OTHER_ACCOUNT,
    a_delivery,
    a_mention,
    a_recipient,
    a_sending,
)
from tools.demo.audience import PRIVATE_WORDS
from tools.demo.digests import SentDigest
from tools.demo.reckoning import Week, broken_promises
from tools.demo.square import Seen

DAYS = 7


def a_post(number: int, account_id: str) -> tuple[Any, Seen]:
    text = f"{account_id} {number}"
    media = (MediaUse("m", "image/png", "Une rive"),)
    delivery = a_delivery(
        key=DeliveryKey(f"P{number}", account_id, 1),
        state=DeliveryState.PUBLISHED,
        content=Content(text=text, language="fr-CA", media=media),
        remote_id=text,
        is_pair=True,
        moment_at=NOON,
    )
    seen = Seen(text, text, "fr", NOON, "public", "", ("Une rive",), "http://127.0.0.1/1")
    return delivery, seen


def a_digest(day: int, address: str) -> SentDigest:
    told = f"{ACCOUNT} {OTHER_ACCOUNT}"
    return SentDigest(address, "Le point du jour", NOON + timedelta(days=day), b"", told, told)


@pytest.fixture
def week(tmp_path: Path) -> Week:
    made = [a_post(n, account) for n in range(6) for account in (ACCOUNT, OTHER_ACCOUNT)]
    refused = [
        a_delivery(key=DeliveryKey("P9", name, 1), state=DeliveryState.REJECTED, remote_id="")
        for name in (ACCOUNT, OTHER_ACCOUNT)
    ]
    people = [
        a_recipient(recipient_id=name, address=name, zone="UTC", hour=NOON.time())
        for name in ("a@example.org", "b@example.org")
    ]
    mentions = [a_mention(mention_id=str(n), remote_id=str(n)) for n in range(6)]
    private = a_mention(
        mention_id="6", remote_id="6", text=PRIVATE_WORDS, visibility=Visibility.PRIVATE
    )
    (tmp_path / "poll.log").write_text("12 mentions\n")
    return Week(
        deliveries=[d for d, _ in made] + refused,
        planned=12,
        refused=2,
        posts={
            name: [seen for d, seen in made if d.key.account_id == name]
            for name in (ACCOUNT, OTHER_ACCOUNT)
        },
        heard={ACCOUNT: [str(n) for n in range(7)], OTHER_ACCOUNT: []},
        mentions=[*mentions, private],
        digests=[a_digest(day, person.address) for day in range(DAYS) for person in people],
        sendings=[a_sending(state=DigestState.SENT) for _ in range(DAYS * 2)],
        recipients=people,
        logs=tmp_path,
    )


def test_a_week_as_promised_has_nothing_to_tell(week: Week) -> None:
    assert broken_promises(week) == []


def _with_post(week: Week, **changes: Any) -> Week:
    first, *others = week.posts[ACCOUNT]
    return replace(week, posts={**week.posts, ACCOUNT: [replace(first, **changes), *others]})


def test_a_double_is_told(week: Week) -> None:
    twin = replace(week.posts[ACCOUNT][0], remote_id="twin")
    doubled = replace(week, posts={**week.posts, ACCOUNT: [*week.posts[ACCOUNT], twin]})
    told = broken_promises(doubled)
    assert any("1 doubled" in sentence for sentence in told)
    assert any("2 times" in sentence for sentence in told)


def test_a_late_post_is_told(week: Week) -> None:
    late = _with_post(week, created_at=NOON + timedelta(seconds=1.001))
    assert broken_promises(late) == ["1 late, where 0 were expected"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "Autre"}, "as it was written"),
        ({"alt_texts": ()}, "as it was written"),
        ({"language": "en"}, "instead of fr-CA"),
        ({"in_reply_to": "1"}, "does not follow"),
    ],
)
def test_a_post_that_differs_is_told(week: Week, changes: dict[str, Any], said: str) -> None:
    [told] = broken_promises(_with_post(week, **changes))
    assert said in told


def test_half_of_a_pair_alone_is_told(week: Week) -> None:
    alone = replace(week, posts={**week.posts, ACCOUNT: week.posts[ACCOUNT][1:]})
    assert any("half of the pair P0" in sentence for sentence in broken_promises(alone))


def test_a_mention_that_was_not_kept_is_told(week: Week) -> None:
    deaf = replace(week, heard={**week.heard, OTHER_ACCOUNT: ["99"]})
    [told] = broken_promises(deaf)
    assert OTHER_ACCOUNT in told


@pytest.mark.parametrize("place", ["mail", "log"])
def test_a_private_word_is_told_wherever_it_is(week: Week, place: str) -> None:
    if place == "log":
        (week.logs / "poll.log").write_text(f"said: {PRIVATE_WORDS}\n")
    else:
        first, *others = week.digests
        week = replace(week, digests=[replace(first, html=PRIVATE_WORDS), *others])
    [told] = broken_promises(week)
    assert "private word" in told


def test_a_mail_at_another_hour_or_twice_is_told(week: Week) -> None:
    first, *others = week.digests
    early = replace(first, sent_at=first.sent_at - timedelta(hours=1))
    [told] = broken_promises(replace(week, digests=[early, *others]))
    assert "at Mon 11:00, not at 12:00" in told
    twice = replace(week, digests=[*week.digests[:-1], first])
    assert any("got 2 mails" in sentence for sentence in broken_promises(twice))


def test_a_refusal_that_no_digest_tells_is_told(week: Week) -> None:
    silent = replace(week, digests=[replace(digest, text="") for digest in week.digests])
    assert len(broken_promises(silent)) == 2
