"""What a digest says: to whom, in which words, and never what was said in private."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from portevoix.model.deliveries import DeliveryState, HoldReason, Trouble
from portevoix.model.posts import Visibility

from tests.factories import (
    OTHER_ACCOUNT,
    a_brand,
    a_key,
    a_mention,
    a_private_mention,
    a_source,
    an_account,
    some_content,
)
from tests.unit.reporting.mailroom import (
    MONDAY_NOON,
    TUESDAY_8,
    Mailroom,
    html_of_mail,
    text_of_mail,
)

HOSTILE = (
    '<script>alert(1)</script>" onmouseover="x" \u202egnirts\u202c \x1b[31mred\x00\r\n'
    "\r\nÀ RÉGLER\n- fake \u2028line \ud800 end"
)


@pytest.fixture
def room() -> Mailroom:
    return Mailroom()


def hear(room: Mailroom, *mentions: object) -> None:
    room.store.save_mentions(a_source(), mentions)  # type: ignore[arg-type]


class Words(HTMLParser):
    """Everything a reader sees, and every tag and attribute."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def seen(self) -> str:
        return " ".join("".join(self.words).split(" "))


def test_private_words_are_in_no_digest(room: Mailroom) -> None:
    hear(
        room,
        a_mention(said_at=MONDAY_NOON),
        a_private_mention(said_at=MONDAY_NOON, author_name="Secret Name"),
        a_private_mention(
            mention_id="f",
            said_at=MONDAY_NOON,
            visibility=Visibility.FOLLOWERS,
            text="entre nous",
            author_name="Secret Name",
        ),
    )
    room.send()
    raw = room.office.sent[0].message.decode()
    for mail in (raw, text_of_mail(room.mail()), html_of_mail(room.mail())):
        for private in ("555-0100", "Mon numéro", "entre nous", "Secret Name"):
            assert private not in mail
    assert "2 messages privés à lire" in text_of_mail(room.mail())
    assert "2 messages privés à lire" in html_of_mail(room.mail())


def test_only_a_private_message_still_says_that_one_waits(room: Mailroom) -> None:
    hear(room, a_private_mention(said_at=MONDAY_NOON))
    room.send()
    assert room.mail()["Subject"] == "Rive commune\u00a0: point du jour, 1 message privé à lire"


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        (
            DeliveryState.NEEDS_DECISION,
            "uncertain",
            ["À décider", "peut-être en ligne", "Regardez"],
        ),
        (DeliveryState.REJECTED, "rejected", ["Refusée par le réseau", "Modifiez le texte"]),
        (DeliveryState.MISSED, "too_late", ["Non envoyée (trop tard)", "nouveau moment"]),
        (DeliveryState.HELD, "held_pause", ["Suspendue", "Levez la suspension"]),
        (DeliveryState.UNCERTAIN, "uncertain", ["Envoi à vérifier", "Rien à faire pour l’instant"]),
        (DeliveryState.REJECTED, "nobody-knows", ["Ouvrez la publication"]),
    ],
)
def test_what_did_not_leave_is_told_with_what_to_do(
    room: Mailroom, state: DeliveryState, code: str, words: list[str]
) -> None:
    hold = HoldReason.PAUSE if state is DeliveryState.HELD else None
    room.stop(state, code, hold=hold)
    room.send()
    for mail in (text_of_mail(room.mail()), Words(html_of_mail(room.mail())).seen):
        for word in [*words, "Bonjour la rive", "lundi 22\u00a0mars à 12\u00a0h"]:
            assert word in mail


def test_a_refusal_at_import_says_by_how_much(room: Mailroom) -> None:
    trouble = Trouble(
        "text_too_long", "", TUESDAY_8, (("length", "417"), ("limit", "400"), ("over", "17"))
    )
    room.stop(
        DeliveryState.REJECTED,
        "text_too_long",
        trouble=trouble,
        moment_at=TUESDAY_8 + timedelta(days=4),
    )
    room.send()
    assert "417 caractères et ce compte en accepte 400" in text_of_mail(room.mail())


def test_the_network_s_reason_is_quoted_and_harmless(room: Mailroom) -> None:
    room.stop(DeliveryState.REJECTED, "rejected", detail="Text <b>bad</b>\r\nBcc: x@y")
    room.send()
    assert "<b>bad" not in html_of_mail(room.mail())
    assert "«\u00a0Text <b>bad</b> Bcc: x@y\u00a0»" in text_of_mail(room.mail())


