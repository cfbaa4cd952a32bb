"""The square itself: its audience, its clock, what it keeps and what it shows."""

import http.client
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from portevoix.networks.session import GuardedSession

from tests.contract.networks.conftest import PNG, Build, Town
from tests.factories import NOON, a_delivery, some_content
from tests.fakes.clock import FakeClock
from tools.square.audience import Audience, PlantedMention
from tools.square.server import serve_square


def get(url: str, token: str = "") -> str:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return GuardedSession(True).request("GET", url, headers=headers).body.decode()


def post(url: str, value: object) -> dict[str, object]:
    headers = {"Content-Type": "application/json"}
    body = json.dumps(value).encode()
    return dict(GuardedSession(True).request("POST", url, headers=headers, body=body).json())


def send(town: Town, text: str = "Bonjour la rive", **changes: object) -> str:
    delivery = a_delivery(content=some_content(text=text), **changes)
    record = town.connector.freeze(town.account, delivery, NOON)
    return town.connector.send(town.account, town.secret, record).remote_id


def test_the_audience_answers_the_same_post_the_same_way_however_often_somebody_looks(
    build: Build,
) -> None:
    seen = []
    for step in (600, 7 * 24 * 3600):
        town = build(audience=Audience())
        ids = [send(town, f"Publication {n}", revision=n) for n in range(1, 6)]
        while town.clock.now() < NOON + timedelta(days=7):
            town.clock.advance(step)
            get(f"{town.running.url}/clock/next")
        things = town.running.square.things
        notices = [(n.kind, n.from_id, n.created_at) for n in things.notices]
        counts = [(things.statuses[i].favourites, things.statuses[i].reblogs) for i in ids]
        seen.append((counts, [kind for kind, _, _ in notices], [at for _, _, at in notices]))

    assert seen[0] == seen[1]
    assert all(favourites >= 2 for favourites, _ in seen[0][0])
    assert len(set(seen[0][0])) > 1, "not every post is liked the same"
    assert {"favourite", "reblog", "follow", "mention"} == set(seen[0][1])


def test_nobody_reacts_to_what_was_not_said_in_public(build: Build) -> None:
    town = build(audience=Audience())
    from portevoix.model.posts import Visibility

    content = some_content(visibility=Visibility.PRIVATE)
    record = town.connector.freeze(town.account, a_delivery(content=content), NOON)
    town.connector.send(town.account, town.secret, record)

    assert town.running.square.things.planned == []


def test_the_clock_learns_when_somebody_will_next_say_something(town: Town) -> None:
    url = town.running.url
    mention = {"text": "Bonjour", "to": "rivecommune", "author": "lise"}
    post(
        f"{url}/square/mentions",
        {
            "mentions": [
                mention | {"at": "2027-03-23T09:00:00-04:00"},
                mention | {"at": "2027-03-22T18:30:00Z"},
            ]
        },
    )

    assert json.loads(get(f"{url}/clock/next")) == {"next": "2027-03-22T18:30:00.000Z"}
    town.clock.set(NOON + timedelta(hours=10))
    assert json.loads(get(f"{url}/clock/next")) == {"next": "2027-03-23T13:00:00.000Z"}
    town.clock.set(NOON + timedelta(days=2))
    assert json.loads(get(f"{url}/clock/next")) == {"next": None}


def test_an_account_is_made_in_one_call_and_found_again_by_its_name(town: Town) -> None:
    url = f"{town.running.url}/square/accounts"
    made = post(url, {"username": "chezoctave", "display_name": "Chez Octave"})

    assert post(url, {"username": "chezoctave"})["token"] == made["token"]
    facts = town.connector.check_account(town.running.url, str(made["token"]))
    assert facts.remote_id == made["id"]


def test_what_was_kept_is_there_when_it_starts_again(tmp_path: Path) -> None:
    clock = FakeClock()
    quiet = Audience(reacts=False)
    first = serve_square(now=clock.now, folder=tmp_path, audience=quiet)
    member = first.square.add_member("rivecommune")
    media = first.square.attach(member, PNG, "image/png", "Un point")
    from tools.square.things import Status

    draft = Status("", member.id, "Bonjour", clock.now(), media_ids=(media.id,))
    status = first.square.publish(member, draft, "key")
    first.crowd.plant([PlantedMention(NOON + timedelta(hours=1), "Merci", "rivecommune", "lise")])
    first.stop()

    again = serve_square(now=clock.now, folder=tmp_path, audience=quiet)
    try:
        assert again.square.things == first.square.things
        assert again.square.bytes_of(media.id) == PNG
        owner = again.square.owner_of(member.token)
        assert again.square.publish(owner, replace(draft, id=""), "key").id == status.id
        clock.advance(7200)
        again.crowd.settle()
        assert [n.kind for n in again.square.things.notices] == ["mention"]
    finally:
        again.stop()


def test_the_page_shows_posts_with_alt_text_and_language_and_says_what_it_is(town: Town) -> None:
    handle = town.connector.upload(
        town.account, town.secret, PNG, content_type="image/png", alt_text='Un "point" <b>'
    ).handle
    first = send(town, "Première <script>alert(1)</script>", handles=(handle,))
    send(town, "Suite", reply_to=first, revision=2)
    private = [PlantedMention(NOON, "Mon numéro", "rivecommune", "lise", visibility="direct")]
    town.running.crowd.plant(private)

    for path in ("/", "/@rivecommune", f"/@rivecommune/{first}"):
        page = get(f"{town.running.url}{path}")
        assert "This is not a network" in page
        assert "Ceci n’est pas un réseau" in page
        assert "<script" not in page
        assert 'lang="fr"' in page
        assert "Un &quot;point&quot; &lt;b&gt;" in page
        assert page.index("Première") < page.index("Suite")
        assert "Mon numéro" not in page


def test_a_name_of_a_page_in_a_browser_does_not_reach_the_square(town: Town) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", town.running.port, timeout=5)
    connection.request("GET", "/", headers={"Host": "evil.example"})

    assert connection.getresponse().status == 403
    connection.close()


def test_the_context_of_a_post_holds_its_chain_and_its_answers(town: Town) -> None:
    first = send(town, "un")
    second = send(town, "deux", reply_to=first, revision=2)
    third = send(town, "trois", reply_to=second, revision=3)

    context = json.loads(get(f"{town.running.url}/api/v1/statuses/{second}/context", town.secret))

    assert [s["id"] for s in context["ancestors"]] == [first]
    assert [s["id"] for s in context["descendants"]] == [third]


def test_the_command_prints_its_address_and_two_ready_accounts_and_ends_when_told(
    tmp_path: Path,
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.square", "--state", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline().split() for _ in range(3)]
        assert lines[0][0] == "square"
        assert [line[1] for line in lines[1:]] == ["@rivecommune", "@commonshore"]
        assert "not a network" in get(lines[0][1])
    finally:
        process.terminate()
        assert process.wait(10) == 0
        process.stdout.close()
    assert (tmp_path / "square.json").exists()
