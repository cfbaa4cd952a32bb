"""The command line on a stack in memory."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from portevoix.publishing.plan import Desk
from portevoix.reporting.digest import DigestPorts

from tests.factories import OTHER_ACCOUNT, a_brand, an_account
from tests.fakes.clock import FakeClock
from tests.fakes.connector import FakeConnector, FakeConnectors
from tests.fakes.credentials import FakeCredentials
from tests.fakes.mailer import FakeMailer
from tests.fakes.media_objects import FakeMediaObjects
from tests.fakes.names import FakeNewId
from tests.fakes.queue import FakeDeliveryQueue
from tests.fakes.store import FakeStore
from tests.fakes.workers import FakeWorkers
from tools.cli.main import run
from tools.cli.session import Session

type Run = Callable[..., tuple[int, str, str]]


def an_environment() -> Any:
    clock, store, objects = FakeClock(), FakeStore(), FakeMediaObjects()
    network = FakeConnector(clock)
    connectors = FakeConnectors(mastodon=network)
    new_id, mailer = FakeNewId(), FakeMailer()
    queue, workers = FakeDeliveryQueue(), FakeWorkers()
    desk = Desk(store, store, connectors, queue, workers, objects, new_id, clock)
    return SimpleNamespace(
        clock=clock,
        new_id=new_id,
        brands=store,
        posts=store,
        listening=store,
        metrics=store,
        digests=store,
        digesting=DigestPorts(
            digests=store,
            brands=store,
            posts=store,
            listening=store,
            metrics=store,
            mailer=mailer,
            sender="digests@example.org",
            unsubscribe_url=lambda brand_id, name: f"https://example.org/p/{brand_id}/{name}",
        ),
        media_objects=objects,
        credentials=FakeCredentials(),
        mailer=mailer,
        connectors=connectors,
        network=network,
        desk=desk,
        store=store,
    )


@pytest.fixture
def env() -> Any:
    made = an_environment()
    made.store.save_brand(a_brand())
    made.store.save_account(an_account())
    made.store.save_account(an_account(account_id=OTHER_ACCOUNT, language="en-CA"))
    return made


@pytest.fixture
def portevoix(env: Any, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str, language: str = "en") -> tuple[int, str, str]:
        status = run(arguments, Session(env, {"PORTEVOIX_LANGUAGE": language}))
        said = capsys.readouterr()
        return status, said.out, said.err

    return call
