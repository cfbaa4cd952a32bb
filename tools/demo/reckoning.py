"""Was the promise kept? Counted on the square and in the mails, not in our own word for it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from portevoix.model.deliveries import Delivery, DeliveryState
from portevoix.model.digests import DigestSending, DigestState, Recipient
from portevoix.model.mentions import Mention
from portevoix.model.times import zone_of

from tools.demo.audience import PRIVATE_WORDS
from tools.demo.digests import SentDigest
from tools.demo.square import Seen

PUNCTUAL = timedelta(seconds=1)
EXPECTED_PUBLISHED = 12
EXPECTED_REFUSED = 2
EXPECTED_MAILS = 14
"""Seven mornings, two people: each has something to tell, if only the refusal to settle."""
SAID_BY_NAME = 7


@dataclass(frozen=True, slots=True)
class Week:
    """All that there is to count after the week."""

    deliveries: Sequence[Delivery]
    planned: int
    refused: int
    posts: Mapping[str, Sequence[Seen]]
    heard: Mapping[str, Sequence[str]]
    mentions: Sequence[Mention]
    digests: Sequence[SentDigest]
    sendings: Sequence[DigestSending]
    recipients: Sequence[Recipient]
    logs: Path

    @property
    def published(self) -> list[Delivery]:
        """Return the deliveries that are on the square."""
        return [d for d in self.deliveries if self.on_square(d)]

    @property
    def doubled(self) -> int:
        """Return how many posts are on the square besides one a delivery."""
        return sum(map(len, self.posts.values())) - len(self.published)

    @property
    def late(self) -> list[Delivery]:
        """Return the deliveries that the square got more than a second after their moment."""
        seen = ((d, self.on_square(d)) for d in self.deliveries)
        return [d for d, post in seen if post and post.created_at > d.moment_at + PUNCTUAL]

    def on_square(self, delivery: Delivery) -> Seen | None:
        """Return a delivery's post as the square shows it."""
        posts = self.posts[delivery.key.account_id]
        return next((post for post in posts if post.remote_id == delivery.remote_id), None)


def broken_promises(week: Week) -> list[str]:
    """Return a sentence for each promise that was not kept; none if all is well."""
    checks = (_counts, _contents, _chains, _pairs, _refusals, _mentions, _mails, _secrets)
    return [sentence for check in checks for sentence in check(week)]


def _counts(week: Week) -> Iterator[str]:
    for found, wanted, what in (
        (week.planned, EXPECTED_PUBLISHED, "planned"),
        (len(week.published), EXPECTED_PUBLISHED, "published"),
        (week.refused, EXPECTED_REFUSED, "refused"),
        (week.doubled, 0, "doubled"),
        (len(week.late), 0, "late"),
        (len(week.digests), EXPECTED_MAILS, "mails"),
    ):
        if found != wanted:
            yield f"{found} {what}, where {wanted} were expected"
    for name, posts in week.posts.items():
        for text, count in Counter(post.text for post in posts).items():
            if count > 1:
                yield f"{name} says {count} times: {text[:40]}"


def _contents(week: Week) -> Iterator[str]:
    for delivery in week.published:
        post, content = week.on_square(delivery), delivery.content
        if post is None or delivery.state is not DeliveryState.PUBLISHED:
            yield f"{delivery.key} is {delivery.state}, though it is on the square"
            continue
        wanted = (content.text, [use.alt_text for use in content.media])
        if (post.text, list(post.alt_texts)) != wanted:
            yield f"{delivery.key} is not on the square as it was written"
        if post.language.partition("-")[0] != content.language.partition("-")[0]:
            yield f"{delivery.key} is in {post.language} instead of {content.language}"


def _chains(week: Week) -> Iterator[str]:
    by_key = {d.key: d for d in week.deliveries}
    for delivery in week.published:
        earlier = [
            d.remote_id
            for key, d in by_key.items()
            if (key.post_id, key.account_id) == (delivery.key.post_id, delivery.key.account_id)
            and key.part == delivery.key.part - 1
        ]
        post = week.on_square(delivery)
        if post and post.in_reply_to != (earlier[0] if earlier else ""):
            yield f"{delivery.key} does not follow the part before it"


def _pairs(week: Week) -> Iterator[str]:
    halves: dict[str, set[bool]] = {}
    for delivery in week.deliveries:
        if delivery.is_pair:
            is_there = week.on_square(delivery) is not None
            halves.setdefault(delivery.key.post_id, set()).add(is_there)
    for post_id, found in halves.items():
        if len(found) > 1:
            yield f"half of the pair {post_id} is alone on the square"


def _refusals(week: Week) -> Iterator[str]:
    for delivery in week.deliveries:
        is_refused = delivery.state is DeliveryState.REJECTED
        account_id = delivery.key.account_id
        if is_refused and not any(account_id in digest.text for digest in week.digests):
            yield f"no digest tells that {delivery.key} was refused"


def _mentions(week: Week) -> Iterator[str]:
    for name, heard in week.heard.items():
        kept = [m.remote_id for m in week.mentions if m.account_id == name]
        if sorted(kept) != sorted(heard):
            yield f"{len(heard)} things were said to {name}, and {len(kept)} were kept"
    if len(week.mentions) < SAID_BY_NAME:
        yield f"only {len(week.mentions)} mentions, where {SAID_BY_NAME} were planted"


def _mails(week: Week) -> Iterator[str]:
    sent = [item for item in week.sendings if item.state is DigestState.SENT]
    if not sent or len(sent) != len(week.digests):
        yield f"{len(sent)} digests were recorded as sent, and {len(week.digests)} mails left"
    for sending in week.sendings:
        if sending.state not in (DigestState.SENT, DigestState.EMPTY):
            yield f"the digest of {sending.on} to {sending.recipient_id} is {sending.state}"
    hours = {person.address: person for person in week.recipients}
    for digest in week.digests:
        person = hours[digest.address]
        local = digest.sent_at.astimezone(zone_of(person.zone))
        if local.time().replace(second=0, microsecond=0) != person.hour:
            yield f"{digest.address} got a mail at {local:%a %H:%M}, not at {person.hour:%H:%M}"
    twice = Counter((digest.address, digest.sent_at.date()) for digest in week.digests)
    yield from (f"{name} got {n} mails on {day}" for (name, day), n in twice.items() if n > 1)


def _secrets(week: Week) -> Iterator[str]:
    private = [m for m in week.mentions if m.is_private]
    if [m.text.removeprefix("@rivecommune ") for m in private] != [PRIVATE_WORDS]:
        yield "the private message was not kept as private"
    for digest in week.digests:
        if _tells(digest.everything):
            yield f"a private word is in the mail to {digest.address} of {digest.sent_at:%d %B}"
    for log in sorted(week.logs.glob("**/*.log")):
        if _tells(log.read_text("utf-8", errors="replace")):
            yield f"a private word is in {log.name}"


def _tells(text: str) -> bool:
    return any(word in text for word in _private_words())


def _private_words() -> Iterable[str]:
    return (PRIVATE_WORDS, "613 555-0142", "Ceci reste entre nous")
