"""The HTTP API: what a function gets, and what a caller gets back."""

import base64

import requests

from tools.local.stack import LocalStack


def test_a_request_arrives_as_payload_2_0(stack: LocalStack) -> None:
    event = requests.post(
        f"{stack.api_url}/v1/posts/é?a=1&a=2&b=",
        data='{"text": "é"}'.encode(),
        headers={"Content-Type": "application/json", "X-Own": "1", "Cookie": "k=v; l=w"},
        timeout=10,
    ).json()
    assert event["version"] == "2.0"
    assert event["routeKey"] == "ANY /v1/{proxy+}"
    assert event["rawPath"] == "/v1/posts/é"
    assert event["pathParameters"] == {"proxy": "posts/é"}
    assert event["queryStringParameters"] == {"a": "1,2", "b": ""}
    assert event["cookies"] == ["k=v", "l=w"]
    assert event["headers"]["x-own"] == "1"
    assert (event["body"], event["isBase64Encoded"]) == ('{"text": "é"}', False)
    assert event["requestContext"]["http"]["method"] == "POST"
    assert event["requestContext"]["domainName"] in stack.api_url


def test_a_body_that_is_not_text_arrives_in_base64(stack: LocalStack) -> None:
    for kind, body in (
        ("image/png", b"\x89PNG\xff"),
        ("application/x-www-form-urlencoded", b"a=1"),
    ):
        event = requests.put(
            f"{stack.api_url}/v1/media", data=body, headers={"Content-Type": kind}, timeout=10
        ).json()
        assert event["isBase64Encoded"]
        assert base64.b64decode(event["body"]) == body


def test_the_nearest_route_is_taken(stack: LocalStack) -> None:
    event = requests.get(f"{stack.api_url}/v1/one/7", timeout=10).json()
    assert event["routeKey"] == "GET /v1/one/{id}"
    assert event["pathParameters"] == {"id": "7"}
    assert "body" not in event
    assert requests.get(f"{stack.api_url}/nowhere", timeout=10).status_code == 404


def test_status_and_cookies_come_back(stack: LocalStack) -> None:
    answer = requests.get(f"{stack.api_url}/v1/cookie", timeout=10)
    assert (answer.status_code, answer.text) == (201, "made")
    assert answer.cookies.get_dict() == {"a": "1", "b": "2"}


def test_a_failing_function_is_a_500_without_a_word_of_it(stack: LocalStack) -> None:
    answer = requests.get(f"{stack.api_url}/v1/fail", timeout=10)
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal Server Error"})


def test_a_body_beyond_the_limit_is_refused(stack: LocalStack) -> None:
    answer = requests.post(f"{stack.api_url}/v1/x", data=b"x" * 5_000_000, timeout=10)
    assert answer.status_code == 413


def test_a_name_that_is_not_loopback_is_refused(stack: LocalStack) -> None:
    headers = {"Host": "attacker.example"}
    assert requests.get(f"{stack.api_url}/v1/x", headers=headers, timeout=10).status_code == 403
