"""A post goes from the API or the command line to the network, by itself, on real time."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from tools.demo.images import draw_creek
from tools.demo.square import Seen, SquareMember
from tools.local.clock import StackClock
from tools.local.options import StackOptions
from tools.local.running import CHECKOUT
from tools.local.square import square_services
from tools.local.stack import LocalStack

BRAND, ACCOUNT = "rive-commune", "mastodon:rivecommune"
PATIENCE_S = 20.0
ALT = "Un ruisseau au petit matin"


class Door:
    """A stack on real time, met only as a member or a program meets it."""

    def __init__(self, stack: LocalStack) -> None:
        assert stack.square_url is not None
        self.stack = stack
        self.member = SquareMember(stack.square_url, "rivecommune", "Rive commune", "fr")
        zone = ("--zone", "America/Toronto", "--language", "fr-CA")
        self.command("brand", "add", BRAND, "--name", "Rive commune", *zone)
        self.command("account", "add", ACCOUNT, "--url", stack.square_url, token=self.member.token)
        self.token = self.command("token", "create", "Éditeur", "--brand", BRAND).strip()

    def command(self, *arguments: str, token: str = "") -> str:
        """Run `portevoix` in a process of its own; return what it prints."""
        own = {"PORTEVOIX_STATE": str(self.stack.state_folder), "PORTEVOIX_ACCESS_TOKEN": token}
        done = subprocess.run(
            [sys.executable, "-m", "tools.cli.main", *arguments],
            cwd=CHECKOUT,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Call the HTTP API with the token."""
        answer = requests.request(
            method,
            self.stack.api_url + path,
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
        )
        assert answer.ok, answer.text
        return answer.json()

    def wait_for(self, count: int) -> list[Seen]:
        """Return what the account posted, once there is as much of it."""
        deadline = time.monotonic() + PATIENCE_S
        while len(found := self.member.posts()) < count and time.monotonic() < deadline:
            time.sleep(0.2)
        return found


def send_form(upload: Mapping[str, Any], file: Path) -> None:
    """Send a file with the form that the API answered, as docs/api.md says."""
    curl = shutil.which("curl")
    if curl is None:
        with file.open("rb") as data:
            answer = requests.post(
                upload["url"], data=upload["fields"], files={"file": data}, timeout=30
            )
        answer.raise_for_status()
        return
    fields: list[str] = []
    for name, value in upload["fields"].items():
        fields += ["--form-string", f"{name}={value}"]
    subprocess.run(
        [curl, "-sS", "--fail", "--noproxy", "*", *fields, "-F", f"file=@{file}", upload["url"]],
        check=True,
        timeout=30,
        capture_output=True,
    )


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    options = StackOptions(ephemeral=True, database="moto", services=square_services())
    with LocalStack(tmp_path / "state", clock=StackClock.real(), options=options) as stack:
        yield Door(stack)


def test_what_the_api_and_the_command_line_queue_goes_out_with_its_alt_text(
    door: Door, tmp_path: Path
) -> None:
    image = tmp_path / "ruisseau.png"
    draw_creek(image)
    announced = door.call(
        "POST",
        "/v1/media",
        {
            "brand": BRAND,
            "file_name": image.name,
            "content_type": "image/png",
            "byte_size": image.stat().st_size,
            "alt_texts": {"fr": ALT},
        },
    )
    send_form(announced["upload"], image)
    assert door.call("GET", f"/v1/media/{announced['media']}?brand={BRAND}")["is_stored"]
    by_api = door.call(
        "POST",
        "/v1/posts",
        {
            "brand": BRAND,
            "moment": "now",
            "accounts": [ACCOUNT],
            "text": "Par l’API",
            "media": [announced["media"]],
        },
    )
    alt = ("--file", str(image), "--alt", f"fr={ALT}")
    by_hand = json.loads(
        door.command("post", "add", "À la main", "--account", ACCOUNT, *alt, "--json")
    )
    seen = {post.text: post for post in door.wait_for(2)}
    assert set(seen) == {"Par l’API", "À la main"}
    assert {post.alt_texts for post in seen.values()} == {(ALT,)}
    for queued in (by_api, by_hand):
        [delivery] = door.call("GET", f"/v1/posts/{queued['post']}")["deliveries"]
        assert delivery["url"] in {post.url for post in seen.values()}
