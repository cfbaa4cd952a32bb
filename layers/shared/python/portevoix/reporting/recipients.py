"""Recipients: who receives a brand's digest, in which language, at which hour."""

import re
from dataclasses import dataclass
from datetime import datetime, time

from portevoix.model.digests import Recipient
from portevoix.model.errors import InvalidError, Problem
from portevoix.model.times import next_at, zone_of
from portevoix.ports import BrandStore, DigestStore

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""Only ASCII: SES does not take other local parts, and a domain is written in Punycode.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html
"""
_ADDRESS_MAX = 254
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][A-Za-z0-9]{1,7})*")
_HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class NewRecipient:
    """What somebody says of a recipient; empty `language` and `zone` mean the brand's."""

    brand_id: str
    address: str
    hour: str = "08:00"
    name: str = ""
    language: str = ""
    zone: str = ""
    recipient_id: str = ""


def save_recipient(
    wanted: NewRecipient, digests: DigestStore, brands: BrandStore, now: datetime
) -> Recipient:
    """Write a recipient, new or changed, due at the next `hour` of the zone.

    Somebody who unsubscribed and is named again receives again. Raise NotFoundError (brand),
    InvalidError (`unusable_address`, `unreadable_hour`, `unknown_language`, `unknown_zone`).
    """
    brand = brands.get_brand(wanted.brand_id)
    address, language = wanted.address.strip(), wanted.language or brand.language
    hour = _HOUR.fullmatch(wanted.hour.strip())
    problems = []
    if not _ADDRESS.fullmatch(address) or len(address) > _ADDRESS_MAX:
        problems.append(Problem.of("unusable_address", "address", address=wanted.address))
    if not hour:
        problems.append(Problem.of("unreadable_hour", "hour", text=wanted.hour))
    if not _LANGUAGE.fullmatch(language):
        problems.append(Problem.of("unknown_language", "language", language=language))
    zone = zone_of(wanted.zone or brand.zone)
    if problems or not hour:
        raise InvalidError(*problems)
    at = time(int(hour[1]), int(hour[2]))
    recipient = Recipient(
        recipient_id=wanted.recipient_id or _NOT_IN_A_NAME.sub("-", address.lower()).strip("-"),
        brand_id=brand.brand_id,
        address=address,
        language=language,
        zone=zone.key,
        hour=at,
        due_at=next_at(at, zone, now),
        name=wanted.name.strip(),
    )
    digests.save_recipient(recipient)
    return recipient
