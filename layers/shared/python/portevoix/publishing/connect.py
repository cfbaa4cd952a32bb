"""Connect an account: ask its server who we are, then keep secret, account and its two clocks."""

import dataclasses
import re
from dataclasses import dataclass
from datetime import datetime

from portevoix.model.brands import Account, Brand
from portevoix.model.errors import AuthorizationError, InvalidError, NotFoundError, Problem
from portevoix.model.mentions import Source
from portevoix.model.metrics import Measuring, measured_at
from portevoix.model.times import local_day, zone_of
from portevoix.ports import (
    AccountFacts,
    BrandStore,
    Connectors,
    Credentials,
    ListeningStore,
    MetricStore,
)

_ACCOUNT_ID = re.compile(r"[a-z][a-z0-9-]*:[A-Za-z0-9._@-]{1,80}")
_BRAND_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][A-Za-z0-9]{1,7})*")


@dataclass(frozen=True, slots=True)
class Connection:
    """What somebody says of an account that is to be connected."""

    account_id: str
    brand_id: str
    network: str
    base_url: str
    language: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Counter:
    """What connecting needs of the outside."""

    brands: BrandStore
    listening: ListeningStore
    metrics: MetricStore
    credentials: Credentials
    connectors: Connectors


def add_brand(brand: Brand, brands: BrandStore) -> bool:
    """Write a new brand; False if there is one of this id. Raise InvalidError."""
    problems = []
    if not _BRAND_ID.fullmatch(brand.brand_id):
        problems.append(Problem.of("unusable_brand_id", "brand", brand=brand.brand_id))
    if not _LANGUAGE.fullmatch(brand.language):
        problems.append(Problem.of("unknown_language", "language", language=brand.language))
    if problems:
        raise InvalidError(*problems)
    zone_of(brand.zone)
    try:
        brands.get_brand(brand.brand_id)
    except NotFoundError:
        brands.save_brand(brand)
        return True
    return False


def connect_account(wanted: Connection, secret: str, counter: Counter, now: datetime) -> Account:
    """Ask the server who `secret` is, then store it; nothing is stored if the server says no.

    A second time replaces secret and facts and keeps the cursor of what was heard.
    Raise InvalidError, NotFoundError (brand), NetworkError.
    """
    brand = counter.brands.get_brand(wanted.brand_id)
    language, zone = wanted.language or brand.language, wanted.zone or brand.zone
    if not _ACCOUNT_ID.fullmatch(wanted.account_id):
        raise InvalidError(Problem.of("unusable_account_id", "account", account=wanted.account_id))
    if not _LANGUAGE.fullmatch(language):
        raise InvalidError(Problem.of("unknown_language", "language", language=language))
    if not secret.strip():
        raise InvalidError(Problem.of("missing_secret", "token"))
    zone_of(zone)
    connector = counter.connectors.connector(wanted.network)
    try:
        facts = connector.check_account(wanted.base_url, secret)
    except AuthorizationError as error:
        problem = Problem.of("token_refused", "token", address=wanted.base_url)
        raise InvalidError(problem) from error
    version = counter.credentials.save_account_secret(wanted.brand_id, wanted.account_id, secret)
    account = _with_facts(
        Account(
            account_id=wanted.account_id,
            brand_id=wanted.brand_id,
            network=wanted.network,
            base_url=wanted.base_url,
            handle=facts.handle,
            language=language,
            zone=zone,
            delivery_class=facts.delivery_class,
            limits=facts.limits,
            secret_version=version,
        ),
        facts,
        now,
    )
    counter.brands.save_account(account)
    _start_clocks(account, counter, now)
    return account


def check_account(account: Account, counter: Counter, now: datetime) -> Account:
    """Ask an account's server again; store its limits and clear the need to reconnect."""
    secret = counter.credentials.account_secret(account)
    connector = counter.connectors.connector(account.network)
    checked = _with_facts(account, connector.check_account(account.base_url, secret), now)
    counter.brands.save_account(checked)
    return checked


def _with_facts(account: Account, facts: AccountFacts, now: datetime) -> Account:
    return dataclasses.replace(
        account,
        handle=facts.handle,
        remote_id=facts.remote_id,
        url=facts.url,
        software=facts.software,
        delivery_class=facts.delivery_class,
        limits=facts.limits,
        lead_s=facts.lead_s,
        needs_reconnection=False,
        checked_at=now,
    )


def _start_clocks(account: Account, counter: Counter, now: datetime) -> None:
    """Listen from now on, and measure each day once it is over; what runs already stays."""
    source_id = f"{account.account_id}:mentions"
    try:
        counter.listening.get_source(account.brand_id, source_id)
    except NotFoundError:
        counter.listening.save_source(
            Source(source_id, account.brand_id, "mentions", account.account_id, due_at=now)
        )
    try:
        counter.metrics.get_measuring(account.brand_id, account.account_id)
    except NotFoundError:
        zone = zone_of(account.zone)
        today = local_day(now, zone)
        due_at = measured_at(today, zone)
        counter.metrics.save_measuring(
            Measuring(account.brand_id, account.account_id, next_on=today, due_at=due_at)
        )
