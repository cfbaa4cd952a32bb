"""One authenticated call of the API, and what it may use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from portevoix.model.brands import Token
from portevoix.model.missing import no_post
from portevoix.model.posts import Post
from portevoix.ports import BrandStore, Clock, Credentials, MediaObjects, NewId, PostStore
from portevoix.publishing.plan import Desk
from portevoix.web.requests import Request
from portevoix.web.tokens import may_act_for

type Answer = tuple[int, dict[str, Any]]
"""A status and what is answered."""


class ForbiddenError(Exception):
    """The token is not for the brand that the request names."""


class ApiEnvironment(Protocol):
    """What the API needs of the composition root."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def new_id(self) -> NewId:
        """New names."""
        ...

    @property
    def brands(self) -> BrandStore:
        """Brands, accounts and tokens."""
        ...

    @property
    def posts(self) -> PostStore:
        """Posts and media."""
        ...

    @property
    def media_objects(self) -> MediaObjects:
        """The bytes of media."""
        ...

    @property
    def credentials(self) -> Credentials:
        """Secrets of accounts."""
        ...

    @property
    def desk(self) -> Desk:
        """What planning needs."""
        ...


@dataclass(frozen=True, slots=True)
class Call:
    """A request by a known token at one moment."""

    request: Request
    token: Token
    env: ApiEnvironment
    now: datetime

    @property
    def language(self) -> str:
        """Return `fr` or `en`."""
        return self.request.language

    def check_brand(self, brand_id: str) -> None:
        """Raise ForbiddenError if the token is not for this brand, whether it exists or not."""
        if not may_act_for(self.token, brand_id):
            raise ForbiddenError

    def check_scope(self, post: Post) -> None:
        """Raise NotFoundError for a post of another brand, as if it did not exist."""
        if not may_act_for(self.token, post.brand_id):
            raise no_post(post.post_id)
