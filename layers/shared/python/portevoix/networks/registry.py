"""Our code, by network; a connector is imported when it is first asked for."""

from collections.abc import Callable
from datetime import datetime

from portevoix.model.errors import InvalidError, Problem
from portevoix.networks.session import GuardedSession
from portevoix.ports import Connector

NETWORKS = ("mastodon",)
"""Ids of the networks that a connector exists for."""


class ConnectorRegistry:
    """Builds each connector once, with its own session. `now` returns the aware UTC moment."""

    def __init__(
        self, session_factory: Callable[[], GuardedSession], now: Callable[[], datetime]
    ) -> None:
        self._session_factory = session_factory
        self._now = now
        self._built: dict[str, Connector] = {}

    def connector(self, network: str) -> Connector:
        """Return a network's connector; raise InvalidError (`unknown_network`)."""
        if network not in self._built:
            self._built[network] = self._build(network)
        return self._built[network]

    def _build(self, network: str) -> Connector:
        if network == "mastodon":
            from portevoix.networks.mastodon.connector import MastodonConnector

            return MastodonConnector(self._session_factory(), self._now)
        known = ", ".join(NETWORKS)
        raise InvalidError(Problem.of("unknown_network", "network", network=network, known=known))
