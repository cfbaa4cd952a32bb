"""The examples of docs/api.md are run as they stand."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

from portevoix.web.api import handle_api
from portevoix.web.tokens import new_token

from tests.factories import BRAND, NOON
from tests.unit.web_api.world import World

DOCS = Path(__file__).resolve().parents[3] / "docs"
PNG = "89504e470d0a1a0a0000000d494844520000000200000003080200000012160fa60000000049454e44ae426082"


def examples() -> list[list[str]]:
    text = (DOCS / "api.md").read_text("utf-8")
    blocks = "".join(re.findall(r"```console\n(.*?)```", text, re.S))
    return [shlex.split(part) for part in re.split(r"^\$ ", blocks, flags=re.M) if "curl" in part]


def run(world: World, words: list[str], known: dict[str, str]) -> tuple[int, dict[str, Any]]:
    given = {flag: words[words.index(flag) + 1] for flag in ("-X", "-d", "-H") if flag in words}
    address = next(word for word in words if word.startswith("$API"))
    for name, value in known.items():
        address = address.replace(f"${name}", value)
    path, _, query = address.removeprefix("$API").partition("?")
    name, _, value = given["-H"].partition(": ")
    event = {
        "rawPath": path,
        "queryStringParameters": dict(item.split("=") for item in query.split("&") if item),
        "headers": {name: value.replace("$TOKEN", world.secret)},
        "requestContext": {"http": {"method": given.get("-X", "POST" if "-d" in given else "GET")}},
        "body": given.get("-d"),
    }
    answer = handle_api(event, world)
    return answer["statusCode"], json.loads(answer["body"])


def test_every_example_of_the_api_works_in_its_order() -> None:
    world, known = World(), dict[str, str]()
    calls = examples()
    assert len(calls) >= 10
    for words in calls:
        status, body = run(world, words, known)
        assert status in (200, 201), (words, body)
        if "upload" in body:
            known["MEDIA"] = body["media"]
            media = world.store.get_media(BRAND, body["media"])
            world.media_objects.put(media, bytes.fromhex(PNG))
        elif body.get("ref") == "R1":
            known.setdefault("POST", body["post"])
    assert world.store.get_media(BRAND, known["MEDIA"]).is_stored


def test_every_route_is_told() -> None:
    from portevoix.web.api import ROUTES

    text = (DOCS / "api.md").read_text("utf-8")
    for _, pattern, _ in ROUTES:
        last = pattern.rpartition("/")[2]
        assert (last if last.isalpha() else pattern.split("/")[2]) in text


def test_a_key_of_the_docs_looks_like_a_key() -> None:
    _, text = new_token("x", [], World().new_id, NOON)
    assert re.fullmatch(r"pvx_\w{26}_[0-9a-f]{64}", text)
