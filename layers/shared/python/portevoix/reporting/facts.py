"""What one digest tells, read from the stores. No sentence and no private word is in here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from portevoix.model.brands import Account, Brand
from portevoix.model.deliveries import Delivery, DeliveryState
from portevoix.model.digests import DigestSending, DigestState
from portevoix.model.mentions import Mention
from portevoix.model.times import day_bounds, local_day, zone_of
from portevoix.ports import BrandStore, DigestStore, ListeningStore, MetricStore, Page, PostStore

USUAL_DAYS = 28
USUAL_NEEDS = 7
"""With fewer known days than this, nothing is called usual."""
DOUBT_DAYS = 3
_ENDED_BADLY = (DeliveryState.REJECTED, DeliveryState.MISSED)
_COMING = (DeliveryState.PLANNED, DeliveryState.PREPARING, DeliveryState.READY)


@dataclass(frozen=True, slots=True)
class Group:
    """Deliveries of one post that are told as one: same state, same trouble."""

    deliveries: tuple[Delivery, ...]

    @property
    def first(self) -> Delivery:
        """The delivery that speaks for the others."""
        return self.deliveries[0]

    @property
    def account_ids(self) -> tuple[str, ...]:
        """Their accounts, each once."""
        return tuple(dict.fromkeys(d.key.account_id for d in self.deliveries))


@dataclass(frozen=True, slots=True)
class AccountNumbers:
    """A day's numbers of one account; `usual` where there is enough history."""

    account_id: str
    values: Mapping[str, int | None]
    usual: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A mail that may not have been received, or was refused."""

    name: str
    on: date
    state: DigestState


@dataclass(frozen=True, slots=True)
class Period:
    """The days, in the brand's zone, that a digest covers; `now` is when it is made."""

    first: date
    last: date
    now: datetime


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """Everything that one digest tells."""

    brand: Brand
    period: Period
    attention: tuple[Group, ...] = ()
    published: tuple[Group, ...] = ()
    numbers: tuple[AccountNumbers, ...] = ()
    mentions: tuple[Mention, ...] = ()
    privates: int = 0
    coming: tuple[Group, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether a number changed."""
        names = ("followers_gained", "engagement")
        return any(account.values.get(name) for account in self.numbers for name in names)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell; then nothing is sent."""
        told = (self.attention, self.published, self.mentions, self.coming, self.doubts)
        return not (any(told) or self.privates or self.moved)


@dataclass(frozen=True, slots=True)
class FactStores:
    """Where the facts are read."""

    brands: BrandStore
    posts: PostStore
    listening: ListeningStore
    metrics: MetricStore
    digests: DigestStore


def collect_facts(brand: Brand, period: Period, stores: FactStores) -> DigestFacts:
    """Return what a digest of `brand` for `period` tells, the same to every recipient."""
    zone = zone_of(brand.zone)
    since, until = day_bounds(period.first, zone)[0], day_bounds(period.last, zone)[1]
    accounts = stores.brands.list_accounts(brand.brand_id)
    tomorrow_night = day_bounds(local_day(period.now, zone) + timedelta(days=1), zone)[1]
    return DigestFacts(
        brand=brand,
        period=period,
        attention=_attention(brand.brand_id, since, stores.posts),
        published=_published(accounts, since, until, stores.posts),
        numbers=tuple(_numbers(accounts, period.last, stores.metrics)),
        mentions=_public_mentions(brand.brand_id, since, until, stores.listening),
        privates=_count_private(brand.brand_id, since, until, stores.listening),
        coming=_coming(brand.brand_id, period.now, tomorrow_night, stores.posts),
        doubts=_doubts(brand.brand_id, period.last, stores.digests),
    )


def grouped(deliveries: Sequence[Delivery], key: Callable[[Delivery], object]) -> tuple[Group, ...]:
    """Return `deliveries` in groups of equal `key`, in the order in which they come."""
    groups: dict[object, list[Delivery]] = {}
    for delivery in deliveries:
        groups.setdefault(key(delivery), []).append(delivery)
    return tuple(Group(tuple(group)) for group in groups.values())


def _attention(brand_id: str, since: datetime, posts: PostStore) -> tuple[Group, ...]:
    """Return what waits for a member; what ended badly only while it is news."""
    fresh = [d for d in posts.list_attention(brand_id) if not _is_old(d, since)]
    return grouped(
        fresh, lambda d: (d.key.post_id, d.state, d.trouble.code if d.trouble else d.hold)
    )


def _is_old(delivery: Delivery, since: datetime) -> bool:
    told_at = delivery.trouble.at if delivery.trouble else delivery.moment_at
    return delivery.state in _ENDED_BADLY and max(told_at, delivery.moment_at) < since


def _published(
    accounts: Sequence[Account], since: datetime, until: datetime, posts: PostStore
) -> tuple[Group, ...]:
    """Return what left, one group a post and account: a chain is one."""
    found = [
        delivery
        for account in accounts
        for delivery in posts.list_published(account.brand_id, account.account_id, since, until)
    ]
    found.sort(key=lambda d: (d.published_at or d.moment_at, d.key.part))
    return grouped(found, lambda d: (d.key.post_id, d.key.account_id))


def _numbers(
    accounts: Sequence[Account], on: date, metrics: MetricStore
) -> Iterator[AccountNumbers]:
    for account in accounts:
        since = on - timedelta(days=USUAL_DAYS)
        days = metrics.list_days(account.brand_id, account.account_id, since, on)
        that_day = [day for day in days if day.on == on]
        if that_day:
            values = that_day[0].values
            history = [day.values for day in days if day.on < on]
            usual = {name: _usual(name, history) for name in values}
            yield AccountNumbers(
                account.account_id, values, {k: v for k, v in usual.items() if v is not None}
            )


def _usual(name: str, history: Sequence[Mapping[str, int | None]]) -> int | None:
    known = [value for day in history if (value := day.get(name)) is not None]
    return round(median(known)) if len(known) >= USUAL_NEEDS else None


def _public_mentions(
    brand_id: str, since: datetime, until: datetime, listening: ListeningStore
) -> tuple[Mention, ...]:
    found = _all_pages(lambda page: listening.list_mentions(brand_id, since, until, page=page))
    return tuple(mention for mention in found if not mention.is_private)


def _count_private(
    brand_id: str, since: datetime, until: datetime, listening: ListeningStore
) -> int:
    """Return how many private messages came; of them, only this number leaves the store."""
    found = _all_pages(
        lambda page: listening.list_mentions(brand_id, since, until, with_private=True, page=page)
    )
    return sum(1 for mention in found if mention.is_private)


def _coming(brand_id: str, now: datetime, until: datetime, posts: PostStore) -> tuple[Group, ...]:
    """Return what leaves until then, one group a post."""
    coming = []
    for post in _all_pages(lambda page: posts.list_posts(brand_id, now, until, page=page)):
        _, deliveries = posts.read_post(post.post_id)
        coming += [d for d in deliveries if d.state in _COMING]
    coming.sort(key=lambda d: (d.moment_at, d.key))
    return grouped(coming, lambda d: d.key.post_id)


def _doubts(brand_id: str, last: date, digests: DigestStore) -> tuple[Doubt, ...]:
    """Return the mails of the last days that may not have been received."""
    names = {r.recipient_id: r.name or r.recipient_id for r in digests.list_recipients(brand_id)}
    found = digests.list_digests(brand_id, last - timedelta(days=DOUBT_DAYS), last)
    return tuple(_doubt(sending, names) for sending in found if _is_doubtful(sending))


def _is_doubtful(sending: DigestSending) -> bool:
    return sending.state in (DigestState.IN_DOUBT, DigestState.REFUSED)


def _doubt(sending: DigestSending, names: Mapping[str, str]) -> Doubt:
    name = names.get(sending.recipient_id, sending.recipient_id)
    return Doubt(name, sending.on, sending.state)


def _all_pages[T](read: Callable[[str], Page[T]]) -> Iterator[T]:
    page = ""
    while True:
        found = read(page)
        yield from found.items
        page = found.next_page
        if not page:
            return
