"""How a stack is stood up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.local.drivers import TickFaults
from tools.local.running import CHECKOUT
from tools.local.services import StartService
from tools.local.state import Database

TEMPLATE = CHECKOUT / "template.yaml"


@dataclass(frozen=True, slots=True)
class StackOptions:
    """How a stack is stood up; the defaults are those of `make up`.

    `ephemeral`: the table in memory, nothing saved or loaded. `parameters` override the
    template's. `schedules_run`: whether ticks come by themselves (never under a virtual clock).
    `pure_runtime`: None takes `awslambdaric` where it is. `stable_ports`: the same ports as the
    last run where they are free.
    """

    ephemeral: bool = False
    template: Path = TEMPLATE
    stack_name: str = "local"
    parameters: Mapping[str, str] = field(default_factory=dict)
    services: Sequence[StartService] = ()
    faults: TickFaults = field(default_factory=TickFaults)
    schedules_run: bool = True
    database: Database = "auto"
    pure_runtime: bool | None = None
    stable_ports: bool = False
    maximum_workers: int = 32
