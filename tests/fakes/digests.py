"""Recipients and digests in memory."""

from dataclasses import replace
from datetime import date, datetime

from portevoix.model.digests import DigestSending, DigestState, Recipient
from portevoix.model.missing import no_recipient

from tests.fakes.faults import Faulty, verb
from tests.fakes.keeping import kept
from tests.fakes.listening import is_claimable


class FakeDigests(Faulty):
    """Implements `ports.DigestStore`."""

    def __init__(self) -> None:
        super().__init__()
        self.recipients: dict[tuple[str, str], Recipient] = {}
        self.sendings: dict[tuple[str, date, str], DigestSending] = {}

    @verb
    def save_recipient(self, recipient: Recipient) -> None:
        self.recipients[recipient.brand_id, recipient.recipient_id] = kept(recipient)

    @verb
    def get_recipient(self, brand_id: str, recipient_id: str) -> Recipient:
        return self._recipient(brand_id, recipient_id)

    def _recipient(self, brand_id: str, recipient_id: str) -> Recipient:
        if (brand_id, recipient_id) not in self.recipients:
            raise no_recipient(brand_id, recipient_id)
        return self.recipients[brand_id, recipient_id]

    @verb
    def list_recipients(self, brand_id: str) -> tuple[Recipient, ...]:
        return tuple(r for key, r in sorted(self.recipients.items()) if key[0] == brand_id)

    @verb
    def claim_recipient(self, seen: Recipient, lease_until: datetime, now: datetime) -> bool:
        stored = self.recipients.get((seen.brand_id, seen.recipient_id))
        if stored is None or not is_claimable(stored.due_at, stored.lease_until, seen.due_at, now):
            return False
        claimed = kept(replace(stored, lease_until=lease_until))
        self.recipients[seen.brand_id, seen.recipient_id] = claimed
        return True

    @verb
    def rearm_recipient(self, recipient: Recipient) -> None:
        key = (recipient.brand_id, recipient.recipient_id)
        stored = self.recipients.get(key)
        if stored and not stored.unsubscribed_at:
            rearmed = replace(stored, due_at=recipient.due_at, lease_until=recipient.lease_until)
            self.recipients[key] = kept(rearmed)

    @verb
    def unsubscribe(self, brand_id: str, recipient_id: str, now: datetime) -> bool:
        stored = self._recipient(brand_id, recipient_id)
        if stored.unsubscribed_at:
            return False
        stopped = kept(replace(stored, unsubscribed_at=now, due_at=None))
        self.recipients[brand_id, recipient_id] = stopped
        return True

    @verb
    def arm_digest(self, sending: DigestSending) -> bool:
        key = (sending.brand_id, sending.on, sending.recipient_id)
        if key in self.sendings:
            return False
        self.sendings[key] = kept(sending)
        return True

    @verb
    def disarm_digest(self, sending: DigestSending) -> bool:
        key = (sending.brand_id, sending.on, sending.recipient_id)
        stored = self.sendings.get(key)
        if (
            stored is None
            or stored.state is not DigestState.ARMED
            or stored.armed_at != kept(sending.armed_at)
        ):
            return False
        del self.sendings[key]
        return True

    @verb
    def record_digest(self, sending: DigestSending) -> None:
        self.sendings[sending.brand_id, sending.on, sending.recipient_id] = kept(sending)

    @verb
    def get_digest(self, brand_id: str, recipient_id: str, on: date) -> DigestSending | None:
        return self.sendings.get((brand_id, on, recipient_id))

    @verb
    def list_digests(self, brand_id: str, since: date, until: date) -> tuple[DigestSending, ...]:
        return tuple(
            sending
            for key, sending in sorted(self.sendings.items())
            if key[0] == brand_id and since <= sending.on <= until
        )
