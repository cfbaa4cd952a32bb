"""What the server says of itself: https://docs.joinmastodon.org/methods/instance/ and NodeInfo."""

from tools.square.messages import Request, Response, json_response
from tools.square.shown import Shown
from tools.square.square import RefusedError, Square


class About:
    """Answers who the server is and what it accepts, to anybody."""

    def __init__(self, square: Square, shown: Shown) -> None:
        self._square = square
        self._shown = shown

    def instance_v2(self, _: Request) -> Response:
        """Show the server; raise RefusedError (404) where it is an old one."""
        if not self._square.rules.has_instance_v2:
            raise RefusedError(404, "Not Found")
        return json_response(self._shown.instance(2))

    def instance_v1(self, _: Request) -> Response:
        """Show the server as older clients want it."""
        return json_response(self._shown.instance(1))

    def node_links(self, _: Request) -> Response:
        """Show where NodeInfo is."""
        schema = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return json_response(
            {"links": [{"rel": schema, "href": self._shown.url_of("nodeinfo/2.0")}]}
        )

    def node(self, _: Request) -> Response:
        """Show which software it is."""
        rules = self._square.rules
        software = {"name": rules.software, "version": rules.version}
        return json_response({"version": "2.0", "software": software, "protocols": []})
