"""Connecting an account: is it such a server, which software, what it accepts, and who we are."""

from typing import Any
from urllib.parse import urlsplit

from portevoix.model.brands import DeliveryClass
from portevoix.model.errors import InvalidError, NetworkError, Problem
from portevoix.model.limits import Limits
from portevoix.networks.addresses import UnreachableError, read_target
from portevoix.networks.mastodon.answers import object_of
from portevoix.networks.mastodon.calls import Caller, Calls
from portevoix.networks.mastodon.entities import AccountEntity, InstanceEntity, read
from portevoix.networks.session import Answer
from portevoix.ports import AccountFacts

HONOURS_KEY = frozenset({"mastodon", "glitch", "glitch-soc", "hollo", "portevoix-square"})
"""Software that keeps an Idempotency-Key for an hour and answers a replay with the first post.

Mastodon: https://docs.joinmastodon.org/methods/statuses/#create; Hollo: in its database. Not so
GoToSocial and Takahe (ignored), Pixelfed (burnt before the post exists), and whatever we do not
know. The last one is our own stand-in.
"""
COUNTS_CODE_POINTS = frozenset({"gotosocial"})
"""It announces characters_reserved_per_url, and counts every code point nevertheless."""
TEXT_MAX = 500
MEDIA_MAX = 4
ALT_TEXT_MAX = 1500


def check_account(calls: Calls, base_url: str, secret: str) -> AccountFacts:
    """Return what the server says of the token's account and of its own limits."""
    try:
        read_target(base_url)  # so that a refusal shows the address as it was given
        instance = _instance(calls, Caller(base_url), Caller(base_url, secret))
        software = _software(calls, Caller(base_url), instance)
        # https://docs.joinmastodon.org/methods/accounts/#verify_credentials
        me = calls.read(Caller(base_url, secret), "/api/v1/accounts/verify_credentials")
    except UnreachableError as error:
        raise InvalidError(error.problem) from error
    account = read(AccountEntity, object_of(me))
    domain = (
        instance.account_domain
        or instance.domain
        or instance.uri.removeprefix("https://").strip("/")
        or urlsplit(base_url).netloc
    )
    handle = account.acct if "@" in account.acct else f"{account.acct}@{domain}"
    honours = software in HONOURS_KEY
    return AccountFacts(
        handle=f"@{handle}",
        remote_id=account.id,
        url=account.url or "",
        software=f"{software} {instance.version}".strip(),
        delivery_class=DeliveryClass.K3 if honours else DeliveryClass.K1,
        limits=limits_of(instance, software),
    )


def limits_of(instance: InstanceEntity, software: str) -> Limits:
    """Return the limits that a server announces, counted as its software really counts."""
    statuses = instance.configuration.statuses
    media = instance.configuration.media_attachments
    by_code_points = software in COUNTS_CODE_POINTS
    return Limits(
        text_max=statuses.max_characters or instance.max_toot_chars or TEXT_MAX,
        counting="code_points" if by_code_points else "graphemes",
        url_length=None if by_code_points else statuses.characters_reserved_per_url,
        counts_mention_domains=by_code_points,
        media_max=statuses.max_media_attachments or MEDIA_MAX,
        image_bytes_max=media.image_size_limit or 0,
        image_pixels_max=media.image_matrix_limit or 0,
        video_bytes_max=media.video_size_limit or 0,
        alt_text_max=media.description_limit or ALT_TEXT_MAX,
        media_types=media.supported_mime_types,
    )


def software_in(instance: InstanceEntity) -> str:
    """Return the software that an instance names by itself: a guess for servers without NodeInfo.

    `4.6.4`, `4.6.4+glitch`, `2.7.2 (compatible; Pleroma 2.5.0)`, `takahe/0.11.0`, `0.20.0+git-…`
    with the address of its sources.
    """
    version = instance.version.lower()
    if "compatible;" in version:
        return version.partition("compatible;")[2].split()[0].strip(" ();")
    if "/" in version.split()[0]:
        return version.partition("/")[0]
    for name in ("gotosocial", "takahe", "hollo", "pixelfed"):
        if name in instance.source_url.lower():
            return name
    return "mastodon" if "mastodon" in instance.source_url.lower() else "unknown"


def _instance(calls: Calls, public: Caller, signed: Caller) -> InstanceEntity:
    """Return the server's description: version 2, else version 1; raise InvalidError if none.

    The token is shown only to a server that asks for it (those in limited federation do).
    """
    answer = None
    for path in ("/api/v2/instance", "/api/v1/instance"):
        answer = calls.get(public, path)
        if answer.status in (401, 403):
            answer = calls.get(signed, path)
        _refuse_moved(public.base_url, answer)
        found = _json_object(answer)
        if answer.status == 200 and isinstance(found.get("version"), str) and found["version"]:
            return read(InstanceEntity, found)
        if answer.status == 429 or answer.status >= 500:
            calls.succeed(public, answer)
    status = answer.status if answer else 0
    raise InvalidError(
        Problem.of("not_a_mastodon_server", "base_url", address=public.base_url, status=status)
    )


def _software(calls: Calls, public: Caller, instance: InstanceEntity) -> str:
    """Return the software's name in lower case, as NodeInfo says: https://nodeinfo.diaspora.software.

    A server without NodeInfo, or whose NodeInfo is elsewhere, is known by what its instance says.
    """
    try:
        links = _json_object(calls.get(public, "/.well-known/nodeinfo")).get("links")
        hrefs = [
            str(link.get("href", ""))
            for link in (links if isinstance(links, list) else [])
            if isinstance(link, dict)
        ]
        here = read_target(public.base_url).origin
        for href in reversed(hrefs):
            if read_target(href).origin != here:
                continue
            named = _json_object(calls.get_url(public, href)).get("software")
            if isinstance(named, dict) and isinstance(named.get("name"), str):
                return _variant(named["name"].lower(), instance)
    except NetworkError:
        return software_in(instance)
    return software_in(instance)


def _variant(name: str, instance: InstanceEntity) -> str:
    return "glitch" if name == "mastodon" and "+glitch" in instance.version else name


def _refuse_moved(base_url: str, answer: Answer) -> None:
    """Refuse an address that only leads to another: writes are never redirected."""
    there = read_target(answer.url)
    if there.origin != read_target(base_url).origin:
        port = "" if there.port in (80, 443) else f":{there.port}"
        address = f"{there.scheme}://{there.host}{port}"
        raise InvalidError(
            Problem.of("instance_moved", "base_url", address=base_url, leads_to=address)
        )


def _json_object(answer: Answer) -> dict[str, Any]:
    """Return the JSON object of an answer, or an empty one for HTML and the like."""
    try:
        value = answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
