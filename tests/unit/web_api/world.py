"""What the API stands on, in memory."""

import json
from typing import Any

from portevoix.publishing.plan import Desk
from portevoix.web.api import handle_api
from portevoix.web.tokens import new_token

from tests.factories import BRAND, NOON, OTHER_ACCOUNT, a_brand, an_account
from tests.fakes.clock import FakeClock
from tests.fakes.connector import FakeConnector, FakeConnectors
from tests.fakes.credentials import FakeCredentials
from tests.fakes.media_objects import FakeMediaObjects
from tests.fakes.names import FakeNewId
from tests.fakes.queue import FakeDeliveryQueue
from tests.fakes.store import FakeStore
from tests.fakes.workers import FakeWorkers


class World:
    """What the API stands on, in memory, and a client with a token for Rive commune."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = FakeStore()
        self.new_id = FakeNewId()
        self.brands = self.store
        self.posts = self.store
        self.media_objects = FakeMediaObjects()
        self.credentials = FakeCredentials()
        self.network = FakeConnector(self.clock)
        self.desk = Desk(
            posts=self.store,
            brands=self.store,
            connectors=FakeConnectors(mastodon=self.network),
            queue=FakeDeliveryQueue(),
            workers=FakeWorkers(),
            media_objects=self.media_objects,
            new_id=self.new_id,
            clock=self.clock,
        )
        self.store.save_brand(a_brand())
        self.store.save_account(an_account())
        self.store.save_account(an_account(account_id=OTHER_ACCOUNT, language="en-CA"))
        self.token, self.secret = new_token("Éditeur", [BRAND], self.new_id, NOON)
        self.store.save_token(self.token)

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, Any]]:
        path, _, query = path.partition("?")
        event = {
            "version": "2.0",
            "rawPath": path,
            "queryStringParameters": dict(item.split("=") for item in query.split("&") if item),
            "headers": {"authorization": f"Bearer {self.secret}", **headers},
            "requestContext": {"http": {"method": method, "path": path}},
            "body": body if isinstance(body, str) else json.dumps(body) if body else None,
            "isBase64Encoded": False,
        }
        answer = handle_api(event, self)
        return answer["statusCode"], json.loads(answer["body"])
