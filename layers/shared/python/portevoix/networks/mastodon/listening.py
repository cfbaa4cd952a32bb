"""Notifications, forward: what was said to an account."""

import hashlib
from urllib.parse import urlsplit

from portevoix.model.brands import Account
from portevoix.model.errors import UnknownOutcomeError
from portevoix.model.mentions import Mention, MentionPage, Source
from portevoix.model.posts import Visibility
from portevoix.networks.addresses import UnreachableError, read_target
from portevoix.networks.mastodon.answers import link_of, list_of
from portevoix.networks.mastodon.calls import Caller, Calls, named
from portevoix.networks.mastodon.entities import NotificationEntity, StatusEntity, read_list
from portevoix.networks.mastodon.plain_text import to_plain_text
from portevoix.networks.session import Answer

PAGE = 80
"""The most a page may hold: https://docs.joinmastodon.org/methods/notifications/#get."""
LEAST_FULL_PAGE = 20
"""Servers cap a page where they like; one shorter than this is the last."""
TYPES = ("mention", "quote")
VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.PRIVATE,
}


def fetch_mentions(calls: Calls, account: Account, caller: Caller, source: Source) -> MentionPage:
    """Return what came after the cursor, oldest first.

    The cursor is the server's own link to newer things, verbatim, else the newest id. The first
    poll of a source takes the latest page: what is older was said before anybody listened.
    `since_id` is never used: it returns the newest and skips what lies between.
    """
    answer = _page(calls, caller, source.cursor)
    try:
        found = list_of(calls.succeed(caller, answer))
        wanted = [n for n in found if isinstance(n, dict) and n.get("type") in TYPES]
        notifications = read_list(NotificationEntity, wanted)
    except UnknownOutcomeError as error:
        raise named(error, caller) from error.__cause__
    cursor = _next_cursor(caller, answer, found) or source.cursor
    mentions = [
        mention_of(account, source, notification.type, notification.status)
        for notification in notifications
        if notification.status is not None
    ]
    is_full = len(found) >= LEAST_FULL_PAGE and bool(source.cursor)
    return MentionPage(
        mentions=tuple(sorted(mentions, key=lambda m: (m.said_at, m.remote_id))),
        cursor=cursor,
        has_more=is_full and cursor != source.cursor,
    )


def mention_of(account: Account, source: Source, kind: str, status: StatusEntity) -> Mention:
    """Return a mention: its id is the same whenever the same status is read for this account.

    A visibility that we do not know is private.
    """
    visibility = VISIBILITIES.get(status.visibility, Visibility.PRIVATE)
    is_reply = bool(account.remote_id) and status.in_reply_to_account_id == account.remote_id
    if visibility is Visibility.PRIVATE:
        kind = "message"
    elif kind == "mention" and is_reply:
        kind = "reply"
    name = f"{account.account_id} {status.uri or status.id}"
    warning = f"{status.spoiler_text}\n\n" if status.spoiler_text else ""
    return Mention(
        mention_id=hashlib.sha256(name.encode()).hexdigest()[:26],
        brand_id=account.brand_id,
        source_id=source.source_id,
        account_id=account.account_id,
        network=account.network,
        kind=kind,
        author_handle=_full_handle(status.account.acct, account),
        author_name=status.account.display_name or status.account.username,
        text=warning + to_plain_text(status.content),
        url=status.url or status.uri,
        said_at=status.created_at,
        visibility=visibility,
        language=status.language or "",
        in_reply_to=status.in_reply_to_id or "",
        remote_id=status.id,
        author_audience=status.account.followers_count,
    )


def _page(calls: Calls, caller: Caller, cursor: str) -> Answer:
    if cursor.startswith(("https://", "http://")):
        if _is_same_server(cursor, caller):
            return calls.get_url(caller, cursor)
        cursor = ""  # the account has moved to another server: its ids mean nothing there
    params = [*(("types[]", kind) for kind in TYPES), ("limit", str(PAGE))]
    if cursor:
        params.append(("min_id", cursor))
    # https://docs.joinmastodon.org/methods/notifications/#get
    return calls.get(caller, "/api/v1/notifications", params)


def _next_cursor(caller: Caller, answer: Answer, found: list[object]) -> str:
    newer = link_of(answer, "prev")
    if found and newer and _is_same_server(newer, caller):
        return newer
    first = found[0] if found else None
    return str(first.get("id", "")) if isinstance(first, dict) else ""


def _is_same_server(url: str, caller: Caller) -> bool:
    try:
        return read_target(url).origin == read_target(caller.base_url).origin
    except UnreachableError:
        return False


def _full_handle(acct: str, account: Account) -> str:
    """Return `@user@host`; people of the account's own server come without their host."""
    if "@" in acct:
        return f"@{acct}"
    host = account.handle.strip("@").partition("@")[2] or urlsplit(account.base_url).netloc
    return f"@{acct}@{host}"
