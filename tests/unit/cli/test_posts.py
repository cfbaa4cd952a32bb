"""What `portevoix post` and `portevoix import` show and refuse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from portevoix.model.deliveries import DeliveryState, Trouble

from tests.factories import ACCOUNT, BRAND, NOON, OTHER_ACCOUNT

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000200000003080200000012160fa60000000049454e44ae426082"
)
type Run = Callable[..., tuple[int, str, str]]
AT = ("--at", "2027-03-23 08:00", "--account", ACCOUNT)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    file = tmp_path / "rive.png"
    file.write_bytes(PNG)
    return file


def test_a_list_tells_states_in_the_readers_words(portevoix: Run) -> None:
    portevoix("post", "add", "Un", "Deux", *AT)
    _, french, _ = portevoix("post", "list", language="fr")
    assert "Programmée (2)" in french
    assert "ready" not in french
    [listed] = json.loads(portevoix("post", "list", "--json")[1])["posts"]
    assert listed["states"] == ["2 ready"]
    assert not listed.keys() & {"local", "stands"}


def test_the_same_ref_with_another_text_is_refused(portevoix: Run, env: Any) -> None:
    assert portevoix("post", "add", "Bonjour", *AT, "--ref", "R1")[0] == 0
    assert portevoix("post", "add", "Bonjour", *AT, "--ref", "R1")[0] == 0
    status, out, err = portevoix("post", "add", "Bonsoir", *AT, "--ref", "R1", language="fr")
    [post_id] = env.store.posts
    assert (status, out) == (1, "")
    assert "autre contenu" in err
    assert post_id in err


def test_the_same_ref_now_is_the_same_post_a_moment_later(portevoix: Run, env: Any) -> None:
    now = ("post", "add", "Bonjour", "--account", ACCOUNT, "--ref", "R1")
    assert portevoix(*now)[0] == 0
    env.clock.advance(5)
    status, out, _ = portevoix(*now)
    assert (status, "was queued before" in out) == (0, True)


def test_a_refused_file_is_replaced_and_its_text_stays(
    portevoix: Run, env: Any, image: Path
) -> None:
    alt = ("--file", str(image), "--alt", "fr=Une rive")
    name = json.loads(portevoix("post", "add", "Un", "Deux", *AT, *alt, "--json")[1])["post"]
    _, deliveries = env.store.read_post(name)
    refused = deliveries[0].with_changes(
        state=DeliveryState.REJECTED, due_at=None, trouble=Trouble("media_rejected", "", NOON)
    )
    env.store.deliveries[refused.key] = refused
    image.write_bytes(PNG + b"\0")
    status, out, err = portevoix("post", "edit", name, *alt, "--json")
    assert (status, err) == (0, "")
    first, second = json.loads(out)["variants"]["*"]["parts"]
    assert (first["text"], second) == ("Un", {"text": "Deux", "media": []})
    _, (mended, other) = env.store.read_post(name)
    assert mended.state in (DeliveryState.READY, DeliveryState.PLANNED)
    assert [use.media_id for use in mended.content.media] == first["media"]
    assert mended.content.media != refused.content.media
    assert other.content == deliveries[1].content


def test_files_of_a_later_part_are_replaced_by_its_number(portevoix: Run, image: Path) -> None:
    name = json.loads(portevoix("post", "add", "Un", "Deux", *AT, "--json")[1])["post"]
    edit = ("post", "edit", name, "--file", str(image), "--alt", "fr=Une rive", "--json")
    assert portevoix(*edit, "--part", "3")[0] == 2
    parts = json.loads(portevoix(*edit, "--part", "2")[1])["variants"]["*"]["parts"]
    assert [len(part["media"]) for part in parts] == [0, 1]


def test_a_refused_second_half_is_told_at_its_own_row(portevoix: Run, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "ref,pair,moment,account,text\n"
        f"A1,A,2027-03-23 08:00,{ACCOUNT},Bonjour\n"
        f"A2,A,2027-03-23 08:00,{OTHER_ACCOUNT},{'x' * 401}\n"
        f"B,,24:30,{ACCOUNT},Bonjour\n"
    )
    _, out, _ = portevoix("import", str(plan), "--json")
    report = json.loads(out)
    rows = {item["account"]: item["row"] for item in report["refused"]}
    assert rows == {ACCOUNT: 2, OTHER_ACCOUNT: 3}
    plan.write_text(plan.read_text().replace("2027-03-23", "2027-03-24").replace("A,", "C,"))
    lines = portevoix("import", str(plan))[1].splitlines()
    told = [int(line.split()[0]) for line in lines if line[:1].isdigit() and "planned" not in line]
    assert told == sorted(told)
    assert 4 in told


def test_a_wrong_server_is_told_by_the_option_that_gives_it(portevoix: Run, env: Any) -> None:
    from portevoix.model.errors import InvalidError, Problem

    env.network.facts = InvalidError(Problem.of("no_connection", "base_url", host="m.x", port=443))
    status, _, err = portevoix(
        "account", "add", "mastodon:b", "--url", "https://m.x", "--access-token", "s"
    )
    assert (status, err.startswith("--url: ")) == (1, True)


def test_a_recipient_is_checked_as_everywhere(portevoix: Run, env: Any) -> None:
    status, _, err = portevoix(
        "recipient", "add", "lea@example.org", "--language", "klingon!", "--hour", "25:00"
    )
    assert status == 1
    assert "klingon!" in err
    assert "25:00" in err
    assert env.store.list_recipients(BRAND) == ()


def test_a_digest_that_was_just_tried_is_told_with_its_next_try(portevoix: Run, env: Any) -> None:
    from portevoix.model.errors import ConfigurationError

    from tests.factories import a_published_delivery
    from tests.fakes.mailer import MailFault

    portevoix("recipient", "add", "lea@example.org", "--hour", "08:00")
    delivery = a_published_delivery(moment_at=NOON, published_at=NOON)
    env.store.deliveries[delivery.key] = delivery
    env.clock.advance(24 * 3600)
    env.mailer.faults.append(MailFault(ConfigurationError("Verify the address in SES.")))
    assert portevoix("digest", "send", "lea-example-org")[0] == 1
    due_at = env.store.get_recipient(BRAND, "lea-example-org").due_at
    status, out, _ = portevoix("digest", "send", "lea-example-org")
    assert (status, env.mailer.sent) == (1, [])
    assert "it is tried again at Tue 2027-03-23 08:10:00" in out
    assert "unsubscribed" not in out
    assert env.store.get_recipient(BRAND, "lea-example-org").due_at == due_at
    env.clock.advance(11 * 60)
    assert "is sent" in portevoix("digest", "send", "lea-example-org")[1]
    assert len(env.mailer.sent) == 1
