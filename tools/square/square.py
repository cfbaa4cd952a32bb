"""What can happen on the square, by its rules and its clock."""

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from tools.square.keeping import Shelf
from tools.square.rules import Rules
from tools.square.texts import length_of, mentioned
from tools.square.things import (
    Attachment,
    Key,
    Notice,
    Person,
    Status,
)

FIRST_ID = 114_200_000_000_000_000


class RefusedError(Exception):
    """A refusal, as the API answers it."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message
        super().__init__(message)


class Square:
    """People, statuses and media; `now` is the clock of the square.

    Kept in `folder` if there is one, else in memory. Every method may be called from any thread.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        rules: Rules | None = None,
        folder: Path | None = None,
    ) -> None:
        self._clock = now
        self._moment: datetime | None = None
        self.rules = rules or Rules()
        self.after_publish: Callable[[Status, Person], None] = _nothing
        self.lock = threading.RLock()
        self.locked_keys: set[str] = set()
        self._shelf = Shelf(folder)
        self.things = self._shelf.load()

    def now(self) -> datetime:
        """Return the moment: within a request, that of its arrival."""
        return self._moment or self._clock()

    @contextlib.contextmanager
    def one_moment(self) -> Iterator[None]:
        """Let a request happen alone, at the moment it arrived, however long it waited."""
        arrived = self._clock()
        with self.lock:
            self._moment = arrived
            try:
                yield
            finally:
                self._moment = None

    # --- people -------------------------------------------------------------------------------

    def add_member(
        self, username: str, display_name: str = "", language: str = "", token: str = ""
    ) -> Person:
        """Return the member called `username`, made with a token if there was none."""
        with self.lock:
            person = self.person(username)
            if person is None:
                person = self.add_person(username, display_name or username, language)
            if not person.token:
                person.token = token or f"square-{secrets.token_urlsafe(24)}"
            self.keep()
            return person

    def person(self, username: str) -> Person | None:
        """Return who is called so."""
        people = self.things.people.values()
        return next((p for p in people if p.username.lower() == username.lower()), None)

    def owner_of(self, token: str) -> Person:
        """Return whose token it is; raise RefusedError (401, 403)."""
        people = self.things.people.values()
        owner = next((p for p in people if p.token and p.token == token), None)
        if owner is None or owner.is_revoked:
            raise RefusedError(401, "The access token is invalid")
        if owner.is_suspended:
            raise RefusedError(403, "Your login is currently disabled")
        return owner

    # --- media --------------------------------------------------------------------------------

    def attach(self, owner: Person, data: bytes, content_type: str, description: str) -> Attachment:
        """Take a file; raise RefusedError (422)."""
        rules = self.rules
        if content_type not in rules.media_types:
            raise RefusedError(422, "Validation failed: File content type is invalid")
        is_video = content_type.startswith("video/")
        limit = rules.video_bytes_max if is_video else rules.image_bytes_max
        if not 0 < len(data) <= limit:
            raise RefusedError(422, f"Validation failed: File size must be below {limit}")
        if len(description) > rules.alt_text_max:
            raise RefusedError(422, "Validation failed: Description is too long")
        with self.lock:
            attachment = Attachment(
                id=self._next_id(),
                owner_id=owner.id,
                content_type=content_type,
                description=description,
                ready_at=self.now() + timedelta(seconds=rules.media_delay_s),
                byte_size=len(data),
            )
            self.things.attachments[attachment.id] = attachment
            self._shelf.keep_bytes(attachment.id, data)
            self.keep()
            return attachment

    def is_ready(self, attachment: Attachment) -> bool:
        """Whether a media was processed."""
        return attachment.ready_at <= self.now()

    def bytes_of(self, attachment_id: str) -> bytes:
        """Return a file."""
        return self._shelf.bytes_of(attachment_id)

    # --- statuses -----------------------------------------------------------------------------

    def publish(self, author: Person, draft: Status, key: str = "") -> Status:
        """Take a status (its id and moment are given here); raise RefusedError.

        A key is not bound to what is said: the same key gives the first status again.
        """
        name = f"{author.id}/{key}" if key and self.rules.keys != "ignored" else ""
        with self.lock:
            if name in self.locked_keys:
                raise RefusedError(503, "There was a temporary problem serving your request")
            known = self.things.keys.get(name) if name else None
            window = timedelta(seconds=self.rules.key_window_s)
            if known and self.now() - known.used_at < window:
                return self._replayed(known)
            if name and self.rules.keys == "burnt":
                self.things.keys[name] = Key("", self.now())
            self._check(author, draft)
            status = self.say(author, draft, self.now())
            if name:
                self.things.keys[name] = Key(status.id, status.created_at)
            self.after_publish(status, author)
            self.keep()
            return status

    def status(self, status_id: str, reader: Person | None = None) -> Status:
        """Return a status that `reader` may see; raise RefusedError (404)."""
        status = self.things.statuses.get(status_id)
        if status is None or not self.may_see(status, reader):
            raise RefusedError(404, "Record not found")
        return status

    def may_see(self, status: Status, reader: Person | None) -> bool:
        """Whether somebody may read a status: the private ones only who is in them."""
        if status.visibility in ("public", "unlisted"):
            return True
        return reader is not None and reader.id in (status.author_id, *status.mentioned_ids)

    def delete(self, author: Person, status_id: str) -> Status:
        """Take a status away; raise RefusedError (404)."""
        with self.lock:
            status = self.status(status_id, author)
            if status.author_id != author.id:
                raise RefusedError(404, "Record not found")
            del self.things.statuses[status_id]
            self.things.notices = [n for n in self.things.notices if n.status_id != status_id]
            self.keep()
            return status

    def replies(self, status: Status) -> list[Status]:
        """Return what answers a status."""
        return [s for s in self.things.statuses.values() if s.in_reply_to_id == status.id]

    # --- keeping ------------------------------------------------------------------------------

    def keep(self) -> None:
        """Write everything down, if there is a folder."""
        self._shelf.keep(self.things)

    # --- inside -------------------------------------------------------------------------------

    def _replayed(self, known: Key) -> Status:
        if self.rules.keys == "burnt":
            raise RefusedError(400, "Duplicate idempotency key.")
        return self.status(known.status_id, self._author(known.status_id))

    def _author(self, status_id: str) -> Person | None:
        status = self.things.statuses.get(status_id)
        return self.things.people[status.author_id] if status else None

    def _check(self, author: Person, draft: Status) -> None:
        rules = self.rules
        if draft.in_reply_to_id:
            self.status(draft.in_reply_to_id, author)
        if not draft.text.strip() and not draft.media_ids:
            raise RefusedError(422, "Validation failed: Text can't be blank")
        if length_of(draft.text, draft.spoiler_text, rules) > rules.text_max:
            limit = rules.text_max
            raise RefusedError(422, f"Validation failed: Text character limit of {limit} exceeded")
        if draft.visibility not in ("public", "unlisted", "private", "direct"):
            raise RefusedError(422, "Validation failed: Visibility is not included in the list")
        self._check_media(author, draft)

    def _check_media(self, author: Person, draft: Status) -> None:
        rules = self.rules
        if len(draft.media_ids) > rules.media_max:
            raise RefusedError(422, f"Cannot attach more than {rules.media_max} files")
        for media_id in draft.media_ids:
            media = self.things.attachments.get(media_id)
            if media is None or media.owner_id != author.id or media.status_id:
                raise RefusedError(
                    422, f"Media with ids ({media_id}) not found or already attached"
                )
            if media.has_failed or not self.is_ready(media):
                raise RefusedError(
                    422, "Cannot attach files that have not finished processing. Try again!"
                )

    def say(self, author: Person, draft: Status, at: datetime) -> Status:
        """Put a status on the square without checking it, and tell whom it mentions."""
        draft.id = self._next_id()
        draft.author_id = author.id
        draft.created_at = at
        named = (self.person(name) for name in mentioned(draft.text))
        draft.mentioned_ids = tuple(dict.fromkeys(p.id for p in named if p and p is not author))
        self.things.statuses[draft.id] = draft
        for media_id in draft.media_ids:
            self.things.attachments[media_id].status_id = draft.id
        for person_id in draft.mentioned_ids:
            self.tell(person_id, "mention", author.id, draft.id, draft.created_at)
        return draft

    def tell(self, to_id: str, kind: str, from_id: str, status_id: str, at: datetime) -> None:
        """Notify a member; the audience has nobody who would look."""
        if self.things.people[to_id].token:
            notice = Notice(self._next_id(), to_id, kind, from_id, at, status_id)
            self.things.notices.append(notice)

    def add_person(self, username: str, display_name: str, language: str) -> Person:
        """Return a new account without a token."""
        person = Person(self._next_id(), username, display_name, language=language)
        self.things.people[person.id] = person
        return person

    def _next_id(self) -> str:
        self.things.last_id += 1
        return str(FIRST_ID + self.things.last_id)


def _nothing(status: Status, author: Person) -> None:
    """Do nothing after a post: there is no audience."""
