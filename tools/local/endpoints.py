"""The stack's own servers: SQS, Lambda, SES with its pages, the HTTP API, the clock."""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tools.local.clock import StackClock
from tools.local.control import Controlled, control_responder
from tools.local.http_api import HttpApi
from tools.local.lambda_api import LambdaApi
from tools.local.loopback import LoopbackServer, Respond
from tools.local.mail import MailApi, MailStore, mail_responder
from tools.local.mail_pages import mail_pages
from tools.local.queue_api import QueueApi
from tools.local.state import REGION, StateServers


class Endpoints:
    """Servers that stand before the template is resolved, since it names their addresses."""

    def __init__(
        self,
        folder: Path,
        clock: StackClock,
        stack: Controlled,
        *,
        ports: Mapping[str, int],
        closing: ExitStack,
    ) -> None:
        self._wanted = ports
        self._closing = closing
        self.ports: dict[str, int] = {}
        self.queue_api = QueueApi(REGION)
        self.lambda_api = LambdaApi()
        self.http_api = HttpApi(clock)
        self.mails = MailStore(folder / "mails", clock)
        self.mail_api = MailApi(self.mails, REGION)
        self.queue_url = self._serve("queue", self.queue_api.respond)
        self.queue_api.base_url = self.queue_url
        self.lambda_url = self._serve("lambda", self.lambda_api.respond)
        pages = mail_responder(self.mail_api, mail_pages(self.mails))
        self.mail_url = self._serve("mail", pages)
        self.api_url = self._serve("api", self.http_api.respond)
        self.clock_url = self._serve("clock", control_responder(clock, stack))

    def variables(self, servers: StateServers) -> dict[str, str]:
        """Return the variables by which boto3 finds the stack's services."""
        return {
            "AWS_ENDPOINT_URL_DYNAMODB": servers.dynamodb_url,
            "AWS_ENDPOINT_URL_SQS": self.queue_url,
            "AWS_ENDPOINT_URL_LAMBDA": self.lambda_url,
            "AWS_ENDPOINT_URL_S3": servers.moto_url,
            "AWS_ENDPOINT_URL_SSM": servers.moto_url,
            "AWS_ENDPOINT_URL_SNS": servers.moto_url,
            "AWS_ENDPOINT_URL_SESV2": self.mail_url,
        }

    def _serve(self, name: str, respond: Respond) -> str:
        server = LoopbackServer(respond, self._wanted.get(name, 0), name)
        self.ports[name] = server.port
        self._closing.callback(server.stop)
        return server.url


def read_ports(folder: Path) -> dict[str, int]:
    """Return the ports of the last run, by name."""
    path = folder / "ports.json"
    loaded: dict[str, int] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return loaded


def write_ports(folder: Path, ports: Mapping[str, int]) -> None:
    """Remember the ports for the next run."""
    (folder / "ports.json").write_text(json.dumps(dict(ports), indent=1), "utf-8")
