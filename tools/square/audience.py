"""The audience: what people do after a post, the same way each time for the same post."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tools.square.things import Planned, Status

PEOPLE = ("lise", "karim", "noor", "sam", "ines", "theo", "maya", "gab", "ruth", "yan")
REPLIES = {
    "fr": (
        "Merci, c’est clair et utile.",
        "Est-ce que c’est ouvert à tout le monde?",
        "Je partage avec mes voisins.",
    ),
    "en": (
        "Thank you, this is clear and useful.",
        "Is it open to everybody?",
        "Sharing this with my neighbours.",
    ),
}


@dataclass(frozen=True, slots=True)
class PlantedMention:
    """Something said at a moment to a member of the square, by name.

    `reply_to` is how the text of the post begins that it answers; if no such post is there by
    then, it is said without answering anything. `visibility` `direct` is a private message.
    """

    at: datetime
    text: str
    to: str
    author: str
    author_name: str = ""
    language: str = ""
    visibility: str = "public"
    reply_to: str = ""
    followers: int = 40


@dataclass(frozen=True, slots=True)
class Audience:
    """How lively it is: `seed` changes who does what, `talks` whether people also write."""

    seed: str = "square"
    reacts: bool = True
    talks: bool = True

    def reactions(self, status: Status, username: str) -> Iterator[Planned]:
        """Yield what people will do after a public post: minutes to a day and a half later."""
        if not self.reacts or status.visibility not in ("public", "unlisted"):
            return
        name = f"{self.seed}/{username}/{status.text}"
        # Early hours see most of it: the square of an even spread over 36 h.
        numbers = [byte / 255 for byte in hashlib.sha256(name.encode()).digest()]
        counts = (("favourite", 2, 9), ("reblog", 0, 4), ("follow", 0, 2))
        position = 0
        for kind, least, most in counts:
            for _ in range(least + round(numbers[position] * (most - least))):
                position = (position + 1) % len(numbers)
                yield Planned(
                    at=status.created_at + self._delay(numbers[position]),
                    kind=kind,
                    author=PEOPLE[int(numbers[-1 - position] * 9.99)],
                    about=status.id,
                    to=username,
                )
        if self.talks and numbers[7] < 0.5:
            yield self._reply(status, username, numbers[8], numbers[9])

    def _reply(self, status: Status, username: str, roll: float, delay: float) -> Planned:
        language = "fr" if status.language.startswith("fr") else "en"
        words = REPLIES[language][int(roll * 2.99)]
        author = PEOPLE[int(delay * 9.99)]
        return Planned(
            at=status.created_at + self._delay(delay) / 4,
            kind="mention",
            author=author,
            about=status.id,
            to=username,
            text=f"@{username} {words}",
            language=language,
        )

    @staticmethod
    def _delay(roll: float) -> timedelta:
        return timedelta(minutes=2) + timedelta(hours=36) * (roll * roll)


def planted(mention: PlantedMention) -> Planned:
    """Return what the square keeps of a planted mention."""
    has_name = f"@{mention.to}" in mention.text
    return Planned(
        at=mention.at,
        kind="mention",
        author=mention.author,
        author_name=mention.author_name,
        to=mention.to,
        text=mention.text if has_name else f"@{mention.to} {mention.text}",
        language=mention.language,
        visibility=mention.visibility,
        reply_to=mention.reply_to,
        followers=mention.followers,
    )
