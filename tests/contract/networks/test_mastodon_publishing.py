from dataclasses import replace
from datetime import timedelta

import pytest
from portevoix.model.brands import DeliveryClass
from portevoix.model.deliveries import Delivery, Published
from portevoix.model.errors import (
    AuthorizationError,
    NotFoundError,
    NotSentError,
    RateLimitedError,
    RejectedError,
    UnknownOutcomeError,
)
from portevoix.model.posts import Visibility

from tests.contract.networks.conftest import PNG, Build, Town
from tests.factories import NOON, a_delivery, some_content
from tools.square.faults import HTML, Fault
from tools.square.messages import json_response
from tools.square.rules import Limit


def send(town: Town, delivery: Delivery | None = None) -> Published:
    record = town.connector.freeze(town.account, delivery or a_delivery(), NOON)
    return town.connector.send(town.account, town.secret, record)


def upload(town: Town, alt_text: str = "Une affiche") -> str:
    return town.connector.upload(
        town.account, town.secret, PNG, content_type="image/png", alt_text=alt_text
    ).handle


# --- what is sent -------------------------------------------------------------------------------


def test_a_post_arrives_with_all_it_says(town: Town) -> None:
    handle = upload(town, "Une bénévole « en bottes »\net un flacon")
    content = some_content(
        text="L’eau, à 8 h 👩‍🔬\n\n<b>pas du gras</b>",
        visibility=Visibility.UNLISTED,
        content_warning="Crue",
    )

    proof = town.connector.send(
        town.account,
        town.secret,
        town.connector.freeze(town.account, a_delivery(content=content, handles=(handle,)), NOON),
    )

    (status,) = town.posts
    assert proof.remote_id == status.id
    assert proof.url == f"{town.running.url}/@rivecommune/{status.id}"
    assert proof.published_at == town.clock.now()
    assert status.text == content.text
    assert (status.visibility, status.language) == ("unlisted", "fr")
    assert (status.spoiler_text, status.sensitive) == ("Crue", True)
    media = town.running.square.things.attachments[handle]
    assert status.media_ids == (handle,)
    assert media.description == "Une bénévole « en bottes »\net un flacon"
    assert town.running.square.bytes_of(handle) == PNG


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Visibility.PUBLIC, "public"),
        (Visibility.UNLISTED, "unlisted"),
        (Visibility.FOLLOWERS, "private"),
        (Visibility.PRIVATE, "direct"),
    ],
)
def test_each_visibility_has_its_name_there(town: Town, ours: Visibility, theirs: str) -> None:
    send(town, a_delivery(content=some_content(visibility=ours)))

    assert town.posts[0].visibility == theirs


def test_a_chain_answers_its_earlier_part(town: Town) -> None:
    send(town)
    first = town.posts[0]
    send(town, a_delivery(key=replace(a_delivery().key, part=2), reply_to=first.id))

    assert town.posts[1].in_reply_to_id == first.id


def test_the_same_delivery_and_revision_freeze_to_the_same_key() -> None:
    from portevoix.networks.mastodon.publishing import freeze

    from tests.factories import an_account

    account, delivery = an_account(), a_delivery()
    record = freeze(account, delivery, NOON)

    assert freeze(account, delivery, NOON + timedelta(hours=1)).key == record.key
    assert freeze(account, replace(delivery, revision=2), NOON).key != record.key
    assert freeze(account, replace(delivery, brand_id="other"), NOON).key != record.key
    part = replace(delivery, key=replace(delivery.key, part=2))
    assert freeze(account, part, NOON).key != record.key
    assert len(record.key) < 64


# --- once ---------------------------------------------------------------------------------------


def test_a_record_sent_again_within_the_hour_gives_the_first_post(town: Town) -> None:
    first = send(town)
    town.clock.advance(3500)

    assert send(town) == first
    assert len(town.posts) == 1


def test_a_record_sent_again_after_the_hour_would_double(town: Town) -> None:
    send(town)
    town.clock.advance(3601)
    send(town)

    assert len(town.posts) == 2


def test_no_key_goes_to_a_server_that_is_not_known_to_honour_it(build: Build) -> None:
    town = build(keys="burnt", software="pixelfed")
    town.account = town.checked()

    assert town.account.delivery_class is DeliveryClass.K1
    send(town)
    assert not town.running.square.things.keys


def test_a_send_is_one_request(town: Town) -> None:
    town.running.faults.add("POST", "/api/v1/statuses", Fault("answer", response=HTML))

    with pytest.raises(UnknownOutcomeError):
        send(town)

    assert town.running.faults.requests == [("POST", "/api/v1/statuses")]


