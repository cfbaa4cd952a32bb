"""What the API does with posts."""

from datetime import timedelta

from portevoix.model.brands import Brand
from portevoix.model.deliveries import DeliveryKey
from portevoix.model.errors import InvalidError, Problem
from portevoix.model.posts import Post
from portevoix.model.times import parse_moment, zone_of
from portevoix.publishing.change import (
    cancel_post,
    decide_delivery,
    hold_post,
    release_post,
)
from portevoix.publishing.edit import Edit, edit_post
from portevoix.publishing.plan import Draft, queue_post
from portevoix.web.call import Answer, Call
from portevoix.web.schemas import DecisionBody, EditBody, PostBody, ScopeBody, parse_body
from portevoix.web.views import post_view, whole_post_view

SHOWN_BEFORE = timedelta(days=30)
SHOWN_AFTER = timedelta(days=90)


def create_post(call: Call) -> Answer:
    """Queue a post; the same `ref` again answers 200 with what is there, or 409 if it differs."""
    body = parse_body(PostBody, call.request.body)
    brand = _brand(call, body.brand)
    zone = zone_of(brand.zone)
    moment_at = body.moment_at(zone, call.now)
    if moment_at is None:
        raise InvalidError(Problem.of("field_missing", "moment"))
    draft = Draft(
        brand_id=brand.brand_id,
        moment_at=moment_at,
        account_ids=tuple(dict.fromkeys(body.accounts)),
        variants=body.all_variants(),
        ref=body.ref,
        is_pair=body.pair,
        publish_before=body.latest_at(zone),
        created_by=f"token {call.token.name}",
        is_held=body.hold,
    )
    queued = queue_post(draft, call.env.desk, call.now)
    is_now = (body.moment or "").lower() == "now"
    if not queued.is_new:
        from portevoix.intake.import_plan import check_same

        check_same(draft, queued, with_moment=not is_now)
    view = whole_post_view(queued.post, queued.deliveries, call.language)
    return (201 if queued.is_new else 200), {**view, "is_new": queued.is_new}


def list_posts(call: Call) -> Answer:
    """List a brand's posts by moment: 30 days back to 90 ahead, unless it is said."""
    brand = _brand(call, call.request.need("brand"))
    zone = zone_of(brand.zone)
    query = call.request.query
    since, until = (
        parse_moment(_with_hour(query[name]), zone, name) if query.get(name) else default
        for name, default in (("since", call.now - SHOWN_BEFORE), ("until", call.now + SHOWN_AFTER))
    )
    page = call.env.posts.list_posts(brand.brand_id, since, until, page=query.get("page", ""))
    posts = [post_view(post) for post in page.items]
    return 200, {"posts": posts, "next_page": page.next_page or None}


def show_post(call: Call, post_id: str) -> Answer:
    """Show a post with its deliveries."""
    post, deliveries = call.env.posts.read_post(post_id)
    call.check_scope(post)
    return 200, whole_post_view(post, deliveries, call.language)


def change_post(call: Call, post_id: str) -> Answer:
    """Edit or move a post: all that differs, or nothing."""
    post = _own_post(call, post_id)
    body = parse_body(EditBody, call.request.body)
    zone = zone_of(call.env.brands.get_brand(post.brand_id).zone)
    edit = Edit(
        variants=body.all_variants() or None,
        moment_at=body.moment_at(zone, call.now),
        publish_before=body.latest_at(zone),
    )
    if edit == Edit():
        raise InvalidError(Problem.of("nothing_to_change", "body"))
    edit_post(post_id, edit, call.env.desk, call.now)
    return show_post(call, post_id)


def cancel(call: Call, post_id: str) -> Answer:
    """Cancel what has not left."""
    _own_post(call, post_id)
    cancel_post(post_id, call.env.desk, call.now, account_id=_account(call))
    return show_post(call, post_id)


def hold(call: Call, post_id: str) -> Answer:
    """Stop what has not left until somebody releases it."""
    _own_post(call, post_id)
    by = f"token {call.token.name}"
    hold_post(post_id, call.env.desk, call.now, by=by, account_id=_account(call))
    return show_post(call, post_id)


def release(call: Call, post_id: str) -> Answer:
    """Let what is held leave at its moment, or now."""
    _own_post(call, post_id)
    release_post(post_id, call.env.desk, call.now, account_id=_account(call))
    return show_post(call, post_id)


def decide(call: Call, post_id: str) -> Answer:
    """Answer a doubt: it is there, or send it again."""
    _own_post(call, post_id)
    body = parse_body(DecisionBody, call.request.body)
    if bool(body.there) == body.again:
        raise InvalidError(Problem.of("one_answer", "there"))
    key = DeliveryKey(post_id, body.account, body.part)
    decide_delivery(
        key,
        call.env.desk,
        call.env.credentials,
        call.now,
        there_url=body.there,
        again=body.again,
    )
    return show_post(call, post_id)


def _own_post(call: Call, post_id: str) -> Post:
    post, _ = call.env.posts.read_post(post_id)
    call.check_scope(post)
    return post


def _account(call: Call) -> str | None:
    return parse_body(ScopeBody, call.request.body).account


def _brand(call: Call, brand_id: str) -> Brand:
    call.check_brand(brand_id)
    return call.env.brands.get_brand(brand_id)


def _with_hour(text: str) -> str:
    return f"{text} 00:00" if len(text.strip()) == len("2027-03-22") else text