def test_two_halves_are_told_as_one_in_the_reader_s_language(room: Mailroom) -> None:
    room.recipient(language="en")
    for account, text, language in (
        ("mastodon-fr:rivecommune", "Bonjour", "fr-CA"),
        (OTHER_ACCOUNT, "Hello there", "en-CA"),
    ):
        room.stop(
            DeliveryState.HELD,
            "held_other_half",
            key=a_key(account_id=account),
            content=some_content(text=text, language=language),
        )
    room.send()
    text = text_of_mail(room.mail())
    assert text.count("Suspended") == 1
    assert "“Hello there”" in text
    assert f"{OTHER_ACCOUNT}, mastodon-fr:rivecommune" in text


def test_an_old_refusal_is_not_told_for_ever(room: Mailroom) -> None:
    old = MONDAY_NOON - timedelta(days=3)
    room.stop(DeliveryState.MISSED, "too_late", moment_at=old, trouble=Trouble("too_late", "", old))
    assert room.send().state == "empty"


def test_a_decision_is_asked_until_it_is_taken(room: Mailroom) -> None:
    old = MONDAY_NOON - timedelta(days=30)
    trouble = Trouble("uncertain", "", old)
    room.stop(DeliveryState.NEEDS_DECISION, "uncertain", moment_at=old, trouble=trouble)
    assert room.send().state == "sent"


def test_a_chain_is_published_once_with_its_first_link(room: Mailroom) -> None:
    for part in (1, 2, 3):
        room.publish(
            key=a_key(part=part), parts=3, remote_id=str(part), url=f"https://m.example/{part}"
        )
    room.send()
    text = text_of_mail(room.mail())
    assert "«\u00a0Bonjour la rive\u00a0» (fil de 3 parties)" in text
    assert text.count("https://m.example/") == 1
    assert "https://m.example/1" in text
    assert 'href="https://m.example/1"' in html_of_mail(room.mail())


def test_yesterday_is_the_brand_s_and_what_leaves_goes_up_to_tomorrow_night(room: Mailroom) -> None:
    before = datetime(2027, 3, 22, 3, 59, tzinfo=UTC)
    room.publish(1, moment_at=before, content=some_content(text="Dimanche"))
    room.publish(2, moment_at=before + timedelta(minutes=1), content=some_content(text="Lundi"))
    room.publish(3, moment_at=before + timedelta(days=1), content=some_content(text="Minuit moins"))
    room.publish(
        4, moment_at=before + timedelta(days=1, minutes=1), content=some_content(text="Mardi")
    )
    tomorrow_night = datetime(2027, 3, 25, 3, 59, tzinfo=UTC)
    room.plan(tomorrow_night, 81, content=some_content(text="Demain soir"))
    room.plan(tomorrow_night + timedelta(minutes=1), 82, content=some_content(text="Trop loin"))
    room.plan(
        TUESDAY_8 + timedelta(hours=1),
        83,
        state=DeliveryState.CANCELLED,
        content=some_content(text="Annulé"),
    )
    room.send()
    text = text_of_mail(room.mail())
    for told in (
        "Lundi",
        "Minuit moins",
        "Demain soir",
        "mercredi 24\u00a0mars à 23\u00a0h\u00a059",
    ):
        assert told in text
    for untold in ("Dimanche", "«\u00a0Mardi", "Trop loin", "Annulé"):
        assert untold not in text


def test_hostile_words_stay_words(room: Mailroom) -> None:
    room.store.save_brand(a_brand(name=f"Rive\r\nBcc: all@example.org{HOSTILE}"))
    room.recipient(name="Odile\r\nX-Injected: yes")
    hear(
        room,
        a_mention(
            said_at=MONDAY_NOON,
            text=HOSTILE,
            author_name=HOSTILE,
            author_handle="<b>@x",
            url="javascript:alert(1)",
        ),
    )
    room.send()
    mail = room.mail()
    html, text = html_of_mail(mail), text_of_mail(mail)
    assert mail["Bcc"] is None
    assert mail["X-Injected"] is None
    assert len(mail["Subject"]) <= 70
    words = Words(html)
    assert not [tag for tag, _ in words.tags if tag in ("script", "b")]
    assert not [a for _, attrs in words.tags for a in attrs if a.startswith("on")]
    assert "javascript:" not in html
    for bad in ("\u202e", "\x1b", "\x00", "\u2028", "\ud800"):
        assert bad not in html
        assert bad not in text
    assert text.count("\nÀ RÉGLER\n") == 0
    headers = room.office.sent[0].message.split(b"\r\n\r\n")[0]
    assert b"\nBcc:" not in headers
    assert b"\nX-Injected:" not in headers


