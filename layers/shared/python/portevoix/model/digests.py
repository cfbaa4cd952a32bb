"""Who receives which digest, when, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


class DigestState(StrEnum):
    """Where one digest to one recipient stands."""

    ARMED = "armed"
    SENT = "sent"
    EMPTY = "empty"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who receives a brand's digest at `hour`, local to `zone`, in `language`."""

    recipient_id: str
    brand_id: str
    address: str
    language: str
    zone: str
    hour: time
    due_at: datetime | None
    name: str = ""
    period: str = "day"
    lease_until: datetime | None = None
    unsubscribed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DigestSending:
    """One digest for one recipient: armed before it is sent, so that nobody gets it twice."""

    recipient_id: str
    brand_id: str
    on: date
    state: DigestState
    armed_at: datetime
    message_id: str = ""
    detail: str = ""
