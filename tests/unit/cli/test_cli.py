"""The command line, on a stack in memory."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from portevoix.model.errors import (
    AuthorizationError,
    ConfigurationError,
    InvalidError,
    NotSentError,
    Problem,
)
from portevoix.model.posts import Visibility

from tests.factories import ACCOUNT, BRAND, NOON, a_mention
from tools.cli.main import run

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000200000003080200000012160fa60000000049454e44ae426082"
)
type Run = Callable[..., tuple[int, str, str]]


def test_without_a_stack_a_sentence_says_how_to_start_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTEVOIX_STATE", str(tmp_path))
    assert run(["brand", "list"]) == 1
    assert "start it with `make up`" in capsys.readouterr().err


def test_wrong_usage_ends_with_two(portevoix: Run) -> None:
    assert portevoix("post", "decide")[0] == 2
    assert portevoix("nonsense")[0] == 2
    assert portevoix("post", "decide", "P1", "--again", "--there", "http://x")[0] == 2


def test_a_brand_is_added_once(portevoix: Run) -> None:
    new = ("brand", "add", "pampille", "--name", "Pampille", "--zone", "Europe/Paris")
    assert portevoix(*new)[0] == 0
    assert portevoix(*new)[0] == 1
    listed = json.loads(portevoix("brand", "list", "--json")[1])
    assert [item["brand"] for item in listed["brands"]] == ["pampille", BRAND]


def test_an_unknown_zone_is_told_in_the_persons_language(portevoix: Run) -> None:
    new = ("brand", "add", "b", "--name", "B", "--zone", "America/Montral")
    status, _, english = portevoix(*new)
    assert (status, "There is no zone" in english) == (1, True)
    status, _, french = portevoix(*new, language="fr_CA.UTF-8")
    assert (status, "n’existe pas" in french) == (1, True)


def test_a_connected_account_is_listened_to_and_measured(portevoix: Run, env: Any) -> None:
    status, out, _ = portevoix(
        "account",
        "add",
        "mastodon:third",
        "--url",
        "http://127.0.0.1:9",
        "--access-token",
        "s3cret",
    )
    assert status == 0
    assert "s3cret" not in out
    account = env.store.get_account(BRAND, "mastodon:third")
    assert env.credentials.account_secret(account) == "s3cret"
    [source] = env.store.list_sources(BRAND)
    assert (source.account_id, source.due_at) == ("mastodon:third", NOON)
    measuring = env.store.get_measuring(BRAND, "mastodon:third")
    assert measuring.next_on.isoformat() == "2027-03-22"
    assert measuring.due_at.isoformat() == "2027-03-23T04:15:00+00:00"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (InvalidError(Problem.of("private_address", "base_url", host="intranet")), "intranet"),
        (NotSentError("connection refused"), "does not answer"),
        (AuthorizationError("401"), "does not accept this access token"),
    ],
)
def test_an_account_that_its_server_does_not_confirm_is_not_stored(
    portevoix: Run, env: Any, fault: Exception, said: str
) -> None:
    env.network.facts = fault
    status, _, err = portevoix(
        "account", "add", "mastodon:third", "--url", "http://x", "--access-token", "s"
    )
    assert status == 1
    assert said in err
    assert "Traceback" not in err
    assert env.credentials.secrets == {}
    assert len(env.store.list_accounts(BRAND)) == 2


def test_checking_an_account_again_clears_the_need_to_reconnect(portevoix: Run, env: Any) -> None:
    env.store.mark_disconnected(env.store.get_account(BRAND, ACCOUNT))
    assert portevoix("account", "check", ACCOUNT)[0] == 0
    assert env.store.get_account(BRAND, ACCOUNT).needs_reconnection is False


def test_a_post_is_added_shown_moved_held_released_and_cancelled(portevoix: Run) -> None:
    at = ("--at", "2027-03-23 08:00", "--account", ACCOUNT, "--ref", "R1")
    status, out, _ = portevoix("post", "add", "Un", "Deux", *at, "--json")
    post = json.loads(out)
    assert status == 0
    assert [d["part"] for d in post["deliveries"]] == [1, 2]
    name = post["post"]
    assert "Scheduled" in portevoix("post", "show", name)[1]
    assert portevoix("post", "edit", name, "Eins", "Zwei", "--at", "2027-03-24 08:00")[0] == 0
    edited = json.loads(portevoix("post", "show", name, "--json")[1])
    assert edited["variants"]["*"]["parts"][0]["text"] == "Eins"
    assert edited["moment_at"] == "2027-03-24T12:00:00.000Z"
    assert "Suspended" in portevoix("post", "hold", name)[1]
    assert "Scheduled" in portevoix("post", "release", name)[1]
    assert "Cancelled" in portevoix("post", "cancel", name)[1]
    status, _, err = portevoix("post", "cancel", name)
    assert (status, bool(err.strip())) == (1, True)
    [listed] = json.loads(portevoix("post", "list", "--json")[1])["posts"]
    assert (listed["post"], listed["states"]) == (name, ["2 cancelled"])


def test_a_post_in_the_past_is_refused_with_a_sentence(portevoix: Run, env: Any) -> None:
    status, _, err = portevoix("post", "add", "x", "--at", "2027-03-01 08:00", "--account", ACCOUNT)
    assert status == 1
    assert "has passed" in err
    assert env.store.posts == {}


def test_a_post_that_is_not_there_is_told(portevoix: Run) -> None:
    status, _, err = portevoix("post", "show", "nothing")
    assert status == 1
    assert err.strip()


def test_a_missing_table_is_told_as_a_sentence(portevoix: Run, env: Any) -> None:
    def missing() -> None:
        raise ConfigurationError("There is no table 'portevoix': deploy the stack first.")

    env.brands = SimpleNamespace(list_brands=missing)
    status, _, err = portevoix("brand", "list")
    assert status == 1
    assert err.strip() == "There is no table 'portevoix': deploy the stack first."


def test_media_need_an_alt_text(portevoix: Run, tmp_path: Path) -> None:
    file = tmp_path / "rive.png"
    file.write_bytes(PNG)
    status, _, err = portevoix("media", "add", str(file))
    assert (status, "no alt text" in err) == (1, True)
    status, out, _ = portevoix("media", "add", str(file), "--alt", "fr=Une rive", "--json")
    media = json.loads(out)
    assert (status, media["alt_texts"], media["width"]) == (0, {"fr": "Une rive"}, 2)
    assert portevoix("media", "add", str(file), "--alt", "en=A shore", "--json")[0] == 0
    [listed] = json.loads(portevoix("media", "list", "--json")[1])["media"]
    assert listed["alt_texts"] == {"fr": "Une rive", "en": "A shore"}


def test_a_file_that_is_no_image_is_told(portevoix: Run, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Bonjour")
    status, _, err = portevoix("media", "add", str(file), "--alt", "x")
    assert (status, "notes.txt" in err) == (1, True)


def test_a_plan_is_imported_and_again_adds_nothing(
    portevoix: Run, env: Any, tmp_path: Path
) -> None:
    (tmp_path / "rive.png").write_bytes(PNG)
    plan = tmp_path / "plan.csv"
    plan.write_text(
        "ref,moment,account,text,media,alt\n"
        f"A,2027-03-23 08:00,{ACCOUNT},Bonjour,rive.png,Une rive\n"
        f"B,24:30,{ACCOUNT},Bonjour,,\n"
        f"C,2027-03-23 08:00,{ACCOUNT},Bonjour,../secret.png,Rien\n"
        f"D,2027-03-23 08:00,{ACCOUNT},{'x' * 401},,\n"
    )
    status, out, _ = portevoix("import", str(plan), "--json")
    report = json.loads(out)
    assert status == 1
    assert [d["account"] for d in report["planned"]] == [ACCOUNT]
    assert [(p["row"], p["column"], p["code"]) for p in report["problems"]] == [
        (3, "moment", "unreadable_moment"),
        (4, "media", "media_outside"),
    ]
    assert [(r["row"], r["trouble"]["code"]) for r in report["refused"]] == [(5, "text_too_long")]
    before = dict(env.store.posts)
    status, out, _ = portevoix("import", str(plan))
    assert "0 planned" in out
    assert "2 posts already there" in out
    assert env.store.posts == before


def test_private_mentions_are_shown_if_asked_for_without_their_words(
    portevoix: Run, env: Any
) -> None:
    at = {"said_at": NOON}
    env.store.mentions.clear()
    for mention in (
        a_mention(mention_id="1", text="En public", **at),
        a_mention(mention_id="2", text="En secret", visibility=Visibility.PRIVATE, **at),
    ):
        env.store.mentions[mention.brand_id, mention.mention_id] = mention
    for arguments in (("mentions",), ("mentions", "--json")):
        _, out, _ = portevoix(*arguments)
        assert "En public" in out
        assert "En secret" not in out
    for options in ((), ("--json",)):
        _, out, _ = portevoix("mentions", "--private", *options)
        assert "En secret" not in out
        assert env.store.mentions[BRAND, "2"].author_handle in out
        assert env.store.mentions[BRAND, "2"].url in out
    assert "read it on the network" in portevoix("mentions", "--private")[1]


def test_a_recipient_gets_a_first_digest_at_its_hour(portevoix: Run, env: Any) -> None:
    zone = ("--zone", "Europe/Paris", "--hour", "08:00")
    assert portevoix("recipient", "add", "lea@example.org", *zone)[0] == 0
    [recipient] = env.store.list_recipients(BRAND)
    assert recipient.due_at.isoformat() == "2027-03-23T07:00:00+00:00"
    assert portevoix("recipient", "add", "lea", *zone)[0] == 1
    assert portevoix("recipient", "add", "a@example.org", "--hour", "25:00")[0] == 1


def test_a_digest_is_previewed_then_sent_once(portevoix: Run, env: Any) -> None:
    portevoix("recipient", "add", "lea@example.org")
    status, out, _ = portevoix("digest", "preview", "lea-example-org")
    assert (status, bool(out.strip())) == (0, True)
    assert env.mailer.sent == []
    status, out, _ = portevoix("digest", "send", "lea-example-org")
    assert (status, "nothing to tell" in out) == (0, True)


def test_a_key_is_shown_once_listed_without_secret_and_revoked(portevoix: Run) -> None:
    _, out, _ = portevoix("token", "create", "Site web", "--brand", BRAND)
    secret = out.strip().rpartition("_")[2]
    _, listed, _ = portevoix("token", "list", "--json")
    [token] = json.loads(listed)["tokens"]
    assert (token["name"], token["brands"], token["revoked_at"]) == ("Site web", [BRAND], None)
    assert secret not in listed
    assert portevoix("token", "revoke", token["token"])[0] == 0
    [token] = json.loads(portevoix("token", "list", "--json")[1])["tokens"]
    assert token["revoked_at"]


@pytest.mark.parametrize(
    "command",
    [
        "brand list",
        "brand show",
        "account list",
        "post list",
        "media list",
        "mentions",
        "metrics",
        "recipient list",
        "digest list",
        "token list",
    ],
)
def test_all_that_lists_speaks_json(portevoix: Run, command: str) -> None:
    status, out, _ = portevoix(*command.split(), "--json")
    assert status == 0
    assert isinstance(json.loads(out), dict)
    assert portevoix(*command.split())[0] == 0
