"""What no network has: accounts made in one call, words planted, and the next moment told."""

from tools.square.audience import PlantedMention
from tools.square.crowd import Crowd
from tools.square.messages import Request, Response, json_response
from tools.square.shown import Shown, moment
from tools.square.square import Square
from tools.square.things import read_thing


class Backstage:
    """Answers the local stack and the demonstration; only loopback reaches it."""

    def __init__(self, square: Square, crowd: Crowd, shown: Shown) -> None:
        self._square = square
        self._crowd = crowd
        self._shown = shown

    def next_words(self, _: Request) -> Response:
        """Tell when somebody will next say something (`GET /clock/next`)."""
        at = self._crowd.next_words_at()
        return json_response({"next": moment(at) if at else None})

    def add_account(self, request: Request) -> Response:
        """Make an account, or return the one of that name, with its token.

        `POST /square/accounts {"username", "display_name"?, "language"?, "token"?}`.
        """
        fields = request.fields()
        person = self._square.add_member(
            str(fields["username"]),
            str(fields.get("display_name", "")),
            str(fields.get("language", "")),
            str(fields.get("token", "")),
        )
        return json_response({"token": person.token, **self._shown.account(person)})

    def plant(self, request: Request) -> Response:
        """Have things said at their moments (`POST /square/mentions {"mentions": [...]}`)."""
        found = [read_thing(PlantedMention, item) for item in request.fields()["mentions"]]
        self._crowd.plant(found)
        return json_response({"planted": len(found)})
