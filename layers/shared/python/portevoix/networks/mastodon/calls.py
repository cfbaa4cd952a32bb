"""One request of an account to its server, with its headers and what its answer means."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from portevoix.model.errors import AuthorizationError, NetworkError, RateLimitedError
from portevoix.networks.mastodon.answers import error_of, exhausted_until
from portevoix.networks.session import DEADLINE_S, Answer, GuardedSession

NETWORK = "mastodon"
UPLOAD_DEADLINE_S = 45.0
"""Below the lease of a preparation (60 s), which is renewed at each stored handle."""

type Params = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: an account's server, its token, its id for errors. An empty token sends none."""

    base_url: str
    secret: str = ""
    account_id: str = ""

    def url(self, path: str, params: Params = ()) -> str:
        """Return the address of `path` on the server."""
        query = f"?{urlencode(params)}" if params else ""
        return self.base_url.rstrip("/") + path + query


class Calls:
    """Sends requests and names the account in every error. `now` is the aware UTC moment."""

    def __init__(self, session: GuardedSession, now: Callable[[], datetime]) -> None:
        self._session = session
        self.now = now
        self._exhausted: dict[tuple[str, str], datetime] = {}

    def get(
        self, caller: Caller, path: str, params: Params = (), *, deadline_s: float = DEADLINE_S
    ) -> Answer:
        """Return the answer of a read, whatever its status."""
        return self._request(caller, "GET", caller.url(path, params), deadline_s=deadline_s)

    def get_url(self, caller: Caller, url: str) -> Answer:
        """Return the answer of a read of an address that the server gave."""
        return self._request(caller, "GET", url)

    def read(self, caller: Caller, path: str, params: Params = ()) -> Answer:
        """Return the successful answer of a read; raise the NetworkError of its status."""
        return self.succeed(caller, self.get(caller, path, params))

    def post_json(
        self, caller: Caller, path: str, body: Mapping[str, Any], idempotency_key: str = ""
    ) -> Answer:
        """Send a write once, as JSON: Hollo turns form bodies into empty posts."""
        headers = {"Content-Type": "application/json"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return self._write(caller, path, headers, content, DEADLINE_S)

    def post_file(
        self, caller: Caller, path: str, data: bytes, content_type: str, fields: Mapping[str, str]
    ) -> Answer:
        """Send a file with `fields` as multipart."""
        boundary, body = _multipart(data, content_type, fields)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._write(caller, path, headers, body, UPLOAD_DEADLINE_S)

    def succeed(self, caller: Caller, answer: Answer) -> Answer:
        """Return `answer` if it is a success; raise the NetworkError of its status."""
        error = error_of(answer, self.now)
        if error is not None:
            raise named(error, caller)
        return answer

    def _write(
        self, caller: Caller, path: str, headers: dict[str, str], body: bytes, deadline_s: float
    ) -> Answer:
        bucket = (caller.url(path), caller.account_id)
        until = self._exhausted.get(bucket)
        if until is not None and until > self.now():
            limited = RateLimitedError("its last answer left no request", retry_at=until)
            raise named(limited, caller)
        answer = self._request(caller, "POST", caller.url(path), headers, body, deadline_s)
        until = exhausted_until(answer, self.now())
        if until is None:
            self._exhausted.pop(bucket, None)
        else:
            self._exhausted[bucket] = until
        return answer

    def _request(
        self,
        caller: Caller,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> Answer:
        sent = {"Accept": "application/json", **(headers or {})}
        if caller.secret:
            sent["Authorization"] = f"Bearer {_clean(caller)}"
        try:
            return self._session.request(
                method, url, headers=sent, body=body, deadline_s=deadline_s
            )
        except NetworkError as error:
            named(error, caller)
            raise


def named[E: NetworkError](error: E, caller: Caller) -> E:
    """Return `error` with the network and the account that it concerns."""
    error.network, error.account_id = NETWORK, caller.account_id
    error.args = (f"{NETWORK} {caller.account_id}: {error.detail}",)
    return error


def _clean(caller: Caller) -> str:
    """Return the token; one with other characters than a header takes is refused here, unsaid."""
    secret = caller.secret.strip()
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise named(AuthorizationError("the token has characters that no token has"), caller)
    return secret


def _multipart(data: bytes, content_type: str, fields: Mapping[str, str]) -> tuple[str, bytes]:
    """Return a boundary and a multipart/form-data body (RFC 7578)."""
    import hashlib

    boundary = f"portevoix-{hashlib.sha256(data).hexdigest()[:32]}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    extension = content_type.partition("/")[2].partition("+")[0] or "bin"
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; '
        f'filename="media.{extension}"\r\nContent-Type: {content_type}\r\n\r\n'
    )
    return boundary, b"".join([*parts, head.encode(), data, f"\r\n--{boundary}--\r\n".encode()])
