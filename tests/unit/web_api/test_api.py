"""The HTTP API: who gets in, what it does, and how it says no."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from portevoix.model.deliveries import DeliveryState
from portevoix.web.api import handle_api
from portevoix.web.requests import MAXIMUM_BODY
from portevoix.web.tokens import new_token

from tests.factories import ACCOUNT, BRAND, NOON, OTHER_ACCOUNT, a_brand, an_account
from tests.unit.web_api.world import World


@pytest.fixture
def world() -> World:
    return World()


def a_request(**changes: Any) -> dict[str, Any]:
    return {
        "brand": BRAND,
        "moment": "2027-03-23 08:00",
        "accounts": [ACCOUNT],
        "text": "Bonjour",
        **changes,
    }


def test_missing_unknown_wrong_and_revoked_keys_get_one_same_answer(world: World) -> None:
    world.store.save_token(replace(world.token, revoked_at=NOON))
    answers = [
        world.call("GET", "/v1/posts", authorization=value)
        for value in (
            "",
            "Bearer",
            "Basic abc",
            f"Bearer pvx_nobody_{'0' * 64}",
            f"Bearer pvx_{world.token.token_id}_{'0' * 64}",
            f"Bearer {world.secret}",
        )
    ]
    assert {status for status, _ in answers} == {401}
    assert len({json.dumps(body) for _, body in answers}) == 1


def test_a_refused_key_is_told_what_to_do_if_it_was_revoked(world: World) -> None:
    _, body = world.call("GET", "/v1/posts", authorization="Bearer x")
    assert "revoked, ask for a new one" in body["error"]["message"]


def test_what_is_not_there_is_told_by_name_in_the_readers_language(world: World) -> None:
    status, body = world.call("GET", "/v1/posts/P404", **{"accept-language": "fr-CA"})
    assert status == 404
    [problem] = body["error"]["problems"]
    assert (problem["code"], problem["where"]) == ("unknown_post", "P404")
    assert body["error"]["message"] == problem["message"]
    assert "pas de publication" in problem["message"]


def test_only_the_hash_of_a_key_is_stored(world: World) -> None:
    secret = world.secret.rpartition("_")[2]
    assert secret not in repr(world.store.tokens)


def test_a_post_is_queued_local_to_its_brands_zone(world: World) -> None:
    status, body = world.call("POST", "/v1/posts", a_request())
    assert status == 201
    assert body["is_new"] is True
    assert body["moment_at"] == "2027-03-23T12:00:00.000Z"
    [delivery] = body["deliveries"]
    assert (delivery["account"], delivery["part"], delivery["state"]) == (ACCOUNT, 1, "ready")
    assert world.call("GET", f"/v1/posts/{body['post']}")[1]["deliveries"] == [delivery]


def test_the_same_ref_again_is_the_same_post_and_another_text_is_a_conflict(world: World) -> None:
    _, first = world.call("POST", "/v1/posts", a_request(ref="R1"))
    status, again = world.call("POST", "/v1/posts", a_request(ref="R1"))
    assert (status, again["post"], again["is_new"]) == (200, first["post"], False)
    status, answer = world.call("POST", "/v1/posts", a_request(ref="R1", text="Autre chose"))
    assert status == 409
    [problem] = answer["error"]["problems"]
    assert (problem["code"], problem["where"]) == ("ref_changed", "ref")
    assert first["post"] in answer["error"]["message"]
    assert len(world.store.posts) == 1


def test_post_now_with_a_ref_is_one_post(world: World) -> None:
    status, first = world.call("POST", "/v1/posts", a_request(moment="now", ref="direct"))
    assert status == 201
    world.clock.advance(5)
    status, again = world.call("POST", "/v1/posts", a_request(moment="now", ref="direct"))
    assert (status, again["post"]) == (200, first["post"])


def test_a_pair_and_a_chain_have_a_variant_an_account(world: World) -> None:
    variants = {
        ACCOUNT: {"parts": [{"text": "Un"}, {"text": "Deux"}]},
        OTHER_ACCOUNT: {"parts": [{"text": "One"}, {"text": "Two"}]},
    }
    request = a_request(accounts=[ACCOUNT, OTHER_ACCOUNT], variants=variants, pair=True)
    del request["text"]
    status, body = world.call("POST", "/v1/posts", request)
    assert status == 201
    assert len(body["deliveries"]) == 4
    assert body["pair"] is True


def test_posts_are_listed_by_moment_without_those_of_other_times(world: World) -> None:
    for day in (23, 24, 25):
        world.call("POST", "/v1/posts", a_request(moment=f"2027-03-{day} 08:00"))
    path = f"/v1/posts?brand={BRAND}&since=2027-03-24&until=2027-03-25"
    _, body = world.call("GET", path)
    assert [post["moment_at"] for post in body["posts"]] == ["2027-03-24T12:00:00.000Z"]
    assert body["next_page"] is None


def test_every_field_to_change_is_told_in_the_callers_language(world: World) -> None:
    request = {"brand": BRAND, "moment": "2027-03-23 08:00", "texte": "Bonjour", "accounts": []}
    language = {"accept-language": "de, fr-CA;q=0.8, en;q=0.5"}
    status, body = world.call("POST", "/v1/posts", request, **language)
    assert status == 422
    problems = {p["where"]: p for p in body["error"]["problems"]}
    assert problems.keys() == {"accounts", "texte"}
    assert problems["texte"]["code"] == "field_unknown"
    assert problems["texte"]["message"].startswith("Le champ")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"moment": "2027-03-23 24:30"}, "unreadable_moment"),
        ({"moment": "2027-03-01 08:00"}, "moment_in_past"),
        ({"zone": "Mars/Olympus"}, "unknown_zone"),
        ({"text": "x" * 401}, "text_too_long"),
        ({"accounts": ["mastodon:nobody"]}, "unknown_account"),
        ({"media": ["nothing"]}, "unknown_media"),
        ({"pair": True}, "pair_half_missing"),
        ({"parts": [{"text": "Un"}]}, "text_or_parts"),
        ({"visibility": "everybody"}, "field_unusable"),
    ],
)
def test_what_cannot_leave_is_refused_with_its_reason(
    world: World, changes: dict[str, Any], code: str
) -> None:
    status, body = world.call("POST", "/v1/posts", a_request(**changes))
    assert status == 422
    assert [p["code"] for p in body["error"]["problems"]] == [code]
    assert all(p["message"] for p in body["error"]["problems"])
    assert world.store.posts == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "unreadable_json"),
        ("[]", "unreadable_json"),
        ("[" * 100_000, "unreadable_json"),
        ('{"a":' * 20 + "1" + "}" * 20, "json_too_deep"),
    ],
)
def test_a_body_that_is_no_request_is_told(world: World, text: str, code: str) -> None:
    status, body = world.call("POST", "/v1/posts", text)
    assert status == 422
    assert body["error"]["problems"][0]["code"] == code


def test_a_body_that_is_too_large_is_refused_unread(world: World) -> None:
    status, _ = world.call("POST", "/v1/posts", "é" * (MAXIMUM_BODY // 2 + 1))
    assert status == 413


def test_a_body_in_base64_is_read(world: World) -> None:
    text = base64.b64encode(json.dumps(a_request()).encode()).decode()
    event = {
        "rawPath": "/v1/posts",
        "headers": {"Authorization": f"Bearer {world.secret}"},
        "requestContext": {"http": {"method": "POST"}},
        "body": text,
        "isBase64Encoded": True,
    }
    assert handle_api(event, world)["statusCode"] == 201


def test_a_key_is_for_its_brands_only(world: World) -> None:
    world.store.save_brand(a_brand(brand_id="pampille"))
    account = an_account(brand_id="pampille", account_id="mastodon:pampille")
    world.store.save_account(account)
    everything, secret = new_token("Agence", [], world.new_id, NOON)
    world.store.save_token(everything)
    request = a_request(brand="pampille", accounts=["mastodon:pampille"])
    _, post = world.call("POST", "/v1/posts", request, authorization=f"Bearer {secret}")
    assert world.call("POST", "/v1/posts", request)[0] == 403
    assert world.call("GET", "/v1/posts?brand=pampille")[0] == 403
    assert world.call("GET", "/v1/accounts?brand=nobody")[0] == 403
    for method, path in (("GET", ""), ("PATCH", ""), ("POST", "/cancel"), ("POST", "/decide")):
        assert world.call(method, f"/v1/posts/{post['post']}{path}")[0] == 404


def test_an_edit_changes_what_has_not_left(world: World) -> None:
    _, post = world.call("POST", "/v1/posts", a_request())
    status, body = world.call(
        "PATCH", f"/v1/posts/{post['post']}", {"text": "Bonsoir", "moment": "2027-03-23 20:00"}
    )
    assert status == 200
    assert body["variants"]["*"]["parts"][0]["text"] == "Bonsoir"
    assert body["deliveries"][0]["moment_at"] == "2027-03-24T00:00:00.000Z"


def test_an_edit_that_changes_nothing_is_told(world: World) -> None:
    _, post = world.call("POST", "/v1/posts", a_request())
    status, body = world.call("PATCH", f"/v1/posts/{post['post']}", {})
    assert (status, body["error"]["problems"][0]["code"]) == (422, "nothing_to_change")


def test_hold_release_and_cancel(world: World) -> None:
    _, post = world.call("POST", "/v1/posts", a_request())
    path = f"/v1/posts/{post['post']}"
    _, held = world.call("POST", f"{path}/hold", {"account": ACCOUNT})
    assert held["deliveries"][0]["hold"]["reason"] == "member"
    _, released = world.call("POST", f"{path}/release")
    assert released["deliveries"][0]["state"] == "ready"
    _, cancelled = world.call("POST", f"{path}/cancel")
    assert cancelled["deliveries"][0]["state"] == "cancelled"
    status, body = world.call("POST", f"{path}/cancel")
    assert status == 409
    assert body["error"]["message"]


def test_a_doubt_is_decided(world: World) -> None:
    _, post = world.call("POST", "/v1/posts", a_request())
    path = f"/v1/posts/{post['post']}/decide"
    assert world.call("POST", path, {"account": ACCOUNT, "again": True})[0] == 409
    [(key, delivery)] = world.store.deliveries.items()
    doubted = delivery.with_changes(state=DeliveryState.NEEDS_DECISION, due_at=None)
    world.store.deliveries[key] = doubted
    assert world.call("POST", path, {"account": ACCOUNT})[0] == 422
    status, body = world.call("POST", path, {"account": ACCOUNT, "again": True})
    assert status == 200
    assert body["deliveries"][0]["state"] == "ready"


def test_a_media_is_announced_then_seen_once_its_bytes_are_there(world: World) -> None:
    request = {
        "brand": BRAND,
        "file_name": "rive.png",
        "content_type": "image/png",
        "byte_size": 45,
        "alt_texts": {"fr": "Une rive"},
        "credit": "Tom Beaulne",
    }
    status, media = world.call("POST", "/v1/media", request)
    assert status == 201
    assert media["upload"]["fields"]["Content-Type"] == "image/png"
    path = f"/v1/media/{media['media']}?brand={BRAND}"
    assert world.call("GET", path)[1]["is_stored"] is False
    png = (
        "89504e470d0a1a0a0000000d494844520000000200000003080200000012160fa60000000049454e44ae426082"
    )
    stored = world.store.get_media(BRAND, media["media"])
    world.media_objects.put(stored, bytes.fromhex(png))
    _, seen = world.call("GET", path)
    assert (seen["is_stored"], seen["width"], seen["height"]) == (True, 2, 3)


def test_accounts_are_listed_without_their_secrets(world: World) -> None:
    _, body = world.call("GET", f"/v1/accounts?brand={BRAND}")
    assert [account["account"] for account in body["accounts"]] == [OTHER_ACCOUNT, ACCOUNT]
    assert not any("secret" in name for name in body["accounts"][0])


def test_an_address_or_method_that_is_not_there_is_told(world: World) -> None:
    assert world.call("GET", "/v1/nothing")[0] == 404
    status, body = world.call("DELETE", "/v1/posts/abc")
    assert status == 405
    assert "GET, PATCH" in body["error"]["message"]


def test_a_missing_query_parameter_is_named(world: World) -> None:
    status, body = world.call("GET", "/v1/posts")
    assert (status, body["error"]["problems"][0]["where"]) == (422, "brand")


def test_what_is_not_the_callers_doing_fails_the_invocation(world: World) -> None:
    world.store.fail("read_post", times=1)
    assert world.call("GET", "/v1/posts/abc")[0] == 503
    with pytest.raises(KeyError):
        handle_api({"rawPath": "/v1/posts"}, world)
