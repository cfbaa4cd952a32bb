"""The local stack: everything of the template on loopback, from one context manager."""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.local.clock import StackClock
from tools.local.drivers import QueueDriver, ScheduleDriver
from tools.local.due import DueIndex, DueMoments
from tools.local.endpoints import Endpoints, read_ports, write_ports
from tools.local.lambda_api import Invoker
from tools.local.options import StackOptions
from tools.local.prepare import prepare_state
from tools.local.processes import Processes
from tools.local.queue import build_queues
from tools.local.resources import FunctionResource
from tools.local.running import CHECKOUT, RunningStack, find_running, forget_running
from tools.local.runtime import Functions
from tools.local.sam import read_template
from tools.local.services import Service, ServiceContext
from tools.local.state import (
    CREDENTIALS,
    REGION,
    StateError,
    choose_port,
    client,
    start_state,
)
from tools.local.template import load_resources
from tools.local.warp import Warper
from tools.local.worker import InvocationResult

SENDER_ADDRESS = "digests@portevoix.example"
PACKAGE_FOLDER = CHECKOUT / "layers" / "shared" / "python"


class LocalStack:
    """A running stack: `with LocalStack(folder, clock=StackClock.real()) as stack: ...`."""

    def __init__(
        self, state_folder: Path, *, clock: StackClock, options: StackOptions | None = None
    ) -> None:
        self.state_folder = state_folder.resolve()
        self.clock = clock
        self.options = options or StackOptions()
        self.environment: dict[str, str] = {}
        self.square_url: str | None = None
        self._closing = ExitStack()
        self._ports: dict[str, int] = {}
        self._services: list[Service] = []

    def __enter__(self) -> Self:
        """Stand the stack up; what had started is ended when a part cannot."""
        try:
            self._start()
        except BaseException:
            self._closing.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop everything."""
        self.stop()

    def stop(self) -> None:
        """Stop everything, the last started first; a second call changes nothing."""
        self._closing.close()

    def tick(self, kind: str) -> InvocationResult:
        """Run the schedule of one kind now; raises ValueError for an unknown kind."""
        return self.warper.tick(kind)

    def warp(
        self,
        until: datetime,
        *,
        every_tick: bool = False,
        on_step: Callable[[datetime], None] = lambda _: None,
    ) -> int:
        """Let a virtual clock pass to `until`; return the jumps. See Warper.warp."""
        if not self.clock.is_virtual:
            message = "this stack runs on the real clock: start it with --virtual to warp"
            raise RuntimeError(message)
        return self.warper.warp(until, every_tick=every_tick, on_step=on_step)

    def invoke(self, function: str, payload: bytes) -> InvocationResult:
        """Run one invocation, by the function's folder, logical id, name or ARN."""
        return self.invoker.invoke(function, payload)

    def _start(self) -> None:
        folder = self.state_folder
        if find_running(folder) is not None:
            raise StateError(f"a stack runs on {folder} already: stop it, or use another folder")
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        self._ports = read_ports(folder) if self.options.stable_ports else {}
        self.processes = Processes()
        self._closing.callback(self.processes.stop)
        self._closing.callback(self.clock.stop)
        self.servers, wait_for_state = start_state(
            self.processes,
            folder,
            ephemeral=self.options.ephemeral,
            database=self.options.database,
            ports=self._ports,
        )
        self.endpoints = Endpoints(
            folder, self.clock, self, ports=self._ports, closing=self._closing
        )
        self.api_url = self.pages_url = self.endpoints.api_url
        self.mails_url = f"{self.endpoints.mail_url}/mails"
        self.clock_url = self.endpoints.clock_url
        self.mails = self.endpoints.mails
        # The servers start while the template is resolved.
        self._load_template()
        wait_for_state()
        self._prepare_state()
        self._start_functions()
        self._start_services()
        self._start_drivers()
        self._announce()

    def _load_template(self) -> None:
        self.resources = load_resources(
            self.options.template,
            stack=self.options.stack_name,
            region=REGION,
            parameters=self._parameters(),
            queue_url=self.endpoints.queue_api.url,
            api_url=self.api_url,
        )
        shared = CREDENTIALS | self.endpoints.variables(self.servers) | {"PORTEVOIX_LOCAL": "1"}
        if self.clock.is_virtual:
            # Not under the real clock, whose punctuality is measured: a call costs time.
            shared["PORTEVOIX_CLOCK_URL"] = self.clock_url
        self._shared_environment = shared
        everything: dict[str, str] = {}
        for function in self.resources.functions.values():
            own = function.environment.items()
            everything |= {key: value for key, value in own if key.startswith("PORTEVOIX_")}
        self.environment = everything | shared | {"PORTEVOIX_PAGES_URL": self.pages_url}

    def _parameters(self) -> dict[str, str]:
        declared = read_template(self.options.template)[1].get("Parameters") or {}
        own = {"SenderAddress": SENDER_ADDRESS}
        if self.clock.is_virtual and self.options.ephemeral:
            # A jump runs ticks back to back: one part of the index to read, a third of the time.
            own["DueShards"] = "1"
        own = {name: value for name, value in own.items() if name in declared}
        return own | dict(self.options.parameters)

    def _prepare_state(self) -> None:
        save = prepare_state(
            self.servers,
            self.resources,
            self.state_folder,
            expires=not self.clock.is_virtual,
            prefix=self.environment.get("PORTEVOIX_PARAMETER_PREFIX", ""),
        )
        self._closing.callback(save)
        sender = self.environment.get("PORTEVOIX_SENDER_ADDRESS")
        if sender:
            self.endpoints.mail_api.verify(sender)

    def _start_functions(self) -> None:
        self.functions = Functions(
            self.resources.functions,
            self.function_environment,
            processes=self.processes,
            clock=self.clock,
            logs=self.state_folder / "logs",
            pure=self.options.pure_runtime,
            maximum_workers=self.options.maximum_workers,
        )
        self.invoker = Invoker(self.functions, self.clock)
        self._closing.callback(self.functions.stop)
        self._closing.callback(self.invoker.stop)
        self.endpoints.lambda_api.invoker = self.invoker
        self.endpoints.http_api.invoker = self.invoker
        self.endpoints.http_api.routes = self.resources.routes

    def function_environment(self, function: FunctionResource) -> Mapping[str, str]:
        """Return the variables that a function runs with, but for those of its process."""
        own = dict(function.environment) | {"PYTHONPATH": str(PACKAGE_FOLDER)}
        return own | self._shared_environment

    def _start_services(self) -> None:
        for start in self.options.services:
            # One port each, by its place: names are known only once they stand.
            place = f"service {len(self._services)}"
            port = choose_port(self._ports.get(place, 0))
            self._ports[place] = port
            context = ServiceContext(
                self.clock_url, self.state_folder, self.processes, port, self.servers.keeps_items
            )
            service = start(context)
            self._closing.callback(service.stop)
            self._services.append(service)
            if service.name == "square":
                self.square_url = service.url

    def _start_drivers(self) -> None:
        self.queues = build_queues(self.resources.queues, self.clock)
        self.endpoints.queue_api.queues = self.queues
        drivers = [
            QueueDriver(mapping, self.queues[mapping.queue], self.invoker, self.clock, REGION)
            for mapping in self.resources.mappings
        ]
        for driver in drivers:
            driver.start()
            self._closing.callback(driver.stop)
        self.warper = Warper(
            self.clock,
            self.resources.schedules,
            self.invoker,
            queues=[self.queues[mapping.queue] for mapping in self.resources.mappings],
            drivers=drivers,
            due=self._due_moments(),
            services=self._services,
        )
        if self.options.schedules_run and not self.clock.is_virtual:
            schedules = ScheduleDriver(
                self.resources.schedules, self.invoker, self.clock, self.options.faults
            )
            schedules.start()
            self._closing.callback(schedules.stop)

    def _due_moments(self) -> Callable[[], DueMoments]:
        table = next(iter(self.resources.tables), None)
        if table is None:
            return dict
        return DueIndex(client("dynamodb", self.servers.dynamodb_url), table).moments

    def _announce(self) -> None:
        if self.options.stable_ports:
            write_ports(self.state_folder, self._ports | self.endpoints.ports | self.servers.ports)
        RunningStack(
            pid=os.getpid(),
            api_url=self.api_url,
            pages_url=self.pages_url,
            mails_url=self.mails_url,
            square_url=self.square_url,
            clock_url=self.clock_url,
            is_virtual=self.clock.is_virtual,
            keeps_items=self.servers.keeps_items,
            state_folder=str(self.state_folder),
            environment=self.environment,
        ).write()
        self._closing.callback(forget_running, self.state_folder)
