"""What the API shows: https://docs.joinmastodon.org/entities/."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from tools.square.square import Square
from tools.square.texts import to_html
from tools.square.things import Attachment, Notice, Person, Status


class Shown:
    """Shows the things of a square under its address."""

    def __init__(self, square: Square, base_url: str) -> None:
        self._square = square
        self._base_url = base_url
        self.domain = base_url.partition("://")[2]

    def url_of(self, name: str) -> str:
        """Return the address of `@user`, `#tag` or a path."""
        if name.startswith("#"):
            return f"{self._base_url}/tags/{quote(name[1:])}"
        return f"{self._base_url}/{quote(name.lstrip('/'), safe='/@')}"

    def account(self, person: Person) -> dict[str, Any]:
        """Show a person."""
        statuses = self._square.things.statuses.values()
        return {
            "id": person.id,
            "username": person.username,
            "acct": person.username,
            "display_name": person.display_name,
            "url": self.url_of(f"@{person.username}"),
            "uri": self.url_of(f"users/{person.username}"),
            "locked": False,
            "bot": False,
            "note": "<p>A character of the square, a stand-in for a network.</p>",
            "followers_count": person.followers,
            "following_count": person.following,
            "statuses_count": sum(1 for s in statuses if s.author_id == person.id),
        }

    def attachment(self, attachment: Attachment) -> dict[str, Any]:
        """Show a media; its address is there when it was processed."""
        is_ready = self._square.is_ready(attachment)
        return {
            "id": attachment.id,
            "type": "video" if attachment.content_type.startswith("video/") else "image",
            "url": self.url_of(f"media/{attachment.id}") if is_ready else None,
            "preview_url": None,
            "description": attachment.description or None,
        }

    def status(self, status: Status) -> dict[str, Any]:
        """Show a status."""
        things = self._square.things
        author = things.people[status.author_id]
        parent = things.statuses.get(status.in_reply_to_id)
        mentioned = [things.people[i] for i in status.mentioned_ids]
        return {
            "id": status.id,
            "created_at": moment(status.created_at),
            "in_reply_to_id": status.in_reply_to_id or None,
            "in_reply_to_account_id": parent.author_id if parent else None,
            "sensitive": status.sensitive,
            "spoiler_text": status.spoiler_text,
            "visibility": status.visibility,
            "language": status.language or None,
            "uri": self.url_of(f"users/{author.username}/statuses/{status.id}"),
            "url": self.url_of(f"@{author.username}/{status.id}"),
            "replies_count": len(self._square.replies(status)),
            "reblogs_count": status.reblogs,
            "favourites_count": status.favourites,
            "quotes_count": status.quotes,
            "edited_at": None,
            "content": to_html(status.text, self.url_of),
            "application": {"name": "Portevoix", "website": None},
            "account": self.account(author),
            "media_attachments": [self.attachment(things.attachments[i]) for i in status.media_ids],
            "mentions": [
                {"id": p.id, "username": p.username, "acct": p.username, "url": self.url_of(p.id)}
                for p in mentioned
            ],
            "tags": [],
            "emojis": [],
            "card": None,
            "poll": None,
        }

    def notice(self, notice: Notice) -> dict[str, Any]:
        """Show a notification."""
        things = self._square.things
        status = things.statuses.get(notice.status_id)
        return {
            "id": notice.id,
            "type": notice.kind,
            "created_at": moment(notice.created_at),
            "group_key": f"ungrouped-{notice.id}",
            "account": self.account(things.people[notice.from_id]),
            "status": self.status(status) if status else None,
        }

    def instance(self, version: int) -> dict[str, Any]:
        """Show the server, as version 1 or 2 of the call does."""
        rules = self._square.rules
        shown = {
            "title": "The square / La place",
            "version": rules.version,
            "description": "A stand-in for a network. / Un réseau de démonstration.",
            "configuration": {
                "statuses": {
                    "max_characters": rules.text_max,
                    "max_media_attachments": rules.media_max,
                    "characters_reserved_per_url": rules.url_length,
                },
                "media_attachments": {
                    "supported_mime_types": list(rules.media_types),
                    "description_limit": rules.alt_text_max,
                    "image_size_limit": rules.image_bytes_max,
                    "image_matrix_limit": rules.image_pixels_max,
                    "video_size_limit": rules.video_bytes_max,
                },
            },
            "rules": [],
        }
        if version == 1:
            return {"uri": self.domain, **shown}
        return {"domain": self.domain, "api_versions": {"mastodon": 7}, **shown}


def moment(at: datetime) -> str:
    """Return a moment as the API writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