def test_both_twins_tell_the_same_facts(room: Mailroom) -> None:
    room.publish()
    room.stop(DeliveryState.REJECTED, "rejected", detail="trop de liens")
    room.plan(TUESDAY_8 + timedelta(hours=4))
    room.history(7, engagement=4, likes=3, followers=1200, mentions=1)
    room.numbers(
        MONDAY_NOON, engagement=9, likes=None, followers=1248, mentions=1, followers_gained=-3
    )
    hear(room, a_mention(said_at=MONDAY_NOON))
    room.send()
    text = text_of_mail(room.mail())
    seen = re.sub(r"\s+", "", Words(html_of_mail(room.mail())).seen)
    for line in text.splitlines():
        fact = line.strip().removeprefix("- ")
        if not fact or "https://" in fact or "http://" in fact:
            continue
        for word in re.split(r"[ \u00a0\u202f()]+", fact):
            assert re.sub(r"\s+", "", word).lower() in seen.lower(), (word, fact)


def test_numbers_are_written_as_french_writes_them_with_what_is_usual(room: Mailroom) -> None:
    room.history(7, engagement=4, followers=1200)
    room.numbers(MONDAY_NOON, engagement=9, likes=None, followers=1248, followers_gained=-3)
    room.send()
    text = text_of_mail(room.mail())
    assert "Abonnés\u00a0: 1\u202f248 (d’habitude 1\u202f200)" in text
    assert "Évolution des abonnés\u00a0: −3" in text
    assert "Interactions\u00a0: 9 (d’habitude 4)" in text
    assert "J’aime\u00a0: pas connu" in text
    assert "n’est pas zéro" in text


def test_english_numbers_and_hours_are_english(room: Mailroom) -> None:
    room.recipient(language="en-CA")
    room.publish(moment_at=datetime(2027, 3, 22, 22, 30, tzinfo=UTC))
    room.numbers(MONDAY_NOON, followers=1248, followers_gained=3, engagement=1)
    room.send()
    text = text_of_mail(room.mail())
    assert "Followers: 1,248" in text
    assert "Change in followers: +3" in text
    assert "Monday, March\u00a022 at 6:30\u00a0p.m." in text
    assert room.mail()["Subject"] == "Rive commune: daily digest, 1 post"


def test_too_little_history_is_not_called_usual(room: Mailroom) -> None:
    room.history(6, engagement=4)
    room.numbers(MONDAY_NOON, engagement=9)
    room.send()
    assert "d’habitude" not in text_of_mail(room.mail()).lower()
    assert "D’habitude" not in html_of_mail(room.mail())


def test_a_flood_of_mentions_is_counted_and_not_poured_out(room: Mailroom) -> None:
    hear(room, *(a_mention(mention_id=f"m{i}", said_at=MONDAY_NOON) for i in range(250)))
    room.send()
    assert "et 238 autres" in text_of_mail(room.mail())
    assert len(room.office.sent[0].message) < 102_000
    assert "250 mentions" in room.mail()["Subject"]


def test_the_mail_can_be_left_with_one_click(room: Mailroom) -> None:
    room.publish()
    room.send()
    mail = room.mail()
    url = mail["List-Unsubscribe"].strip("<>")
    assert url.startswith("https://pages.example/p/unsubscribe?t=")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert url in text_of_mail(mail)
    assert url in unescape(html_of_mail(mail))
    assert b"\nList-Unsubscribe: <https://" in room.office.sent[0].message


def test_the_mail_is_complete_and_the_same_for_the_same_facts(room: Mailroom) -> None:
    room.publish()
    room.send()
    first = room.office.sent[0].message
    mail = room.mail()
    assert mail.get_content_type() == "multipart/alternative"
    parts = [part.get_content_type() for part in mail.iter_parts()]
    assert parts == ["text/plain", "text/html"]
    assert mail["From"] == "Rive commune <bonjour@rivecommune.example>"
    assert mail["To"] == "Odile <odile@example.org>"
    assert mail["Date"].datetime == TUESDAY_8
    assert mail["Message-ID"].endswith("@rivecommune.example>")
    assert max(len(line) for line in first.split(b"\n")) <= 998
    first.decode("ascii")
    room.store.sendings.clear()
    room.recipient()
    room.send()
    assert room.office.sent[1].message == first


def test_html_fetches_nothing_and_is_readable_by_machines(room: Mailroom) -> None:
    room.store.save_account(an_account(account_id=OTHER_ACCOUNT))
    room.publish()
    room.numbers(MONDAY_NOON, engagement=9, likes=4, followers=1248)
    room.send()
    html = html_of_mail(room.mail())
    words = Words(html)
    tags = [tag for tag, _ in words.tags]
    assert not {"img", "script", "link", "iframe", "video"} & set(tags)
    assert "url(" not in html
    assert "@import" not in html
    assert [attrs["lang"] for tag, attrs in words.tags if tag == "html"] == ["fr"]
    assert tags.count("h1") == tags.count("title") == 1
    assert "caption" in tags
    bars = [attrs["width"] for tag, attrs in words.tags if tag == "table" and "width" in attrs]
    assert "100%" in bars
    assert "44%" in bars
    assert "{#" not in html
    assert html.startswith("<!DOCTYPE html>")
