"""The composition root: every port of the outside, made when first used.

`environment()` is what functions and tools call; `use()` is the one patch point of the tests.
"""

import os
import random
from datetime import UTC, datetime, timedelta
from functools import cached_property
from time import sleep as real_sleep
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from portevoix.model.errors import ConfigurationError
from portevoix.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from portevoix.aws.clients import Clients
    from portevoix.aws.table import Table
    from portevoix.ports import (
        BrandStore,
        Clock,
        Connectors,
        Credentials,
        DeliveryQueue,
        DigestStore,
        DueStore,
        ListeningStore,
        Mailer,
        MediaObjects,
        MetricStore,
        PostStore,
        Workers,
    )
    from portevoix.publishing.dispatch import Dispatcher
    from portevoix.publishing.plan import Desk
    from portevoix.publishing.prepare import Preparer
    from portevoix.publishing.sender import Sender
    from portevoix.reporting.digest import DigestPorts
    from portevoix.reporting.measure import MeasurePorts

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """Return the aware UTC moment."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait for real."""
        real_sleep(max(0.0, seconds))


def new_id(now: datetime) -> str:
    """Return a ULID: 10 characters of milliseconds, 16 of chance.

    https://github.com/ulid/spec
    """
    number = (int(now.timestamp() * 1000) << 80) | random.SystemRandom().getrandbits(80)
    return "".join(CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


class _Late:
    """Stands for a port until its first call, which makes it."""

    def __init__(self, make: "Callable[[], Any]") -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        return getattr(self._make(), name)


def late[T](make: "Callable[[], T]") -> T:
    """Return a port that `make` gives when it is first called.

    For what most invocations do without: a client of AWS costs a cold start tens of milliseconds.
    """
    return cast("T", _Late(make))


class Environment:
    """What the use cases need of the outside. Each port is made once, when first asked for."""

    def __init__(self, settings: Settings, clock: "Clock") -> None:
        self.settings = settings
        self.clock = clock
        self.new_id = new_id

    @cached_property
    def clients(self) -> "Clients":
        """AWS clients."""
        from portevoix.aws.clients import Clients

        return Clients(self.settings)

    @cached_property
    def table(self) -> "Table":
        """The one table."""
        from portevoix.aws.table import Table

        return Table(self.clients.dynamodb, self.settings.table, self.settings.due_shards)

    @cached_property
    def brands(self) -> "BrandStore":
        """Brands, accounts, pauses, tokens."""
        from portevoix.aws.brand_items import Brands

        return Brands(self.table)

    @cached_property
    def posts(self) -> "PostStore":
        """Posts, deliveries, media."""
        from portevoix.aws.post_items import Posts

        return Posts(self.table)

    @cached_property
    def due(self) -> "DueStore":
        """What is due, and the watermark."""
        from portevoix.aws.due_items import Due

        return Due(self.table)

    @cached_property
    def listening(self) -> "ListeningStore":
        """Sources and mentions."""
        from portevoix.aws.listening_items import Listening

        return Listening(self.table)

    @cached_property
    def metrics(self) -> "MetricStore":
        """Snapshots and daily numbers."""
        from portevoix.aws.metric_items import Metrics

        return Metrics(self.table)

    @cached_property
    def digests(self) -> "DigestStore":
        """Recipients and what was sent to them."""
        from portevoix.aws.digest_items import Digests

        return Digests(self.table)

    @cached_property
    def queue(self) -> "DeliveryQueue":
        """The delivery queue."""
        from portevoix.aws.queue import SqsDeliveryQueue

        return SqsDeliveryQueue(self.clients.sqs, self.settings.need("queue_url"))

    @cached_property
    def workers(self) -> "Workers":
        """The functions that are invoked asynchronously."""
        from portevoix.aws.workers import LambdaWorkers

        names = {
            "prepare": self.settings.prepare_function,
            "poll": self.settings.poll_function,
            "measure": self.settings.measure_function,
            "digest": self.settings.digest_function,
        }
        return LambdaWorkers(self.clients.lambda_, names)

    @cached_property
    def mailer(self) -> "Mailer":
        """SES."""
        from portevoix.aws.mail import SesMailer

        return SesMailer(self.clients.ses, self.settings.configuration_set)

    @cached_property
    def media_objects(self) -> "MediaObjects":
        """The media bucket."""
        from portevoix.aws.media import S3MediaObjects

        return S3MediaObjects(self.clients.s3, self.settings.need("media_bucket"))

    @cached_property
    def credentials(self) -> "Credentials":
        """Secrets."""
        from portevoix.aws.credentials import SsmCredentials

        return SsmCredentials(self.clients.ssm, self.settings.need("parameter_prefix"))

    @cached_property
    def connectors(self) -> "Connectors":
        """Our code for each network."""
        from portevoix.networks.registry import ConnectorRegistry
        from portevoix.networks.session import GuardedSession

        is_local = self.settings.is_local
        only_loopback = getattr(self.clock, "is_warped", lambda: False)
        return ConnectorRegistry(
            lambda: GuardedSession(is_local=is_local, only_loopback=only_loopback), self.clock.now
        )

    @property
    def desk(self) -> "Desk":
        """What planning needs."""
        from portevoix.publishing.plan import Desk

        return Desk(
            posts=self.posts,
            brands=self.brands,
            connectors=self.connectors,
            queue=late(lambda: self.queue),
            workers=late(lambda: self.workers),
            media_objects=late(lambda: self.media_objects),
            new_id=self.new_id,
            clock=self.clock,
        )

    @property
    def dispatcher(self) -> "Dispatcher":
        """What handing out needs."""
        from portevoix.publishing.dispatch import Dispatcher

        return Dispatcher(
            due=self.due,
            posts=self.posts,
            queue=late(lambda: self.queue),
            workers=late(lambda: self.workers),
            clock=self.clock,
        )

    def sender(self, remaining: "Callable[[], timedelta]") -> "Sender":
        """Return what delivering needs; `remaining` is the invocation's time left."""
        from portevoix.publishing.sender import Sender

        return Sender(
            posts=self.posts,
            brands=self.brands,
            connectors=self.connectors,
            credentials=self.credentials,
            queue=late(lambda: self.queue),
            clock=self.clock,
            new_id=self.new_id,
            roll=random.SystemRandom().random,
            remaining=remaining,
        )

    def preparer(self, remaining: "Callable[[], timedelta]") -> "Preparer":
        """Return what preparing needs; `remaining` is the invocation's time left."""
        from portevoix.publishing.prepare import Preparer

        return Preparer(
            posts=self.posts,
            brands=self.brands,
            connectors=self.connectors,
            credentials=self.credentials,
            media_objects=self.media_objects,
            queue=late(lambda: self.queue),
            clock=self.clock,
            new_id=self.new_id,
            roll=random.SystemRandom().random,
            remaining=remaining,
        )

    @property
    def measuring(self) -> "MeasurePorts":
        """What measuring needs."""
        from portevoix.reporting.measure import MeasurePorts

        return MeasurePorts(
            metrics=self.metrics,
            brands=self.brands,
            posts=self.posts,
            listening=self.listening,
            connectors=self.connectors,
            credentials=self.credentials,
            clock=self.clock,
        )

    @property
    def digesting(self) -> "DigestPorts":
        """What digests need."""
        from portevoix.reporting.digest import DigestPorts
        from portevoix.web.links import unsubscribe_url

        pages_url = self.settings.need("pages_url")
        return DigestPorts(
            digests=self.digests,
            brands=self.brands,
            posts=self.posts,
            listening=self.listening,
            metrics=self.metrics,
            mailer=self.mailer,
            sender=self.settings.need("sender_address"),
            unsubscribe_url=lambda brand_id, recipient_id: unsubscribe_url(
                pages_url, brand_id, recipient_id, self.credentials.signing_key()
            ),
        )


def clock_of(settings: Settings) -> "Clock":
    """Return the real clock, or on the local stack the stack's. On AWS any other is refused."""
    if not settings.clock_url:
        return SystemClock()
    from portevoix.networks.stack_clock import StackClock

    if urlsplit(settings.clock_url).hostname not in ("127.0.0.1", "localhost"):
        raise ConfigurationError("PORTEVOIX_CLOCK_URL must be on this machine.")
    return StackClock(settings.clock_url)


def make_environment() -> Environment:
    """Read the settings and return a fresh environment; raise ConfigurationError."""
    settings = read_settings(os.environ)
    return Environment(settings, clock_of(settings))


_current: list[Any] = []


def environment() -> Environment:
    """Return this process's environment, made at the first call."""
    if not _current:
        _current.append(make_environment())
    return _current[0]  # type: ignore[no-any-return]


def use(env: Any) -> None:
    """Have `environment()` return `env`; None has it made anew. For tests and tools."""
    _current.clear()
    if env is not None:
        _current.append(env)


def time_left(context: Any) -> "Callable[[], timedelta]":
    """Return a function that says how long this Lambda invocation may still run."""
    return lambda: timedelta(milliseconds=context.get_remaining_time_in_millis())
