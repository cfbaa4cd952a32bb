"""Every key of the one table, and the only place that spells them.

Items (`pk` / `sk`; a name inside a key is escaped, so that `#` always separates):

======================  ==========================  =============================================
pk                      sk                          what
======================  ==========================  =============================================
BRANDS                  <brand>                     Brand
TOKENS                  <token>                     Token
PAUSE#<scope>           PAUSE                       Pause (scope: `*`, a brand, brand/account)
BRAND#<brand>           MEMBER#<member>             Member
BRAND#<brand>           ACCOUNT#<account>           Account
BRAND#<brand>           MEDIA#<media>               Media
BRAND#<brand>           SOURCE#<source>             Source, in the due index
BRAND#<brand>           MEASURING#<account>         Measuring, in the due index
BRAND#<brand>           RECIPIENT#<recipient>       Recipient, in the due index
POST#<post>             POST                        Post
POST#<post>             DELIVERY#<account>#<part>   Delivery, in the due index
MENTION#<brand>#<id>    MENTION                     Mention, expires
METRICS#<brand>#<acc.>  SNAPSHOT#<day>#<subject>    Snapshot
METRICS#<brand>#<acc.>  DAY#<day>                   DayMetrics
DIGESTS#<brand>         <day>#<recipient>           DigestSending
CLOCK                   WATERMARK#<kind>            up to where a kind of work was handed out
======================  ==========================  =============================================

Index `due` (sparse; INCLUDE worker): `due_kind` = <kind>#<shard>, `due_at`. The shard is a stable
hash of the item's own key, so that one item is always in the same one.

Index `listed` (ALL; eventually consistent), `listed_pk` / `listed_sk`:

===========================  ======================  ============================================
POSTS#<brand>                <moment_at>#<post>      posts of a brand by moment
PUBLISHED#<brand>#<account>  <published_at>#<key>    deliveries that are published, by time
ATTENTION#<brand>            <moment_at>#<key>       deliveries in a state of ATTENTION, by moment
MENTIONS#<brand>             <said_at>#<mention>     what was said in public, by time
PRIVATE#<brand>              <said_at>#<mention>     what was not: no public listing reads this key
===========================  ======================  ============================================

Access patterns (never a Scan):

=====================================  ==========================================================
a thing by its names                   GetItem, strongly consistent
a post with its deliveries             one Query of POST#<post>, strongly consistent
before the first byte: pauses+account  one BatchGetItem of four keys, strongly consistent
members, accounts, media, sources,     one Query of BRAND#<brand> with the prefix
recipients of a brand
posts, published, attention, mentions  one Query of `listed` between two moments
what is due                            one Query of `due` a shard, up to a moment, either direction
snapshots of a day, days of a period   one Query of METRICS#<brand>#<account>
digests of a period                    one Query of DIGESTS#<brand>
=====================================  ==========================================================
"""

import zlib
from datetime import date, datetime
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from portevoix.model.deliveries import DeliveryKey
from portevoix.model.due import DueKind
from portevoix.model.times import to_text

DUE_INDEX: Final = "due"
LISTED_INDEX: Final = "listed"


class Key(NamedTuple):
    """The primary key of an item, or of an entry of the `listed` index."""

    pk: str
    sk: str


def _name(text: str) -> str:
    return quote(text, safe=":@.-_~*/+=")


def brands() -> str:
    """Return the partition of all brands."""
    return "BRANDS"


def brand(brand_id: str) -> Key:
    """Return the key of a Brand."""
    return Key(brands(), _name(brand_id))


def tokens() -> str:
    """Return the partition of all tokens."""
    return "TOKENS"


def token(token_id: str) -> Key:
    """Return the key of a Token."""
    return Key(tokens(), _name(token_id))


def pause(scope: str) -> Key:
    """Return the key of a Pause."""
    return Key(f"PAUSE#{_name(scope)}", "PAUSE")


def of_brand(brand_id: str) -> str:
    """Return the partition of what belongs to a brand."""
    return f"BRAND#{_name(brand_id)}"


def member(brand_id: str, member_id: str) -> Key:
    """Return the key of a Member."""
    return Key(of_brand(brand_id), f"MEMBER#{_name(member_id)}")


def account(brand_id: str, account_id: str) -> Key:
    """Return the key of an Account."""
    return Key(of_brand(brand_id), f"ACCOUNT#{_name(account_id)}")