# --- doubt and proof ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "is_there"),
    [
        (Fault("close"), False),
        (Fault("close", acts=True), True),
        (Fault("truncate", acts=True), True),
        (Fault("answer", response=HTML), False),
        (Fault("answer", acts=True, response=HTML), True),
        (Fault("answer", acts=True, response=json_response({}, 500)), True),
        (Fault("answer", response=json_response({}, 502)), False),
        (Fault("answer", response=json_response({}, 503)), False),
        (Fault("answer", acts=True, response=json_response({}, 504)), True),
        (Fault("answer", acts=True, response=json_response({"id": None})), True),
        (Fault("answer", acts=True, response=json_response(["x"])), True),
        (Fault("answer", response=json_response({}, 302, Location="/elsewhere")), False),
    ],
)
def test_what_proves_nothing_is_a_doubt_and_the_same_record_settles_it(
    town: Town, fault: Fault, is_there: bool
) -> None:
    town.running.faults.add("POST", "/api/v1/statuses", fault)
    record = town.connector.freeze(town.account, a_delivery(), NOON)

    with pytest.raises(UnknownOutcomeError) as doubt:
        town.connector.send(town.account, town.secret, record)

    assert (doubt.value.network, doubt.value.account_id) == ("mastodon", town.account.account_id)
    assert len(town.posts) == is_there
    proof = town.connector.send(town.account, town.secret, record)
    assert [status.id for status in town.posts] == [proof.remote_id]


def test_a_server_that_is_still_at_it_locks_the_key(town: Town) -> None:
    record = town.connector.freeze(town.account, a_delivery(), NOON)
    town.running.square.locked_keys.add(f"{town.member.id}/{record.key}")

    with pytest.raises(UnknownOutcomeError):
        town.connector.send(town.account, town.secret, record)


def test_a_server_that_is_away_has_seen_nothing(town: Town) -> None:
    town.running.stop()

    with pytest.raises(NotSentError) as unsent:
        send(town)

    assert unsent.value.account_id == town.account.account_id


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason"),
    [("x" * 401, "character limit of 400"), ("   ", "blank")],
)
def test_a_refused_text_says_what_the_server_said(town: Town, text: str, reason: str) -> None:
    with pytest.raises(RejectedError, match="HTTP 422") as refused:
        send(town, a_delivery(content=some_content(text=text)))

    assert reason in refused.value.reason
    assert town.posts == []


def test_what_we_measure_is_what_the_server_counts(town: Town) -> None:
    limits = town.checked().limits
    text = "é👩‍👩‍👧‍👦 https://rivecommune.example/donnees?a=b, @lise@loin.example. "
    for filler in range(400):
        whole = text + "x" * filler
        if town.connector.measure(whole, "Crue", limits) == limits.text_max:
            break

    send(town, a_delivery(content=some_content(text=whole, content_warning="Crue")))
    with pytest.raises(RejectedError):
        send(
            town,
            a_delivery(revision=2, content=some_content(text=whole + "x", content_warning="Crue")),
        )
    assert len(town.posts) == 1


def test_an_answer_to_a_post_that_is_gone_is_refused(town: Town) -> None:
    with pytest.raises(RejectedError, match="HTTP 404"):
        send(town, a_delivery(reply_to="12345"))


def test_more_media_than_allowed_or_unknown_ones_are_refused(town: Town) -> None:
    handles = tuple(upload(town) for _ in range(5))

    with pytest.raises(RejectedError):
        send(town, a_delivery(handles=handles))
    with pytest.raises(RejectedError):
        send(town, a_delivery(handles=("404",)))


def test_a_revoked_token_and_a_suspended_account_must_be_reconnected(town: Town) -> None:
    town.member.is_revoked = True
    with pytest.raises(AuthorizationError):
        send(town)

    town.member.is_revoked, town.member.is_suspended = False, True
    with pytest.raises(AuthorizationError):
        send(town)


def test_a_token_that_may_only_read_must_be_made_anew(town: Town) -> None:
    town.member.scopes = ("read",)

    with pytest.raises(AuthorizationError):
        send(town)


# --- limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sends_retry_after", [True, False])
def test_a_limit_says_not_before_when(build: Build, sends_retry_after: bool) -> None:
    town = build(posts=Limit(0, 600), sends_retry_after=sends_retry_after)

    with pytest.raises(RateLimitedError) as limited:
        send(town)

    assert limited.value.retry_at == town.clock.now() + timedelta(seconds=600)
    assert town.posts == []


def test_after_the_last_request_that_was_left_the_next_is_not_even_tried(build: Build) -> None:
    town = build(posts=Limit(1, 600))
    send(town)

    with pytest.raises(RateLimitedError) as limited:
        send(town, a_delivery(revision=2))
    assert limited.value.retry_at == NOON + timedelta(seconds=600)
    assert len(town.running.faults.requests) == 1

    town.clock.advance(601)
    send(town, a_delivery(revision=2))
    assert len(town.posts) == 2


# --- media --------------------------------------------------------------------------------------


