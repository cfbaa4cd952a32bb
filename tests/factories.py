"""Values for tests, complete and ordinary; what a test is about, it gives by name."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from portevoix.model.brands import Account, Brand, DeliveryClass, Member, Pause, Token
from portevoix.model.deliveries import (
    Content,
    Delivery,
    DeliveryKey,
    DeliveryState,
    MediaUse,
    Published,
    Record,
)
from portevoix.model.digests import DigestSending, DigestState, Recipient
from portevoix.model.limits import Limits
from portevoix.model.mentions import Mention, Source
from portevoix.model.metrics import DayMetrics, Measuring, Snapshot
from portevoix.model.posts import PUBLISH_BEFORE, Media, Part, Post, Variant, Visibility

NOON = datetime(2027, 3, 22, 12, tzinfo=UTC)
"""The moment that tests turn around: a Monday."""
BRAND = "rive-commune"
ACCOUNT = "mastodon-fr:rivecommune"
OTHER_ACCOUNT = "mastodon-en:rivecommune"
POST = "01KM0000000000000000000001"


def a_brand(**changes: Any) -> Brand:
    brand = Brand(
        brand_id=BRAND,
        name="Rive commune",
        zone="America/Toronto",
        language="fr-CA",
        created_at=NOON - timedelta(days=30),
    )
    return replace(brand, **changes)


def a_member(**changes: Any) -> Member:
    member = Member(
        member_id="lea",
        brand_id=BRAND,
        name="Léa Tremblay",
        address="lea@example.org",
        language="fr",
    )
    return replace(member, **changes)


def some_limits(**changes: Any) -> Limits:
    limits = Limits(
        text_max=400,
        url_length=23,
        counts_mention_domains=False,
        image_bytes_max=10_000_000,
        image_pixels_max=33_177_600,
        video_bytes_max=40_000_000,
        media_types=("image/jpeg", "image/png", "video/mp4"),
    )
    return replace(limits, **changes)


def an_account(**changes: Any) -> Account:
    account = Account(
        account_id=ACCOUNT,
        brand_id=BRAND,
        network="mastodon",
        base_url="http://127.0.0.1:8091",
        handle="@rivecommune@127.0.0.1",
        language="fr-CA",
        zone="America/Toronto",
        delivery_class=DeliveryClass.K3,
        limits=some_limits(),
        remote_id="1001",
        url="http://127.0.0.1:8091/@rivecommune",
        software="mastodon 4.5.7",
    )
    return replace(account, **changes)


def a_pause(**changes: Any) -> Pause:
    return replace(Pause(scope=BRAND, by="lea", reason="Incendie", since_at=NOON), **changes)


def a_token(**changes: Any) -> Token:
    token = Token(
        token_id="cli",
        name="Command line",
        secret_hash="0" * 64,
        brand_ids=(BRAND,),
        created_at=NOON,
    )
    return replace(token, **changes)


def a_media(**changes: Any) -> Media:
    media = Media(
        media_id="01KM00000000000000000000M1",
        brand_id=BRAND,
        file_name="affiche.png",
        content_type="image/png",
        byte_size=1234,
        created_at=NOON - timedelta(days=1),
        width=800,
        height=600,
        sha256="f" * 64,
        alt_texts={"fr": "Une affiche", "en": "A poster"},
        credit="Photo : Rive commune",
    )
    return replace(media, **changes)


def a_post(**changes: Any) -> Post:
    moment = changes.get("moment_at", NOON)
    post = Post(
        post_id=POST,
        brand_id=BRAND,
        moment_at=moment,
        publish_before=moment + PUBLISH_BEFORE,
        account_ids=(ACCOUNT,),
        variants={"*": Variant(parts=(Part(text="Bonjour la rive"),))},
        created_at=NOON - timedelta(days=1),
        created_by="lea",
        ref="R1",
    )
    return replace(post, **changes)


def some_content(**changes: Any) -> Content:
    return replace(Content(text="Bonjour la rive", language="fr-CA"), **changes)


def a_media_use(**changes: Any) -> MediaUse:
    use = MediaUse(
        media_id="01KM00000000000000000000M1", content_type="image/png", alt_text="Une affiche"
    )
    return replace(use, **changes)


def a_key(post_id: str = POST, account_id: str = ACCOUNT, part: int = 1) -> DeliveryKey:
    return DeliveryKey(post_id=post_id, account_id=account_id, part=part)


def a_delivery(**changes: Any) -> Delivery:
    """Return a text that is ready, due at its moment (NOON unless `moment_at` says otherwise)."""
    moment = changes.get("moment_at", NOON)
    delivery = Delivery(
        key=a_key(),
        brand_id=BRAND,
        network="mastodon",
        state=DeliveryState.READY,
        moment_at=moment,
        publish_before=moment + PUBLISH_BEFORE,
        content=some_content(),
        due_at=moment,
        delivery_class=DeliveryClass.K3,
    )
    return replace(delivery, **changes)


def a_published_delivery(**changes: Any) -> Delivery:
    """Return a delivery that left two tenths of a second after its moment."""
    moment = changes.get("moment_at", NOON)
    ended: dict[str, Any] = {
        "state": DeliveryState.PUBLISHED,
        "due_at": None,
        "fence": 2,
        "attempts": 1,
        "record": a_record(frozen_at=moment),
        "remote_id": "2001",
        "url": "http://127.0.0.1:8091/@rivecommune/2001",
        "published_at": moment + timedelta(milliseconds=200),
    }
    return a_delivery(**(ended | changes))


def a_record(**changes: Any) -> Record:
    record = Record(
        key="0" * 32,
        body={"status": "Bonjour la rive", "language": "fr", "media_ids": []},
        revision=1,
        frozen_at=NOON,
    )
    return replace(record, **changes)


def a_proof(**changes: Any) -> Published:
    proof = Published(
        remote_id="2001",
        url="http://127.0.0.1:8091/@rivecommune/2001",
        published_at=NOON + timedelta(milliseconds=200),
    )
    return replace(proof, **changes)


def a_source(**changes: Any) -> Source:
    source = Source(
        source_id="mastodon-fr",
        brand_id=BRAND,
        kind="notifications",
        account_id=ACCOUNT,
        due_at=NOON,
        cursor="100",
    )
    return replace(source, **changes)


def a_mention(**changes: Any) -> Mention:
    mention = Mention(
        mention_id="01KM0000000000000000000N01",
        brand_id=BRAND,
        source_id="mastodon-fr",
        account_id=ACCOUNT,
        network="mastodon",
        kind="reply",
        author_handle="@odile@example.org",
        author_name="Odile",
        text="Merci pour la fête !",
        url="http://127.0.0.1:8091/@odile/3001",
        said_at=NOON + timedelta(minutes=5),
        visibility=Visibility.PUBLIC,
        language="fr",
        in_reply_to="2001",
        remote_id="3001",
        author_audience=42,
    )
    return replace(mention, **changes)


def a_private_mention(**changes: Any) -> Mention:
    private: dict[str, Any] = {
        "mention_id": "01KM0000000000000000000N02",
        "kind": "message",
        "text": "Mon numéro est le 555-0100",
        "visibility": Visibility.PRIVATE,
        "remote_id": "3002",
    }
    return a_mention(**(private | changes))


def a_snapshot(**changes: Any) -> Snapshot:
    snapshot = Snapshot(
        brand_id=BRAND,
        account_id=ACCOUNT,
        subject="account",
        taken_on=NOON.date(),
        taken_at=NOON,
        counters={"followers": 120, "posts": 31},
    )
    return replace(snapshot, **changes)


def some_metrics(**changes: Any) -> DayMetrics:
    metrics = DayMetrics(
        brand_id=BRAND,
        account_id=ACCOUNT,
        on=NOON.date(),
        values={"followers": 120, "replies": 0, "views": None},
        computed_at=NOON,
    )
    return replace(metrics, **changes)


def a_measuring(**changes: Any) -> Measuring:
    measuring = Measuring(
        brand_id=BRAND, account_id=ACCOUNT, next_on=date(2027, 3, 21), due_at=NOON
    )
    return replace(measuring, **changes)


def a_recipient(**changes: Any) -> Recipient:
    recipient = Recipient(
        recipient_id="odile",
        brand_id=BRAND,
        address="odile@example.org",
        language="fr",
        zone="America/Toronto",
        hour=time(8),
        due_at=NOON,
        name="Odile",
    )
    return replace(recipient, **changes)


def a_sending(**changes: Any) -> DigestSending:
    sending = DigestSending(
        recipient_id="odile",
        brand_id=BRAND,
        on=NOON.date(),
        state=DigestState.ARMED,
        armed_at=NOON,
    )
    return replace(sending, **changes)
