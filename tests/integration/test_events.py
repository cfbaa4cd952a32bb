"""The sample invocations of events/, each given to the real handler on the local stack."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from portevoix.model.deliveries import DeliveryKey
from portevoix.publishing.plan import post_id_of
from portevoix.web.links import unsubscribe_url
from portevoix.web.tokens import new_token

from tests.integration.newsstand import ACCOUNT, BRAND, MOMENT, Newsstand, a_newsstand

ROOT = Path(__file__).parents[2]
EVENTS = sorted(path.relative_to(ROOT / "events") for path in ROOT.glob("events/*/*.json"))
KEY = DeliveryKey(post_id_of(BRAND, "O1"), ACCOUNT, 1)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsstand]:
    with a_newsstand(tmp_path_factory.mktemp("events")) as open_stand:
        open_stand.queue("O1", "C’est officiel : la piste cyclable dégèle.")
        open_stand.stack.clock.advance(MOMENT)
        yield open_stand


def replay(stand: Newsstand, path: Path | str, **replaced: str) -> Any:
    """Give a sample to its function, with `replaced` in place of its placeholders."""
    text = (ROOT / "events" / path).read_text(encoding="utf-8")
    for placeholder, value in replaced.items():
        text = text.replace(placeholder, value)
    result = stand.stack.invoke(Path(path).parts[0], text.encode())
    assert not result.failed, result.payload
    return json.loads(result.payload)


def secrets(stand: Newsstand) -> dict[str, str]:
    token, text = new_token("events", [BRAND], stand.env.new_id, stand.now)
    stand.env.brands.save_token(token)
    key = stand.env.credentials.signing_key()
    url = unsubscribe_url(stand.stack.pages_url, BRAND, "sam", key)
    return {"pvx_TOKENID_SECRET": text, "LINKTOKEN": url.partition("t=")[2]}


@pytest.mark.parametrize("path", EVENTS, ids=str)
def test_each_sample_replays(stand: Newsstand, path: Path) -> None:
    assert replay(stand, path, **secrets(stand)) is not None


def test_every_function_has_a_sample() -> None:
    functions = {path.parent.name for path in ROOT.glob("functions/*/handler.py")}
    assert {path.parts[0] for path in EVENTS} == functions


def test_the_message_publishes_its_delivery(stand: Newsstand) -> None:
    replay(stand, "publish_delivery/message.json")
    assert stand.env.posts.get_delivery(KEY).state == "published"


def test_the_api_lists_what_was_queued(stand: Newsstand) -> None:
    answer = replay(stand, "serve_api/list_posts.json", **secrets(stand))
    assert answer["statusCode"] == 200
    assert KEY.post_id in answer["body"]


def test_without_a_token_the_api_says_nothing(stand: Newsstand) -> None:
    assert replay(stand, "serve_api/unauthorized.json")["statusCode"] == 401


def test_a_forged_link_does_nothing(stand: Newsstand) -> None:
    assert replay(stand, "serve_pages/bad_link.json")["statusCode"] >= 400


def test_the_link_of_a_mail_unsubscribes(stand: Newsstand) -> None:
    answer = replay(stand, "serve_pages/unsubscribe.json", **secrets(stand))
    assert answer["statusCode"] == 200
    assert stand.env.digests.get_recipient(BRAND, "sam").unsubscribed_at is not None
