"""Recipients and their digests in the table."""

from datetime import date, datetime

from portevoix.aws import keys
from portevoix.aws.items import claim_recurring, due_item, new_mark, plain_item
from portevoix.aws.shapes import Item, encoded, from_item
from portevoix.aws.table import Table
from portevoix.aws.writes import Write, absent, present, same
from portevoix.model.digests import DigestSending, DigestState, Recipient
from portevoix.model.due import DueKind
from portevoix.model.missing import no_recipient


class Digests:
    """Implements `ports.DigestStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save_recipient(self, recipient: Recipient) -> None:
        """Write a recipient, new or changed."""
        key = keys.recipient(recipient.brand_id, recipient.recipient_id)
        self._table.write(Write(key, item=self._recipient_item(recipient)))

    def get_recipient(self, brand_id: str, recipient_id: str) -> Recipient:
        """Return a recipient; raise NotFoundError."""
        item = self._table.get(keys.recipient(brand_id, recipient_id))
        if item is None:
            raise no_recipient(brand_id, recipient_id)
        return from_item(Recipient, item)

    def list_recipients(self, brand_id: str) -> tuple[Recipient, ...]:
        """Return a brand's recipients, unsubscribed ones too, by id."""
        items = self._table.query(keys.of_brand(brand_id), prefix="RECIPIENT#")
        return tuple(from_item(Recipient, item) for item in items)

    def claim_recipient(self, seen: Recipient, lease_until: datetime, now: datetime) -> bool:
        """Take the right to send, if it is due and nobody else does."""
        key = keys.recipient(seen.brand_id, seen.recipient_id)
        return claim_recurring(self._table, key, self._recipient_item(seen), lease_until, now)

    def rearm_recipient(self, recipient: Recipient) -> None:
        """Write only `due_at` and `lease_until`, unless they unsubscribed or are gone."""
        item = self._recipient_item(recipient)
        names = ("due_at", "due_kind", "lease_until")
        write = Write(
            keys.recipient(recipient.brand_id, recipient.recipient_id),
            sets={name: item[name] for name in names if name in item},
            removes=tuple(name for name in names if name not in item),
            conditions=(present("pk"), absent("unsubscribed_at")),
        )
        self._table.write(write)

    def unsubscribe(self, brand_id: str, recipient_id: str, now: datetime) -> bool:
        """Stop a recipient's digests; False if they were stopped already; raise NotFoundError."""
        write = Write(
            keys.recipient(brand_id, recipient_id),
            sets={"unsubscribed_at": encoded(now)},
            removes=("due_at", "due_kind"),
            conditions=(present("pk"), absent("unsubscribed_at")),
            mark=new_mark(),
        )
        refusal = self._table.write(write)
        if refusal is not None and refusal.old[0] is None:
            raise no_recipient(brand_id, recipient_id)
        return refusal is None

    def arm_digest(self, sending: DigestSending) -> bool:
        """Write before the first byte; False if this digest was armed or sent before."""
        key = keys.digest(sending.brand_id, sending.recipient_id, sending.on)
        item = plain_item(key, sending)
        write = Write(key, item=item, conditions=(absent("pk"),), mark=new_mark())
        return self._table.write(write) is None

    def disarm_digest(self, sending: DigestSending) -> bool:
        """Take an arm back, with proof that nothing left; False if it is not as in `sending`."""
        armed: Item = {
            "state": encoded(DigestState.ARMED),
            "armed_at": encoded(sending.armed_at),
        }
        key = keys.digest(sending.brand_id, sending.recipient_id, sending.on)
        write = Write(key, conditions=(same("state", armed), same("armed_at", armed)))
        return self._table.delete(write) is None

    def record_digest(self, sending: DigestSending) -> None:
        """Write what became of it."""
        key = keys.digest(sending.brand_id, sending.recipient_id, sending.on)
        self._table.write(Write(key, item=plain_item(key, sending)))

    def get_digest(self, brand_id: str, recipient_id: str, on: date) -> DigestSending | None:
        """Return what became of one digest, or None."""
        item = self._table.get(keys.digest(brand_id, recipient_id, on))
        return from_item(DigestSending, item) if item else None

    def list_digests(self, brand_id: str, since: date, until: date) -> tuple[DigestSending, ...]:
        """Return the digests of a period, both ends included, by day and recipient."""
        if since > until:
            return ()
        pk = keys.digests(brand_id)
        # "~" is after "#": all recipients of the last day are within.
        items = self._table.query_between(pk, since.isoformat(), f"{until.isoformat()}~")
        return tuple(from_item(DigestSending, item) for item in items)

    def _recipient_item(self, recipient: Recipient) -> Item:
        key = keys.recipient(recipient.brand_id, recipient.recipient_id)
        return due_item(key, recipient, DueKind.DIGEST, self._table.shards)
