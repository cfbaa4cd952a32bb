"""Brands, their members and their accounts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portevoix.model.limits import Limits


class DeliveryClass(StrEnum):
    """How a doubt about one delivery can be proven (the table in docs/architecture.md)."""

    K4 = "k4"  # the id is chosen by us
    K3 = "k3"  # an idempotency key with a window
    K2 = "k2"  # a hidden object, then publish
    K1 = "k1"  # our own listing can be read
    K0 = "k0"  # nothing


class Role(StrEnum):
    """What a member may do for a brand."""

    READER = "reader"
    WRITER = "writer"
    APPROVER = "approver"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Brand:
    """One organisation's voice. `zone` is an IANA name, `language` like `fr-CA`."""

    brand_id: str
    name: str
    zone: str
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works for a brand; the responsible ones are told what goes wrong."""

    member_id: str
    brand_id: str
    name: str
    address: str
    language: str
    role: Role = Role.WRITER
    is_responsible: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """One identity of a brand on a network, `account_id` like `mastodon:chezoctave`.

    `remote_id` is the network's own id of it. `delivery_class` and `limits` are what the network
    said when the account was last checked. `lead_s` is how long before its moment a post with
    media is prepared.
    """

    account_id: str
    brand_id: str
    network: str
    base_url: str
    handle: str
    language: str
    zone: str
    delivery_class: DeliveryClass
    limits: Limits
    remote_id: str = ""
    url: str = ""
    software: str = ""
    secret_version: int = 1
    lead_s: int = 300
    needs_reconnection: bool = False
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing of `scope` goes out: who, why, since when. `scope` is `*`, a brand or an account.

    An account's scope is `brand_id/account_id`.
    """

    scope: str
    by: str
    reason: str
    since_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """A key to the API; only the hash of its secret is stored. `brand_ids` empty means all."""

    token_id: str
    name: str
    secret_hash: str
    brand_ids: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None


def pause_scopes(brand_id: str, account_id: str) -> tuple[str, str, str]:
    """Return the scopes whose pause stops a delivery of this account."""
    return ("*", brand_id, f"{brand_id}/{account_id}")
