from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from portevoix.model.errors import AuthorizationError, RateLimitedError, UnknownOutcomeError
from portevoix.model.mentions import Mention, Source
from portevoix.model.posts import Visibility

from tests.contract.networks.conftest import Build, Town
from tests.factories import NOON, a_delivery, a_source
from tools.square.audience import Audience, PlantedMention
from tools.square.faults import HTML, Fault
from tools.square.messages import json_response
from tools.square.rules import Limit


def plant(town: Town, *texts: str, **how: Any) -> None:
    """Have things said, a second apart, from a minute on."""
    start = town.clock.now() + timedelta(minutes=1)
    town.running.crowd.plant(
        PlantedMention(
            at=start + timedelta(seconds=number), text=text, to="rivecommune", author="lise", **how
        )
        for number, text in enumerate(texts)
    )
    town.clock.set(start + timedelta(seconds=len(texts)))


def listen(town: Town, source: Source) -> tuple[list[Mention], Source]:
    """Poll until there is nothing more, as the poll function does."""
    heard: list[Mention] = []
    while True:
        page = town.connector.fetch_mentions(town.account, town.secret, source)
        heard += page.mentions
        source = replace(source, cursor=page.cursor)
        if not page.has_more:
            return heard, source


def test_a_mention_is_heard_as_plain_text_with_who_said_it(town: Town) -> None:
    plant(town, "C’est où? https://exemple.example/une/tres/longue/adresse/du/plan", language="fr")

    (mention,), _ = listen(town, a_source(cursor=""))

    assert mention.text == (
        "@rivecommune C’est où? https://exemple.example/une/tres/longue/adresse/du/plan"
    )
    assert mention.author_handle == "@lise@127.0.0.1"
    assert (mention.author_name, mention.author_audience) == ("Lise", 40)
    assert (mention.kind, mention.visibility) == ("mention", Visibility.PUBLIC)
    assert (mention.language, mention.brand_id) == ("fr", town.account.brand_id)
    assert mention.said_at == NOON + timedelta(minutes=1)
    assert mention.url.startswith(f"{town.running.url}/@lise/")


def test_an_answer_names_the_post_it_answers(town: Town) -> None:
    record = town.connector.freeze(town.account, a_delivery(), NOON)
    proof = town.connector.send(town.account, town.secret, record)
    plant(town, "Merci", reply_to="Bonjour la")

    (mention,), _ = listen(town, a_source(cursor=""))

    assert (mention.kind, mention.in_reply_to) == ("reply", proof.remote_id)


@pytest.mark.parametrize(
    ("theirs", "ours", "is_private"),
    [
        ("public", Visibility.PUBLIC, False),
        ("unlisted", Visibility.UNLISTED, False),
        ("private", Visibility.FOLLOWERS, True),
        ("direct", Visibility.PRIVATE, True),
        ("mutuals_only", Visibility.PRIVATE, True),
    ],
)
def test_what_was_said_in_private_is_private_and_so_is_what_we_do_not_know(
    town: Town, theirs: str, ours: Visibility, is_private: bool
) -> None:
    plant(town, "Mon numéro est le 555-0100", visibility=theirs)

    (mention,), _ = listen(town, a_source(cursor=""))

    assert (mention.visibility, mention.is_private) == (ours, is_private)
    assert (mention.kind == "message") == (ours is Visibility.PRIVATE)


@pytest.mark.parametrize("sends_links", [True, False])
def test_a_storm_is_heard_whole_in_order_and_once(build: Build, sends_links: bool) -> None:
    town = build(sends_links=sends_links, page_max=40)
    plant(town, "début")
    first, source = listen(town, a_source(cursor=""))
    texts = [f"message {number}" for number in range(130)]
    plant(town, *texts)

    heard, source = listen(town, source)

    assert [m.text.removeprefix("@rivecommune ") for m in heard] == texts
    assert len({m.mention_id for m in [*first, *heard]}) == 131
    assert listen(town, source)[0] == []


def test_the_first_poll_takes_the_latest_page_and_later_ones_all_that_followed(
    town: Town,
) -> None:
    plant(town, *[f"avant {number}" for number in range(100)])

    first, source = listen(town, a_source(cursor=""))
    plant(town, "après")
    later, _ = listen(town, source)

    assert len(first) == 80
    assert [m.text for m in later] == ["@rivecommune après"]


def test_a_poll_that_hears_nothing_keeps_its_cursor(town: Town) -> None:
    plant(town, "un")
    _, source = listen(town, a_source(cursor=""))

    page = town.connector.fetch_mentions(town.account, town.secret, source)

    assert (page.mentions, page.cursor, page.has_more) == ((), source.cursor, False)


def test_the_same_thing_polled_twice_is_one_mention(town: Town) -> None:
    plant(town, "un")

    once = listen(town, a_source(cursor=""))[0]
    again = listen(town, a_source(cursor=""))[0]

    assert [m.mention_id for m in once] == [m.mention_id for m in again]


def test_a_cursor_of_another_server_is_not_followed(town: Town) -> None:
    plant(town, "un")
    source = a_source(cursor="https://elsewhere.example/api/v1/notifications?min_id=9")

    assert [m.text for m in listen(town, source)[0]] == ["@rivecommune un"]


def test_likes_boosts_and_followers_are_no_mentions(build: Build) -> None:
    town = build(audience=Audience(talks=False))
    record = town.connector.freeze(town.account, a_delivery(), NOON)
    town.connector.send(town.account, town.secret, record)
    town.clock.advance(3 * 24 * 3600)

    assert listen(town, a_source(cursor=""))[0] == []
    assert town.running.square.things.notices, "there were some"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("answer", response=HTML),
        Fault("answer", response=json_response({"error": "x"})),
        Fault("answer", response=json_response([{"id": "1", "type": "mention"}])),
        Fault("close"),
        Fault("truncate", acts=True),
        Fault("answer", response=json_response({}, 503)),
    ],
)
def test_an_unreadable_page_moves_nothing(town: Town, fault: Fault) -> None:
    plant(town, "Mon numéro est le 555-0100", visibility="direct")
    town.running.faults.add("GET", "/api/v1/notifications", fault)

    with pytest.raises(UnknownOutcomeError) as failed:
        listen(town, a_source(cursor=""))

    assert "555" not in str(failed.value)
    assert failed.value.account_id == town.account.account_id


def test_a_revoked_token_and_a_limit_are_told_apart(build: Build) -> None:
    town = build(reads=Limit(1, 300))
    listen(town, a_source(cursor=""))
    with pytest.raises(RateLimitedError) as limited:
        listen(town, a_source(cursor=""))
    assert limited.value.retry_at == NOON + timedelta(seconds=300)

    town.member.is_revoked = True
    with pytest.raises(AuthorizationError):
        listen(town, a_source(cursor=""))
