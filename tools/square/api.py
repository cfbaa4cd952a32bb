"""The API: which path asks for what, who may, and what is answered."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from tools.square.about import About
from tools.square.backstage import Backstage
from tools.square.crowd import Crowd
from tools.square.limiter import Limiter
from tools.square.messages import Request, Response, Upload, json_response
from tools.square.pages import Pages
from tools.square.paging import page_of
from tools.square.rules import Limit
from tools.square.shown import Shown
from tools.square.square import RefusedError, Square
from tools.square.things import Person, Status

type Answer = Callable[..., Response]


class Api:
    """Answers requests; every one lets the audience catch up with the clock first."""

    def __init__(self, square: Square, crowd: Crowd, base_url: str) -> None:
        self.square = square
        self.crowd = crowd
        self.shown = Shown(square, base_url)
        self._pages = Pages(square, self.shown)
        self._about = About(square, self.shown)
        self._backstage = Backstage(square, crowd, self.shown)
        self._limiter = Limiter()
        self._public: list[tuple[str, str, Answer]] = [
            ("GET", r"/", self._pages.front),
            ("GET", r"/@(\w+)(?:/(\w+))?", self._pages.person),
            ("GET", r"/media/(\w+)", self._media_bytes),
            ("GET", r"/clock/next", self._backstage.next_words),
            ("POST", r"/square/accounts", self._backstage.add_account),
            ("POST", r"/square/mentions", self._backstage.plant),
            ("GET", r"/api/v2/instance", self._about.instance_v2),
            ("GET", r"/api/v1/instance", self._about.instance_v1),
            ("GET", r"/\.well-known/nodeinfo", self._about.node_links),
            ("GET", r"/nodeinfo/2\.0", self._about.node),
        ]
        self._signed: list[tuple[str, str, str, Answer]] = [
            ("GET", r"/api/v1/accounts/verify_credentials", "read", self._me),
            ("GET", r"/api/v1/accounts/(\w+)", "read", self._account),
            ("GET", r"/api/v1/accounts/(\w+)/statuses", "read", self._account_statuses),
            ("POST", r"/api/v1/statuses", "write", self._publish),
            ("GET", r"/api/v1/statuses", "read", self._statuses),
            ("GET", r"/api/v1/statuses/(\w+)", "read", self._status),
            ("GET", r"/api/v1/statuses/(\w+)/source", "read", self._source),
            ("GET", r"/api/v1/statuses/(\w+)/context", "read", self._context),
            ("DELETE", r"/api/v1/statuses/(\w+)", "write", self._delete),
            ("POST", r"/api/v[12]/media", "write", self._attach),
            ("GET", r"/api/v1/media/(\w+)", "read", self._attachment),
            ("GET", r"/api/v1/notifications", "read", self._notices),
            ("GET", r"/api/v2/search", "read", self._search),
        ]

    def answer(self, request: Request) -> Response:
        """Return the answer to a request."""
        try:
            with self.square.one_moment():
                self.crowd.settle()
                return self._route(request)
        except RefusedError as refused:
            return json_response({"error": refused.message}, refused.status)
        except (ValueError, KeyError, TypeError):
            return json_response({"error": "The request could not be read"}, 400)

    def _route(self, request: Request) -> Response:
        for method, pattern, answer in self._public:
            match = re.fullmatch(pattern, request.path)
            if method == request.method and match:
                return answer(request, *match.groups())
        for method, pattern, scope, answer in self._signed:
            match = re.fullmatch(pattern, request.path)
            if method == request.method and match:
                return self._signed_answer(request, scope, answer, match.groups())
        raise RefusedError(404, "Not Found")

    def _signed_answer(
        self, request: Request, scope: str, answer: Answer, parts: Sequence[Any]
    ) -> Response:
        if not request.token:
            raise RefusedError(401, "This method requires an authenticated user")
        me = self.square.owner_of(request.token)
        if scope not in me.scopes:
            raise RefusedError(403, "This action is outside the authorized scopes")
        kind, limit = self._limit(request)
        passes, headers, wait = self._limiter.take(me.id, kind, limit, self.square.now())
        if not passes:
            if self.square.rules.sends_retry_after:
                headers["Retry-After"] = str(wait)
            response = json_response({"error": "Too many requests"}, 429)
        else:
            try:
                response = answer(request, me, *parts)
            except RefusedError as refused:
                response = json_response({"error": refused.message}, refused.status)
        return Response(
            response.status, response.body, response.content_type, {**response.headers, **headers}
        )

    def _limit(self, request: Request) -> tuple[str, Limit]:
        rules = self.square.rules
        if request.method == "POST":
            is_media = request.path.endswith("/media")
            return ("uploads", rules.uploads) if is_media else ("posts", rules.posts)
        return ("deletes", rules.deletes) if request.method == "DELETE" else ("reads", rules.reads)

    # --- accounts and statuses ----------------------------------------------------------------

    def _me(self, _: Request, me: Person) -> Response:
        return json_response(self.shown.account(me))

    def _account(self, _: Request, me: Person, account_id: str) -> Response:
        del me
        person = self.square.things.people.get(account_id)
        if person is None:
            raise RefusedError(404, "Record not found")
        return json_response(self.shown.account(person))

    def _account_statuses(self, request: Request, me: Person, account_id: str) -> Response:
        statuses = self.square.things.statuses.values()
        mine = [s for s in statuses if s.author_id == account_id and self.square.may_see(s, me)]
        return self._page(request, mine, self.shown.status)

    def _publish(self, request: Request, me: Person) -> Response:
        fields = request.fields()
        if fields.get("scheduled_at"):
            raise RefusedError(422, "Validation failed: the square schedules nothing")
        draft = Status(
            id="",
            author_id=me.id,
            text=str(fields.get("status") or ""),
            created_at=self.square.now(),
            visibility=str(fields.get("visibility") or "public"),
            spoiler_text=str(fields.get("spoiler_text") or ""),
            language=str(fields.get("language") or me.language),
            sensitive=fields.get("sensitive") in (True, "true", "1")
            or bool(fields.get("spoiler_text")),
            media_ids=tuple(str(i) for i in fields.get("media_ids") or ()),
            in_reply_to_id=str(fields.get("in_reply_to_id") or ""),
        )
        status = self.square.publish(me, draft, request.headers.get("idempotency-key", ""))
        return json_response(self.shown.status(status))

    def _statuses(self, request: Request, me: Person) -> Response:
        if not self.square.rules.has_batch:
            raise RefusedError(404, "Not Found")
        wanted = [self.square.things.statuses.get(i) for i in request.parameters("id")[:20]]
        found = [s for s in wanted if s and self.square.may_see(s, me)]
        return json_response([self.shown.status(status) for status in found])

    def _status(self, _: Request, me: Person, status_id: str) -> Response:
        return json_response(self.shown.status(self.square.status(status_id, me)))

    def _source(self, _: Request, me: Person, status_id: str) -> Response:
        status = self.square.status(status_id, me)
        if status.author_id != me.id:
            raise RefusedError(404, "Record not found")
        source = {"id": status.id, "text": status.text, "spoiler_text": status.spoiler_text}
        return json_response(source)

    def _context(self, _: Request, me: Person, status_id: str) -> Response:
        status = self.square.status(status_id, me)
        ancestors: list[Status] = []
        parent = self.square.things.statuses.get(status.in_reply_to_id)
        while parent is not None:
            ancestors.insert(0, parent)
            parent = self.square.things.statuses.get(parent.in_reply_to_id)
        below = [status]
        for answered in below:
            below += [s for s in self.square.replies(answered) if self.square.may_see(s, me)]
        return json_response(
            {
                "ancestors": [self.shown.status(s) for s in ancestors],
                "descendants": [self.shown.status(s) for s in below[1:]],
            }
        )

    def _delete(self, _: Request, me: Person, status_id: str) -> Response:
        status = self.square.delete(me, status_id)
        return json_response({**self.shown.status(status), "text": status.text})

    def _search(self, request: Request, me: Person) -> Response:
        wanted = request.parameter("q")
        visible = [s for s in self.square.things.statuses.values() if self.square.may_see(s, me)]
        shown = [self.shown.status(s) for s in visible]
        found = [s for s in shown if wanted in (s["url"], s["uri"])]
        return json_response({"accounts": [], "statuses": found, "hashtags": []})

    # --- media and notifications ---------------------------------------------------------------

    def _attach(self, request: Request, me: Person) -> Response:
        fields = request.fields()
        upload = fields.get("file")
        if not isinstance(upload, Upload):
            raise RefusedError(422, "Validation failed: File can't be blank")
        description = str(fields.get("description", ""))
        media = self.square.attach(me, upload.data, upload.content_type, description)
        status = 200 if self.square.is_ready(media) else 202
        return json_response(self.shown.attachment(media), status)

    def _attachment(self, _: Request, me: Person, media_id: str) -> Response:
        media = self.square.things.attachments.get(media_id)
        if media is None or media.owner_id != me.id:
            raise RefusedError(404, "Record not found")
        if media.has_failed:
            raise RefusedError(422, "There was a problem processing the file")
        status = 200 if self.square.is_ready(media) else 206
        return json_response(self.shown.attachment(media), status)

    def _media_bytes(self, _: Request, media_id: str) -> Response:
        media = self.square.things.attachments.get(media_id)
        if media is None:
            raise RefusedError(404, "Record not found")
        headers = {"X-Content-Type-Options": "nosniff"}
        return Response(200, self.square.bytes_of(media_id), media.content_type, headers)

    def _notices(self, request: Request, me: Person) -> Response:
        types, without = request.parameters("types"), request.parameters("exclude_types")
        mine = [
            notice
            for notice in self.square.things.notices
            if notice.to_id == me.id
            and (not types or notice.kind in types)
            and notice.kind not in without
        ]
        return self._page(request, mine, self.shown.notice)

    def _page(self, request: Request, things: list[Any], show: Callable[[Any], Any]) -> Response:
        return page_of(request, things, show, self.shown.url_of(request.path), self.square.rules)
