"""Statuses and their media. Nothing here imports pydantic: a cold start pays for each import."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from portevoix.model.brands import Account, DeliveryClass
from portevoix.model.deliveries import Delivery, Published, Record
from portevoix.model.errors import NetworkError, NotSentError, RejectedError, UnknownOutcomeError
from portevoix.model.posts import Visibility
from portevoix.networks.mastodon.answers import moment_of, object_of
from portevoix.networks.mastodon.calls import Caller, Calls, named
from portevoix.networks.session import Answer
from portevoix.ports import Upload

VISIBILITIES: Mapping[Visibility, str] = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.PRIVATE: "direct",
}
LOOK_S = 1.0
"""With four media, a send and its looks stay below LEAST_TIME_TO_SEND (15 s)."""
_PROCESSING = 206


def freeze(account: Account, delivery: Delivery, now: datetime) -> Record:
    """Return the body and the key of a delivery: the same delivery and revision, the same key."""
    del account
    content = delivery.content
    body: dict[str, Any] = {
        "status": content.text,
        "visibility": VISIBILITIES[content.visibility],
    }
    language = content.language.partition("-")[0].lower()
    if language:  # ISO 639-1
        body["language"] = language
    if content.content_warning:
        body["spoiler_text"] = content.content_warning
        body["sensitive"] = True
    if delivery.handles:
        body["media_ids"] = list(delivery.handles)
    if delivery.reply_to:
        body["in_reply_to_id"] = delivery.reply_to
    name = f"{delivery.brand_id}/{delivery.key}/{delivery.revision}"
    key = f"portevoix-{hashlib.sha256(name.encode()).hexdigest()[:40]}"
    return Record(key=key, body=body, revision=delivery.revision, frozen_at=now)


def send(calls: Calls, account: Account, caller: Caller, record: Record) -> Published:
    """Send a record once. The key goes along only where the software is known to honour it.

    Pixelfed burns the key before it creates the post, and answers a replay with 400.
    """
    key = record.key if account.delivery_class is DeliveryClass.K3 else ""
    # https://docs.joinmastodon.org/methods/statuses/#create
    answer = calls.post_json(caller, "/api/v1/statuses", record.body, key)
    try:
        calls.succeed(caller, answer)
        return _published(calls, answer)
    except RejectedError as error:
        if answer.status == 422 and _has_unready_media(calls, caller, record):
            unready = NotSentError(f"media still being processed: {error.detail}")
            raise named(unready, caller) from error
        raise
    except UnknownOutcomeError as error:
        raise named(error, caller) from error.__cause__


def upload(calls: Calls, caller: Caller, data: bytes, content_type: str, alt_text: str) -> Upload:
    """Send a media with its alt text: 200 is ready, 202 is still being processed."""
    fields = {"description": alt_text} if alt_text else {}
    # https://docs.joinmastodon.org/methods/media/#v2
    answer = calls.post_file(caller, "/api/v2/media", data, content_type, fields)
    if answer.status in (404, 405):  # older servers only know the first version
        answer = calls.post_file(caller, "/api/v1/media", data, content_type, fields)
    calls.succeed(caller, answer)
    return _upload(caller, answer, is_ready=answer.status != 202)


def upload_state(calls: Calls, caller: Caller, handle: str) -> Upload:
    """Look at a media: 206 is still being processed, 200 ready, 422 failed."""
    # https://docs.joinmastodon.org/methods/media/#get
    answer = calls.read(caller, f"/api/v1/media/{quote(handle, safe='')}")
    if answer.status == _PROCESSING:
        return Upload(handle, is_ready=False)
    return _upload(caller, answer, is_ready=True)


def _upload(caller: Caller, answer: Answer, *, is_ready: bool) -> Upload:
    try:
        media = object_of(answer)
    except UnknownOutcomeError as error:
        raise named(error, caller) from error.__cause__
    if not media.get("id"):
        raise named(UnknownOutcomeError("a media without an id"), caller)
    return Upload(str(media["id"]), is_ready=is_ready and media.get("url") is not None)


def _published(calls: Calls, answer: Answer) -> Published:
    """Return the proof in a status; an answer without an id proves nothing."""
    status = object_of(answer)
    remote_id = status.get("id")
    if not isinstance(remote_id, str | int) or not str(remote_id):
        raise UnknownOutcomeError(f"HTTP {answer.status} without the id of a status")
    url = status.get("url") or status.get("uri") or ""
    moment = moment_of(str(status.get("created_at") or ""))
    return Published(str(remote_id), str(url), moment or calls.now())


def _has_unready_media(calls: Calls, caller: Caller, record: Record) -> bool:
    """Whether a media of the record may still be processed: the one 422 that passes by itself.

    A look that fails counts as such: nothing was taken, so the same record may be tried again.
    """
    for handle in record.body.get("media_ids", ()):
        path = f"/api/v1/media/{quote(str(handle), safe='')}"
        try:
            answer = calls.get(caller, path, deadline_s=LOOK_S)
        except NetworkError:
            return True
        if answer.status == _PROCESSING:
            return True
    return False