def test_a_media_that_is_processed_later_becomes_ready(build: Build) -> None:
    town = build(media_delay_s=30)
    account, secret = town.account, town.secret

    sent = town.connector.upload(account, secret, PNG, content_type="image/png", alt_text="a")
    assert not sent.is_ready
    assert not town.connector.upload_state(account, secret, sent.handle).is_ready

    town.clock.advance(31)
    assert town.connector.upload_state(account, secret, sent.handle).is_ready
    send(town, a_delivery(handles=(sent.handle,)))
    assert town.posts[0].media_ids == (sent.handle,)


def test_a_post_whose_media_is_not_ready_has_not_left(build: Build) -> None:
    town = build(media_delay_s=30)
    handle = upload(town)

    with pytest.raises(NotSentError, match="being processed") as unsent:
        send(town, a_delivery(handles=(handle,)))

    assert not isinstance(unsent.value, RateLimitedError)
    assert town.posts == []


def test_a_refusal_whose_media_cannot_be_looked_at_may_be_tried_again(build: Build) -> None:
    town = build(media_delay_s=30)
    handle = upload(town)
    town.running.faults.add("GET", "/api/v1/media", Fault("close"))

    with pytest.raises(NotSentError):
        send(town, a_delivery(handles=(handle,)))


def test_a_send_and_its_looks_fit_into_the_least_time_to_send() -> None:
    from portevoix.model.deliveries import LEAST_TIME_TO_SEND
    from portevoix.networks.mastodon.publishing import LOOK_S
    from portevoix.networks.session import DEADLINE_S

    assert LEAST_TIME_TO_SEND.total_seconds() > DEADLINE_S + 4 * LOOK_S


def test_a_media_whose_processing_failed_is_refused(town: Town) -> None:
    handle = upload(town)
    town.running.square.things.attachments[handle].has_failed = True

    with pytest.raises(RejectedError):
        town.connector.upload_state(town.account, town.secret, handle)
    with pytest.raises(RejectedError):
        send(town, a_delivery(handles=(handle,)))


def test_a_file_that_the_server_does_not_take_is_refused(town: Town) -> None:
    with pytest.raises(RejectedError):
        town.connector.upload(
            town.account, town.secret, b"MZ", content_type="application/x-msdownload", alt_text=""
        )


def test_every_byte_of_a_file_arrives(town: Town) -> None:
    data = bytes(range(256)) * 4000 + b"\r\n--portevoix-\r\n\r\n"
    handle = town.connector.upload(
        town.account, town.secret, data, content_type="image/jpeg", alt_text="é"
    ).handle

    assert town.running.square.bytes_of(handle) == data


def test_an_older_server_takes_media_at_its_first_address(town: Town) -> None:
    gone = Fault("answer", response=json_response({"error": "Not Found"}, 404))
    town.running.faults.add("POST", "/api/v2/media", gone)

    assert town.running.square.bytes_of(upload(town)) == PNG


@pytest.mark.parametrize(
    "fault",
    [Fault("answer", response=HTML), Fault("close"), Fault("answer", response=json_response({}))],
)
def test_an_upload_without_a_handle_is_a_doubt(town: Town, fault: Fault) -> None:
    town.running.faults.add("POST", "/api/v2/media", fault)

    with pytest.raises(UnknownOutcomeError):
        upload(town)


# --- proof by address ---------------------------------------------------------------------------


def test_the_address_of_our_post_proves_it(town: Town) -> None:
    send(town)
    status = town.posts[0]

    for url in (
        f"{town.running.url}/@rivecommune/{status.id}",
        f"{town.running.url}/users/rivecommune/statuses/{status.id}/",
    ):
        found = town.connector.find_published(town.account, town.secret, url)
        assert (found.remote_id, found.published_at) == (status.id, status.created_at)


def test_an_address_without_an_id_is_searched_for(town: Town) -> None:
    send(town)
    url = f"{town.running.url}/@rivecommune/{town.posts[0].id}"
    gone = Fault("answer", response=json_response({"error": "Record not found"}, 404))
    town.running.faults.add("GET", "/api/v1/statuses", gone)

    found = town.connector.find_published(town.account, town.secret, url)

    assert found.remote_id == town.posts[0].id
    assert town.running.faults.requests[-1] == ("GET", "/api/v2/search")


def test_somebody_elses_post_proves_nothing(town: Town) -> None:
    other = town.running.square.add_member("commonshore")
    theirs = town.connector.send(
        replace(town.account, remote_id=other.id),
        other.token,
        town.connector.freeze(town.account, a_delivery(), NOON),
    )

    for account in (town.account, replace(town.account, remote_id="")):
        with pytest.raises(NotFoundError):
            town.connector.find_published(account, town.secret, theirs.url)


@pytest.mark.parametrize(
    "url", ["", "no address", "https://elsewhere.example/@a/1", "{base}/@rivecommune", "{base}"]
)
def test_an_address_that_is_no_post_proves_nothing(town: Town, url: str) -> None:
    with pytest.raises(NotFoundError):
        town.connector.find_published(
            town.account, town.secret, url.replace("{base}", town.running.url)
        )
