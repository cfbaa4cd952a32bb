import json
from datetime import UTC, datetime, timedelta

import pytest
from portevoix.model.errors import (
    AuthorizationError,
    NetworkError,
    NotSentError,
    RateLimitedError,
    RejectedError,
    UnknownOutcomeError,
)
from portevoix.networks.mastodon.answers import (
    LONGEST_LIMIT,
    error_of,
    exhausted_until,
    link_of,
    moment_of,
    retry_at,
)
from portevoix.networks.session import Answer

NOW = datetime(2027, 3, 22, 12, tzinfo=UTC)


def an_answer(status: int, body: object = None, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(
        status, {"content-type": "application/json", **named}, content, "http://x.example"
    )


def error(answer: Answer) -> NetworkError | None:
    return error_of(answer, lambda: NOW)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (301, UnknownOutcomeError),
        (303, UnknownOutcomeError),
        (400, RejectedError),
        (401, AuthorizationError),
        (403, AuthorizationError),
        (404, RejectedError),
        (408, NotSentError),
        (410, RejectedError),
        (413, RejectedError),
        (422, RejectedError),
        (425, NotSentError),
        (429, RateLimitedError),
        (500, UnknownOutcomeError),
        (502, UnknownOutcomeError),
        (503, UnknownOutcomeError),
        (504, UnknownOutcomeError),
    ],
)
def test_errors_map_by_status_whatever_the_words(status: int, kind: type[NetworkError]) -> None:
    for body in ({"error": "バリデーションに失敗しました"}, b"<html>Nope", b"", [1], {"error": 3}):
        assert type(error(an_answer(status, body))) is kind


def test_a_plain_text_400_is_a_token_that_is_not_taken() -> None:
    answer = an_answer(400, b"Invalid token", content_type="text/plain; charset=utf-8")

    assert isinstance(error(answer), AuthorizationError)


def test_the_reason_is_the_servers_words_on_one_short_line() -> None:
    refused = error(an_answer(422, {"error": "Too\nlong \x1b[31m" + "x" * 500}))

    assert isinstance(refused, RejectedError)
    assert refused.reason.startswith("Too long [31mxxx")
    assert len(refused.reason) == 200
    assert refused.reason.isprintable()


def test_a_page_of_html_is_nobodys_reason() -> None:
    refused = error(an_answer(422, b"<html>secret", content_type="text/html"))

    assert isinstance(refused, RejectedError)
    assert refused.reason == "HTTP 422"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"retry_after": "30"}, 30),
        ({"retry_after": "Mon, 22 Mar 2027 12:02:00 GMT"}, 120),
        ({"retry_after": "soon"}, 60),
        ({"retry_after": "soon", "x_ratelimit_reset": "2027-03-22T12:05:00.123Z"}, 300.123),
        ({"x_ratelimit_reset": "2027-03-22T12:05:00.104512Z"}, 300.104512),
        ({"x_ratelimit_reset": "2027-03-22T08:05:00-04:00"}, 300),
        ({"x_ratelimit_reset": "2027-03-22T11:00:00Z"}, 1),
        ({"x_ratelimit_reset": "2031-01-01T00:00:00Z"}, LONGEST_LIMIT.total_seconds()),
        ({"retry_after": "99999999999999999999"}, LONGEST_LIMIT.total_seconds()),
    ],
)
def test_a_limit_ends_when_the_server_says_or_in_a_minute(
    headers: dict[str, str], seconds: float
) -> None:
    assert retry_at(an_answer(429, {}, **headers), NOW) == NOW + timedelta(seconds=seconds)


def test_an_answer_that_leaves_no_request_says_until_when() -> None:
    reset = {"x_ratelimit_reset": "2027-03-22T12:05:00Z"}

    assert exhausted_until(an_answer(200, {}, x_ratelimit_remaining="0", **reset), NOW) == (
        NOW + timedelta(minutes=5)
    )
    assert exhausted_until(an_answer(200, {}, x_ratelimit_remaining="1", **reset), NOW) is None
    assert exhausted_until(an_answer(200, {}, x_ratelimit_remaining="0"), NOW) is None
    assert exhausted_until(an_answer(200, {}, **reset), NOW) is None


@pytest.mark.parametrize(
    ("header", "url"),
    [
        ('<http://x.example/a?max_id=1>; rel="next", <http://x.example/a?min_id=9>; rel="prev"',
         "http://x.example/a?min_id=9"),
        ('<https://x.example/a?min_id=1,2>; rel=prev', "https://x.example/a?min_id=1,2"),
        ('<https://x.example/a>; title="b"; rel="prev"', "https://x.example/a"),
        ('<https://x.example/a>; rel="next"', ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_link_is_read_verbatim(header: str, url: str) -> None:
    assert link_of(an_answer(200, [], link=header), "prev") == url


@pytest.mark.parametrize("text", ["", "now", "12345678901", "2027-13-01"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert moment_of(text) is None


def test_null_and_absent_are_the_same_and_ids_are_text() -> None:
    from portevoix.networks.mastodon.entities import InstanceEntity, read

    told = {"version": "1", "configuration": None, "domain": None, "uri": 3}
    instance = read(InstanceEntity, told)

    assert (instance.domain, instance.uri) == ("", "3")
    assert instance.configuration.statuses.max_characters is None
