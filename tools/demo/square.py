"""The square as the demonstration looks at it: over HTTP, with a member's token, by itself."""

import json
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.local.services import direct_opener

PAGE = 40
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A post as it is on the square."""

    remote_id: str
    text: str
    language: str
    created_at: datetime
    visibility: str
    in_reply_to: str
    alt_texts: tuple[str, ...]
    url: str


class SquareMember:
    """A member of the square, who reads what is there."""

    def __init__(self, square_url: str, username: str, name: str, language: str) -> None:
        self._url = square_url
        made = self._call(
            "/square/accounts",
            {"username": username, "display_name": name, "language": language},
        )
        self.token: str = made["token"]
        self.remote_id: str = made["id"]

    def plant(self, mentions: Sequence[Mapping[str, Any]]) -> None:
        """Have the audience say these, each at its moment."""
        self._call("/square/mentions", {"mentions": list(mentions)})

    def posts(self) -> list[Seen]:
        """Return all that this member posted, the oldest first."""
        path = f"/api/v1/accounts/{self.remote_id}/statuses?limit={PAGE}"
        found: list[Mapping[str, Any]] = []
        while page := self._call(f"{path}&max_id={found[-1]['id']}" if found else path):
            found += page
        return [self._seen(status) for status in reversed(found)]

    def heard(self) -> list[str]:
        """Return the ids of all that was said to this member, private words too."""
        path = "/api/v1/notifications?types[]=mention&limit=80"
        found: list[Mapping[str, Any]] = []
        while page := self._call(f"{path}&max_id={found[-1]['id']}" if found else path):
            found += page
        return [notice["status"]["id"] for notice in found]

    def _seen(self, status: Mapping[str, Any]) -> Seen:
        source = self._call(f"/api/v1/statuses/{status['id']}/source")
        media = status["media_attachments"]
        return Seen(
            remote_id=status["id"],
            text=source["text"],
            language=status["language"] or "",
            created_at=datetime.fromisoformat(status["created_at"]).astimezone(UTC),
            visibility=status["visibility"],
            in_reply_to=status["in_reply_to_id"] or "",
            alt_texts=tuple(item["description"] for item in media),
            url=status["url"],
        )

    def _call(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        if hasattr(self, "token"):
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, headers)  # noqa: S310 (loopback)
        with direct_opener().open(request, timeout=SECONDS) as answer:
            return json.load(answer)
