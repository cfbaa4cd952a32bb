"""The audience on the square: what it planned happens at its moment, however late anybody looks."""

from collections.abc import Iterable
from datetime import datetime

from tools.square.audience import Audience, PlantedMention, planted
from tools.square.square import Square
from tools.square.things import Person, Planned, Status


class Crowd:
    """Answers the posts of a square."""

    def __init__(self, square: Square, audience: Audience) -> None:
        self._square = square
        self._audience = audience
        square.after_publish = self._react

    def plant(self, mentions: Iterable[PlantedMention]) -> None:
        """Have these said at their moments."""
        with self._square.lock:
            self._square.things.planned += [planted(mention) for mention in mentions]
            self._square.keep()

    def settle(self) -> None:
        """Let everything happen whose moment has come, in order."""
        things = self._square.things
        with self._square.lock:
            now = self._square.now()
            due = sorted((p for p in things.planned if p.at <= now), key=lambda p: p.at)
            if not due:
                return
            things.planned = [p for p in things.planned if p.at > now]
            for event in due:
                self._happen(event)
            self._square.keep()

    def next_words_at(self) -> datetime | None:
        """Return when somebody will next say something; likes and boosts wake nobody."""
        with self._square.lock:
            now = self._square.now()
            planned = self._square.things.planned
            moments = [p.at for p in planned if p.kind == "mention" and p.at > now]
        return min(moments, default=None)

    def _react(self, status: Status, author: Person) -> None:
        self._square.things.planned += self._audience.reactions(status, author.username)

    def _happen(self, event: Planned) -> None:
        member = self._square.person(event.to)
        if member is None:
            return
        author = self._square.person(event.author) or self._square.add_person(
            event.author, event.author_name or event.author.capitalize(), event.language
        )
        author.followers = max(author.followers, event.followers)
        if event.kind == "mention":
            self._say(event, author, member)
        elif event.kind == "follow":
            member.followers += 1
            self._square.tell(member.id, "follow", author.id, "", event.at)
        else:
            self._like(event, author, member)

    def _like(self, event: Planned, author: Person, member: Person) -> None:
        status = self._square.things.statuses.get(event.about)
        if status is None:
            return
        if event.kind == "favourite":
            status.favourites += 1
        else:
            status.reblogs += 1
        self._square.tell(member.id, event.kind, author.id, status.id, event.at)

    def _say(self, event: Planned, author: Person, member: Person) -> None:
        status = Status("", author.id, event.text, event.at, event.visibility)
        status.language = event.language
        status.in_reply_to_id = event.about or self._answered(event, member)
        if status.in_reply_to_id not in self._square.things.statuses:
            status.in_reply_to_id = ""
        self._square.say(author, status, event.at)

    def _answered(self, event: Planned, member: Person) -> str:
        """Return the member's latest post that begins as the mention says, or nothing."""
        if not event.reply_to:
            return ""
        found = [
            status.id
            for status in self._square.things.statuses.values()
            if status.author_id == member.id
            and status.text.startswith(event.reply_to)
            and status.created_at <= event.at
        ]
        return found[-1] if found else ""
