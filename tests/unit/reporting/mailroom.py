"""A brand with a recipient in Toronto, and a post office that keeps the mails."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from portevoix.model.deliveries import Delivery, DeliveryState, Trouble
from portevoix.model.digests import DigestSending
from portevoix.model.metrics import DayMetrics
from portevoix.model.times import local_day, zone_of
from portevoix.ports import Mailer
from portevoix.reporting.digest import DigestPorts, SendOutcome, preview_digest, send_digest
from portevoix.web.links import unsubscribe_url

from tests.factories import (
    ACCOUNT,
    BRAND,
    a_brand,
    a_delivery,
    a_key,
    a_post,
    a_published_delivery,
    a_recipient,
    an_account,
    some_metrics,
)
from tests.fakes.clock import FakeClock
from tests.fakes.mailer import FakeMailer
from tests.fakes.store import FakeStore

TUESDAY_8 = datetime(2027, 3, 23, 12, tzinfo=UTC)
"""08:00 in Toronto."""
MONDAY_NOON = datetime(2027, 3, 22, 16, tzinfo=UTC)
SENDER = "bonjour@rivecommune.example"


class Mailroom:
    """Everything a digest needs, in memory."""

    def __init__(self) -> None:
        self.clock = FakeClock(TUESDAY_8)
        self.store = FakeStore()
        self.office = FakeMailer()
        self.mailer: Mailer = self.office
        self.store.save_brand(a_brand())
        self.store.save_account(an_account())
        self.recipient()

    def recipient(self, **changes: Any) -> None:
        self.store.save_recipient(a_recipient(**({"due_at": TUESDAY_8} | changes)))

    def ports(self) -> DigestPorts:
        return DigestPorts(
            digests=self.store,
            brands=self.store,
            posts=self.store,
            listening=self.store,
            metrics=self.store,
            mailer=self.mailer,
            sender=SENDER,
            unsubscribe_url=lambda brand_id, recipient_id: unsubscribe_url(
                "https://pages.example", brand_id, recipient_id, b"key"
            ),
        )

    def send(self, recipient_id: str = "odile") -> SendOutcome:
        return send_digest(BRAND, recipient_id, self.ports(), self.clock.now())

    def preview(self, recipient_id: str = "odile") -> tuple[str, str, str]:
        return preview_digest(BRAND, recipient_id, self.ports(), self.clock.now())

    def due_again(self, at: datetime | None = None) -> datetime:
        """Go to the next hour of the recipient."""
        due_at = at or self.store.get_recipient(BRAND, "odile").due_at
        assert due_at
        self.clock.set(due_at)
        return due_at

    def publish(self, number: int = 1, **changes: Any) -> Delivery:
        key = a_key(post_id=f"01KM00000000000000000000{number:02d}")
        given = {"key": key, "moment_at": MONDAY_NOON, "remote_id": str(2000 + number)}
        return self._keep(a_published_delivery(**(given | changes)))

    def stop(self, state: DeliveryState, code: str, number: int = 50, **changes: Any) -> Delivery:
        key = a_key(post_id=f"01KM00000000000000000000{number:02d}")
        detail = str(changes.pop("detail", ""))
        given = {
            "key": key,
            "state": state,
            "due_at": None,
            "moment_at": MONDAY_NOON,
            "trouble": Trouble(code, detail, MONDAY_NOON),
        }
        return self._keep(a_delivery(**(given | changes)))

    def plan(self, at: datetime, number: int = 80, **changes: Any) -> None:
        post_id = f"01KM00000000000000000000{number:02d}"
        delivery = a_delivery(**({"key": a_key(post_id=post_id), "moment_at": at} | changes))
        self.store.save_post(a_post(post_id=post_id, moment_at=at), [delivery])

    def numbers(self, at: datetime, **values: int | None) -> DayMetrics:
        on = local_day(at, zone_of("America/Toronto"))
        metrics = some_metrics(account_id=ACCOUNT, on=on, values=values)
        self.store.save_day(metrics)
        return metrics

    def history(self, count: int, **values: int | None) -> None:
        for back in range(1, count + 1):
            self.numbers(MONDAY_NOON - timedelta(days=back), **values)

    def mail(self, index: int = -1) -> EmailMessage:
        return self.office.sent[index].parsed()

    def digests(self) -> list[DigestSending]:
        return [sending for _, sending in sorted(self.store.sendings.items())]

    def _keep(self, delivery: Delivery) -> Delivery:
        self.store.deliveries[delivery.key] = delivery
        return delivery


def text_of_mail(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


def html_of_mail(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body
    return str(body.get_content())