def media(brand_id: str, media_id: str) -> Key:
    """Return the key of a Media."""
    return Key(of_brand(brand_id), f"MEDIA#{_name(media_id)}")


def source(brand_id: str, source_id: str) -> Key:
    """Return the key of a Source."""
    return Key(of_brand(brand_id), f"SOURCE#{_name(source_id)}")


def measuring(brand_id: str, account_id: str) -> Key:
    """Return the key of a Measuring."""
    return Key(of_brand(brand_id), f"MEASURING#{_name(account_id)}")


def recipient(brand_id: str, recipient_id: str) -> Key:
    """Return the key of a Recipient."""
    return Key(of_brand(brand_id), f"RECIPIENT#{_name(recipient_id)}")


def of_post(post_id: str) -> str:
    """Return the partition of a post and its deliveries."""
    return f"POST#{_name(post_id)}"


def post(post_id: str) -> Key:
    """Return the key of a Post."""
    return Key(of_post(post_id), "POST")


def delivery(key: DeliveryKey) -> Key:
    """Return the key of a Delivery."""
    return Key(of_post(key.post_id), f"DELIVERY#{_name(key.account_id)}#{key.part:03d}")


def mention(brand_id: str, mention_id: str) -> Key:
    """Return the key of a Mention."""
    return Key(f"MENTION#{_name(brand_id)}#{_name(mention_id)}", "MENTION")


def metrics(brand_id: str, account_id: str) -> str:
    """Return the partition of an account's counters and days."""
    return f"METRICS#{_name(brand_id)}#{_name(account_id)}"


def snapshots_of(on: date) -> str:
    """Return the prefix of a day's snapshots."""
    return f"SNAPSHOT#{on.isoformat()}#"


def snapshot(brand_id: str, account_id: str, on: date, subject: str) -> Key:
    """Return the key of a Snapshot."""
    return Key(metrics(brand_id, account_id), f"{snapshots_of(on)}{_name(subject)}")


def day(brand_id: str, account_id: str, on: date) -> Key:
    """Return the key of a DayMetrics."""
    return Key(metrics(brand_id, account_id), f"DAY#{on.isoformat()}")


def digests(brand_id: str) -> str:
    """Return the partition of a brand's digests."""
    return f"DIGESTS#{_name(brand_id)}"


def digest(brand_id: str, recipient_id: str, on: date) -> Key:
    """Return the key of a DigestSending."""
    return Key(digests(brand_id), f"{on.isoformat()}#{_name(recipient_id)}")


def watermark(kind: DueKind) -> Key:
    """Return the key of a watermark."""
    return Key("CLOCK", f"WATERMARK#{kind.value}")


def due_kind(kind: DueKind, shard: int) -> str:
    """Return the partition of the due index for one shard."""
    return f"{kind.value}#{shard}"


def shard_of(key: Key, shards: int) -> int:
    """Return the shard of an item: the same in every process, whatever the state of the item."""
    return zlib.crc32(f"{key.pk}|{key.sk}".encode()) % shards


def due_parts(key: Key) -> tuple[str, ...]:
    """Return what names a due item, as `DueItem.parts` has it."""
    owner = unquote(key.pk.partition("#")[2])
    kind, *names = key.sk.split("#")
    if kind == "DELIVERY":
        return (owner, unquote(names[0]), str(int(names[1])))
    return (owner, unquote(names[0]))


def listed_posts(brand_id: str) -> str:
    """Return the list of a brand's posts."""
    return f"POSTS#{_name(brand_id)}"


def listed_published(brand_id: str, account_id: str) -> str:
    """Return the list of what an account published."""
    return f"PUBLISHED#{_name(brand_id)}#{_name(account_id)}"


def listed_attention(brand_id: str) -> str:
    """Return the list of what a member of a brand must know of."""
    return f"ATTENTION#{_name(brand_id)}"


def listed_mentions(brand_id: str) -> str:
    """Return the list of what was said in public to a brand."""
    return f"MENTIONS#{_name(brand_id)}"


def listed_private(brand_id: str) -> str:
    """Return the list of what was said to a brand, not in public."""
    return f"PRIVATE#{_name(brand_id)}"


def listed_at(moment: datetime, *names: str) -> str:
    """Return a place in a list: after all that was before `moment`."""
    return "#".join([to_text(moment), *(_name(name) for name in names)])
