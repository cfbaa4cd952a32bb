"""Real answers, recorded by others: read where PORTEVOIX_CONFORMANCE points, never copied."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from portevoix.model.errors import NetworkError
from portevoix.networks.mastodon.answers import error_of, link_of, moment_of, reset_at
from portevoix.networks.mastodon.connecting import limits_of, software_in
from portevoix.networks.mastodon.entities import (
    AccountEntity,
    Entity,
    InstanceEntity,
    NotificationEntity,
    SearchEntity,
    StatusEntity,
    read,
    read_list,
)
from portevoix.networks.mastodon.listening import mention_of
from portevoix.networks.mastodon.measuring import counters_of
from portevoix.networks.mastodon.plain_text import to_plain_text
from portevoix.networks.mastodon.publishing import _published, _upload
from portevoix.networks.session import Answer

from tests.factories import a_source, an_account

KINDS: tuple[tuple[str, type[Entity]], ...] = (
    (r"/api/v[12]/instance/?", InstanceEntity),
    (r"/api/v1/accounts/(verify_credentials|update_credentials|lookup|\d+)", AccountEntity),
    (r"/api/v1/accounts/\d+/statuses", StatusEntity),
    (r"/api/v1/statuses(/\d+(/(reblog|favourite|bookmark|pin))?)?", StatusEntity),
    (r"/api/v1/timelines/.*", StatusEntity),
    (r"/api/v1/notifications(/\d+)?", NotificationEntity),
    (r"/api/v2/search", SearchEntity),
)


@pytest.fixture(scope="module")
def folder() -> Path:
    where = os.environ.get("PORTEVOIX_CONFORMANCE", "")
    if not where:
        pytest.skip("PORTEVOIX_CONFORMANCE does not say where the recorded answers are")
    return Path(where)


@pytest.fixture(scope="module")
def recorded(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "mastodon" / "responses.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def as_answer(record: dict[str, Any]) -> Answer:
    body = record["text"] or ("" if record["json"] is None else json.dumps(record["json"]))
    return Answer(record["status"], record["headers"], body.encode(), "https://x.example")


def of_kind(
    recorded: list[dict[str, Any]], wanted: type[Entity]
) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    """Yield the successful answers that hold one kind of thing."""
    for record in recorded:
        for pattern, kind in KINDS:
            if kind is wanted and re.fullmatch(pattern, record["path"]) and record["status"] == 200:
                value = record["json"]
                if record["method"] == "DELETE":
                    continue  # a deleted status comes back as its source, which nobody reads here
                yield record, value if isinstance(value, list) else [value]


def is_scheduled(value: dict[str, Any]) -> bool:
    return "scheduled_at" in value


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        (InstanceEntity, 10),
        (AccountEntity, 30),
        (StatusEntity, 100),
        (NotificationEntity, 6),
        (SearchEntity, 3),
    ],
)
def test_recorded_things_are_read(
    recorded: list[dict[str, Any]], kind: type[Entity], least: int
) -> None:
    found = 0
    for _, values in of_kind(recorded, kind):
        wanted = [value for value in values if not is_scheduled(value)]
        assert len(read_list(kind, wanted)) == len(wanted)
        found += len(wanted)

    assert found >= least


def test_what_was_published_is_proven_by_its_answer(recorded: list[dict[str, Any]]) -> None:
    class Calls:
        @staticmethod
        def now() -> datetime:
            return datetime(2000, 1, 1, tzinfo=UTC)

    proven = 0
    for record in recorded:
        posted = (record["method"], record["path"]) == ("POST", "/api/v1/statuses")
        if posted and record["status"] == 200 and not is_scheduled(record["json"]):
            proof = _published(Calls(), as_answer(record))  # type: ignore[arg-type]
            assert proof.remote_id == record["json"]["id"]
            assert proof.url == record["json"]["url"]
            assert proof.published_at == moment_of(record["json"]["created_at"])
            proven += 1

    assert proven > 90


def test_media_are_ready_with_200_and_not_with_202(recorded: list[dict[str, Any]]) -> None:
    states = set()
    for record in recorded:
        if (record["method"], record["path"]) == ("POST", "/api/v2/media"):
            ready = record["status"] != 202
            upload = _upload(None, as_answer(record), is_ready=ready)  # type: ignore[arg-type]
            assert upload.handle == record["json"]["id"]
            assert upload.is_ready == (record["status"] == 200)
            states.add(record["status"])

    assert states == {200, 202}


def test_errors_map_by_their_status(recorded: list[dict[str, Any]]) -> None:
    kinds = {401: "AuthorizationError", 404: "RejectedError", 422: "RejectedError"}
    seen: dict[int, NetworkError] = {}
    for record in recorded:
        error = error_of(as_answer(record), lambda: datetime.now(UTC))
        assert (error is None) == (record["status"] < 300)
        if error is not None:
            assert type(error).__name__ == kinds[record["status"]]
            if record["json"]:
                assert record["json"]["error"][:150] in error.detail
            seen[record["status"]] = error

    assert set(seen) == set(kinds)


def test_every_limit_header_is_a_moment(recorded: list[dict[str, Any]]) -> None:
    with_reset = [r for r in recorded if "x-ratelimit-reset" in r["headers"]]

    assert len(with_reset) > 300
    assert all(reset_at(as_answer(record)) for record in with_reset)


def test_every_link_is_read(recorded: list[dict[str, Any]]) -> None:
    linked = [record for record in recorded if 'rel="prev"' in record["headers"].get("link", "")]

    assert linked
    for record in linked:
        url = link_of(as_answer(record), "prev")
        assert url.startswith("http")
        assert f"<{url}>" in record["headers"]["link"]


def test_statuses_become_plain_text_mentions_and_counters(recorded: list[dict[str, Any]]) -> None:
    account, with_text = an_account(), 0
    for _, values in of_kind(recorded, StatusEntity):
        for value in values:
            if is_scheduled(value):
                continue
            status = read(StatusEntity, value)
            mention = mention_of(account, a_source(), "mention", status)
            assert not re.search(r"</?(p|a|br|span)\b", mention.text)
            assert counters_of(status)["likes"] == value["favourites_count"]
            assert mention.is_private == (value["visibility"] in ("private", "direct"))
            with_text += bool(to_plain_text(value["content"]))

    assert with_text > 50


def test_a_real_instance_says_its_limits(recorded: list[dict[str, Any]]) -> None:
    for _, (value,) in of_kind(recorded, InstanceEntity):
        instance = read(InstanceEntity, value)
        limits = limits_of(instance, "mastodon")
        assert (limits.text_max, limits.url_length, limits.media_max) == (500, 23, 4)
        assert limits.image_bytes_max in (10_485_760, 16_777_216)
        assert instance.version


@pytest.mark.parametrize(
    ("name", "software", "text_max", "counting", "url_length"),
    [
        ("gotosocial", "gotosocial", 5000, "code_points", None),
        ("takahe", "takahe", 500, "graphemes", 23),
    ],
)
def test_captured_servers_say_their_limits(
    folder: Path, name: str, software: str, text_max: int, counting: str, url_length: int | None
) -> None:
    captured = json.loads((folder / "captured" / f"{name}-instance-v2.json").read_text())
    instance = read(InstanceEntity, captured)
    limits = limits_of(instance, software_in(instance))

    assert software_in(instance) == software
    assert (limits.text_max, limits.counting) == (text_max, counting)
    assert limits.url_length == url_length
