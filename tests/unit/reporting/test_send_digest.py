"""Sending: nobody twice, nothing lost, nothing when there is nothing, at the recipient's hour."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from portevoix.model.digests import DigestState
from portevoix.model.errors import (
    ConfigurationError,
    NotSentError,
    RejectedError,
    StoreUnavailableError,
    UnknownOutcomeError,
)
from portevoix.reporting.digest import LEASE, RETRY, SendState, send_digests

from tests.factories import BRAND, a_mention, a_source
from tests.fakes.mailer import MailFault
from tests.unit.reporting.mailroom import MONDAY_NOON, SENDER, TUESDAY_8, Mailroom, text_of_mail

MONDAY = date(2027, 3, 22)


@pytest.fixture
def room() -> Mailroom:
    return Mailroom()


def test_a_digest_leaves_once_and_waits_for_the_next_day(room: Mailroom) -> None:
    room.publish()
    outcome = room.send()
    assert (outcome.state, outcome.on) == (SendState.SENT, MONDAY)
    (mail,) = room.office.sent
    assert (mail.sender, mail.recipient) == (SENDER, "odile@example.org")
    (sending,) = room.digests()
    assert (sending.state, sending.message_id) == (DigestState.SENT, "message-1")
    recipient = room.store.get_recipient(BRAND, "odile")
    assert recipient.due_at == TUESDAY_8 + timedelta(days=1)
    assert recipient.lease_until is None


def test_nobody_receives_it_twice(room: Mailroom) -> None:
    room.publish()
    room.send()
    assert room.send().state is SendState.SKIPPED
    room.recipient(due_at=TUESDAY_8)
    assert room.send().state is SendState.ALREADY
    assert len(room.office.sent) == 1


def test_two_workers_at_once_send_one_mail(room: Mailroom) -> None:
    room.publish()
    inner = room.mailer

    class Meanwhile:
        def send(self, message: bytes, *, sender: str, recipient: str) -> str:
            room.mailer = inner
            assert room.send().state is SendState.WAITING
            return inner.send(message, sender=sender, recipient=recipient)

    room.mailer = Meanwhile()
    assert room.send().state is SendState.SENT
    assert len(room.office.sent) == 1


def test_nothing_is_sent_when_there_is_nothing(room: Mailroom) -> None:
    room.numbers(MONDAY_NOON, followers=120, followers_gained=0, engagement=0)
    assert room.send().state is SendState.EMPTY
    assert room.office.sent == []
    assert [sending.state for sending in room.digests()] == [DigestState.EMPTY]
    assert room.store.get_recipient(BRAND, "odile").due_at == TUESDAY_8 + timedelta(days=1)


def test_numbers_that_moved_are_something(room: Mailroom) -> None:
    room.numbers(MONDAY_NOON, followers=120, followers_gained=-2, engagement=0)
    assert room.send().state is SendState.SENT


def test_what_provably_did_not_leave_is_sent_later(room: Mailroom) -> None:
    room.publish()
    room.office.faults.append(MailFault(NotSentError("refused")))
    assert room.send().state is SendState.NOT_SENT
    assert room.digests() == []
    waiting = room.send()
    assert (waiting.state, waiting.again_at) == (SendState.WAITING, TUESDAY_8 + RETRY)
    room.clock.advance(15 * 60)
    assert room.send().state is SendState.SENT
    assert room.store.get_recipient(BRAND, "odile").due_at == TUESDAY_8 + timedelta(days=1)


def test_a_digest_tried_again_past_midnight_is_still_the_same_one(room: Mailroom) -> None:
    room.recipient(hour=time(23, 50), due_at=datetime(2027, 3, 24, 3, 50, tzinfo=UTC))
    room.clock.set(datetime(2027, 3, 24, 3, 50, tzinfo=UTC))
    room.publish()
    room.office.faults.append(MailFault(NotSentError("refused")))
    room.send()
    room.clock.advance(15 * 60)
    outcome = room.send()
    assert (outcome.state, outcome.on) == (SendState.SENT, MONDAY)


def test_an_unknown_outcome_is_told_and_never_sent_again(room: Mailroom) -> None:
    room.publish()
    room.office.faults.append(MailFault(UnknownOutcomeError("time-out"), is_sent=True))
    assert room.send().state is SendState.IN_DOUBT
    room.due_again()
    assert room.send().state is SendState.SENT
    assert len(room.office.sent) == 2
    assert "n’a peut-être pas été reçu" in text_of_mail(room.mail())
    assert room.mail()["Subject"] == "Rive commune\u00a0: point du jour, 1 point à régler"


def test_a_worker_that_dies_while_sending_leaves_a_doubt(room: Mailroom) -> None:
    room.publish()
    room.store.fail("record_digest", times=1)
    with pytest.raises(StoreUnavailableError):
        room.send()
    assert [sending.state for sending in room.digests()] == [DigestState.ARMED]
    room.clock.advance(LEASE.total_seconds())
    assert room.send().state is SendState.ALREADY
    assert [sending.state for sending in room.digests()] == [DigestState.IN_DOUBT]
    assert len(room.office.sent) == 1


def test_a_lost_answer_of_the_arm_sends_nothing_blindly(room: Mailroom) -> None:
    room.publish()
    room.store.fail("arm_digest", landed=True)
    with pytest.raises(StoreUnavailableError):
        room.send()
    room.clock.advance(LEASE.total_seconds())
    room.send()
    assert room.office.sent == []
    assert [sending.state for sending in room.digests()] == [DigestState.IN_DOUBT]


def test_a_refused_address_is_recorded_and_told_to_the_others(room: Mailroom) -> None:
    room.publish()
    room.recipient(recipient_id="zoe", address="zoe@example.org", name="Zoé")
    room.office.faults.append(MailFault(RejectedError("bad mailbox", reason="no mailbox")))
    assert room.send("odile").state is SendState.REFUSED
    assert room.send("zoe").state is SendState.SENT
    assert "L’adresse de Odile" in text_of_mail(room.mail())
    assert "odile@example.org" not in text_of_mail(room.mail())


def test_an_unverified_sender_is_said_and_nothing_is_lost(room: Mailroom) -> None:
    room.publish()
    room.office.faults.append(MailFault(ConfigurationError("Verify bonjour@ in SES.")))
    with pytest.raises(ConfigurationError, match="Verify"):
        send_digests([(BRAND, "odile")], room.ports(), room.clock)
    assert room.digests() == []
    room.clock.advance(15 * 60)
    (outcome,) = send_digests([(BRAND, "odile")], room.ports(), room.clock)
    assert outcome.state is SendState.SENT


def test_one_recipient_stops_no_other(room: Mailroom) -> None:
    room.publish()
    room.recipient(recipient_id="zoe", address="zoe@example.org")
    room.office.faults.append(MailFault(ValueError("a surprise")))
    with pytest.raises(ExceptionGroup):
        send_digests([(BRAND, "odile"), (BRAND, "zoe")], room.ports(), room.clock)
    assert len(room.office.to("zoe@example.org")) == 1


def test_an_unsubscribed_recipient_receives_nothing(room: Mailroom) -> None:
    room.publish()
    room.store.unsubscribe(BRAND, "odile", TUESDAY_8)
    assert room.send().state is SendState.SKIPPED
    assert room.send("gone").state is SendState.SKIPPED


def test_who_unsubscribes_while_the_mail_is_made_stays_unsubscribed(room: Mailroom) -> None:
    room.publish()
    collect = room.store.list_attention

    def meanwhile(brand_id: str) -> object:
        room.store.unsubscribe(BRAND, "odile", TUESDAY_8)
        return collect(brand_id)

    room.store.list_attention = meanwhile  # type: ignore[method-assign,assignment]
    assert room.send().state is SendState.SKIPPED
    recipient = room.store.get_recipient(BRAND, "odile")
    assert (room.office.sent, recipient.due_at) == ([], None)
    assert recipient.unsubscribed_at


def test_eight_o_clock_in_paris_is_kept_across_the_clock_change(room: Mailroom) -> None:
    saturday = datetime(2027, 3, 27, 7, tzinfo=UTC)
    room.recipient(zone="Europe/Paris", due_at=saturday)
    for day in (26, 27, 28):
        room.publish(day, moment_at=datetime(2027, 3, day, 16, tzinfo=UTC))
    sent = []
    for _ in range(3):
        sent.append(room.due_again())
        assert room.send().state is SendState.SENT
    assert sent == [
        datetime(2027, 3, 27, 7, tzinfo=UTC),
        datetime(2027, 3, 28, 6, tzinfo=UTC),
        datetime(2027, 3, 29, 6, tzinfo=UTC),
    ]
    assert [sending.on.day for sending in room.digests()] == [26, 27, 28]


def test_a_day_that_no_digest_told_is_told_by_the_next(room: Mailroom) -> None:
    room.publish(1)
    room.send()
    room.publish(2, moment_at=MONDAY_NOON + timedelta(days=1))
    room.publish(3, moment_at=MONDAY_NOON + timedelta(days=2))
    room.clock.set(TUESDAY_8 + timedelta(days=2))
    outcome = room.send()
    assert outcome.on == date(2027, 3, 24)
    text = text_of_mail(room.mail())
    assert "du mardi 23\u00a0mars au mercredi 24\u00a0mars" in text
    assert text.count("Voir la publication") == 2


def test_a_preview_sends_and_writes_nothing(room: Mailroom) -> None:
    room.publish()
    room.store.save_mentions(a_source(), [a_mention(said_at=MONDAY_NOON)])
    room.store.calls.clear()
    subject, html, text = room.preview()
    assert subject == "Rive commune\u00a0: point du jour, 1 publication"
    assert "Bonjour la rive" in html
    assert "Bonjour la rive" in text
    assert all(call.startswith(("get_", "list_", "read_")) for call in room.store.calls)
    assert room.office.sent == []
