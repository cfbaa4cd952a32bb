"""A digest in words: one view from which both the text and the HTML of the mail are made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from portevoix.model.deliveries import Delivery
from portevoix.model.digests import DigestState
from portevoix.model.mentions import Mention
from portevoix.model.times import local_day, zone_of
from portevoix.reporting.facts import DigestFacts, Doubt, Group
from portevoix.reporting.numbers import Table, number_tables
from portevoix.reporting.words import clean, excerpt, safe_url
from portevoix.texts import language_of, say
from portevoix.texts.troubles import explain
from portevoix.texts.writing import counted, day, days, hour, quoted

SUBJECT_MAX = 70
MOST_LINES = 12
"""Lines in one section; the others are counted. (Gmail cuts a mail at 102 KB.)"""
POST_LENGTH = 120
MENTION_LENGTH = 240
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One thing told: what it is, where it stands, why, what to do, and where to see it."""

    title: str
    place: str = ""
    note: str = ""
    action: str = ""
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its lines and tables."""

    heading: str
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class DigestView:
    """A whole digest in one language. Every fact is in here once, for both twins."""

    language: str
    subject: str
    title: str
    covers: str
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    unsubscribe: str
    unsubscribe_url: str


def digest_view(facts: DigestFacts, language: str, unsubscribe_url: str) -> DigestView:
    """Return `facts` in `language`; foreign words are cleaned and shortened here."""
    brand = excerpt(facts.brand.name, NAME_LENGTH)
    period = facts.period
    footer = (
        say("digest.hours_of", language, zone=facts.brand.zone),
        say("digest.why_you", language, brand=brand),
    )
    return DigestView(
        language=language_of(language),
        subject=_subject(facts, language),
        title=say("digest.title", language, brand=brand),
        covers=say("digest.covers", language, days=days(period.first, period.last, language)),
        sections=tuple(_sections(facts, language)),
        footer=footer,
        unsubscribe=say("digest.unsubscribe", language),
        unsubscribe_url=unsubscribe_url,
    )


def _subject(facts: DigestFacts, language: str) -> str:
    """Return what matters most, behind the brand's name, in at most SUBJECT_MAX characters."""
    counts = (
        ("attention", len(facts.attention)),
        ("published", len(facts.published)),
        ("mentions", len(facts.mentions)),
        ("private", facts.privates),
        ("next", len(facts.coming)),
        ("attention", len(facts.doubts)),
    )
    told = [counted(f"digest.{code}", count, language) for code, count in counts if count]
    what = told[0] if told else say("digest.numbers_only", language)
    frame = say("digest.subject", language, brand="", what=what)
    brand = excerpt(facts.brand.name, SUBJECT_MAX - len(frame))
    return say("digest.subject", language, brand=brand, what=what)


def _sections(facts: DigestFacts, language: str) -> Iterator[Section]:
    if facts.attention:
        lines = [_attention_line(group, facts, language) for group in facts.attention]
        yield _section("attention", lines, language)
    if facts.doubts:
        yield _section("doubt", [_doubt_line(doubt, language) for doubt in facts.doubts], language)
    if facts.published:
        lines = [_published_line(group, facts, language) for group in facts.published]
        yield _section("published", lines, language)
    if facts.numbers:
        yield _numbers_section(facts, language)
    if facts.mentions or facts.privates:
        lines = [_mention_line(mention, language) for mention in facts.mentions]
        privates = counted("digest.private", facts.privates, language) if facts.privates else ""
        yield _section("mentions", lines, language, privates)
    if facts.coming:
        lines = [_coming_line(group, facts, language) for group in facts.coming]
        yield _section("next", lines, language)


def _section(code: str, lines: Sequence[Line], language: str, more: str = "") -> Section:
    """Return a section with its first lines, and how many others there are."""
    others = len(lines) - MOST_LINES
    notes = [counted("digest.more", others, language)] if others > 0 else []
    notes += [more] if more else []
    return Section(
        say(f"digest.section_{code}", language), tuple(lines[:MOST_LINES]), more=" · ".join(notes)
    )


def _numbers_section(facts: DigestFacts, language: str) -> Section:
    tables = number_tables(facts.numbers, language)
    is_missing = any(not row.is_known for table in tables for row in table.rows)
    return Section(
        say("digest.section_numbers", language, day=day(facts.period.last, language)),
        tables=tables,
        more=say("digest.missing_note", language) if is_missing else "",
    )


def _attention_line(group: Group, facts: DigestFacts, language: str) -> Line:
    first, trouble = group.first, group.first.trouble
    code = trouble.code if trouble else f"held_{first.hold}" if first.hold else str(first.state)
    note, action = explain(
        code,
        language,
        detail=excerpt(trouble.detail, POST_LENGTH) if trouble else "",
        values=trouble.values if trouble else (),
        where=first.key.account_id,
        state=first.state,
    )
    state = say(f"states.{first.state}", language)
    place = _place("state_line", group, first.moment_at, facts, language, state=state)
    return Line(_title(group, language), place, clean(note), action)


def _published_line(group: Group, facts: DigestFacts, language: str) -> Line:
    first = group.first
    return Line(
        _title(group, language),
        _place("place_line", group, first.published_at or first.moment_at, facts, language),
        url=safe_url(first.url),
        link=say("digest.see", language),
    )


def _coming_line(group: Group, facts: DigestFacts, language: str) -> Line:
    place = _place("place_line", group, group.first.moment_at, facts, language)
    return Line(_title(group, language), place)


def _place(
    code: str, group: Group, at: datetime, facts: DigestFacts, language: str, **values: str
) -> str:
    """Return on which accounts, and when on the brand's wall."""
    zone = zone_of(facts.brand.zone)
    return say(
        f"digest.{code}",
        language,
        accounts=", ".join(group.account_ids),
        day=day(local_day(at, zone), language),
        hour=hour(at, zone, language),
        **values,
    )


def _title(group: Group, language: str) -> str:
    """Return the beginning of what a post says, in the reader's language if it has that one."""
    spoken = [d for d in group.deliveries if _speaks(d, language)] or list(group.deliveries)
    words = excerpt(spoken[0].content.text, POST_LENGTH)
    title = quoted(words, language) if words else say("digest.no_text", language)
    parts = max(delivery.parts for delivery in group.deliveries)
    if parts > 1:
        title += f" ({counted('digest.chain', parts, language)})"
    return title


def _speaks(delivery: Delivery, language: str) -> bool:
    return language_of(delivery.content.language) == language_of(language)


def _mention_line(mention: Mention, language: str) -> Line:
    name = excerpt(mention.author_name or mention.author_handle, NAME_LENGTH)
    handle = excerpt(mention.author_handle, NAME_LENGTH)
    return Line(
        quoted(excerpt(mention.text, MENTION_LENGTH), language),
        say("digest.said_by", language, name=name, handle=handle, account=mention.account_id),
        url=safe_url(mention.url),
        link=say("digest.see_mention", language),
    )


def _doubt_line(doubt: Doubt, language: str) -> Line:
    code = "refused" if doubt.state is DigestState.REFUSED else "in_doubt"
    name = excerpt(doubt.name, NAME_LENGTH)
    return Line(say(f"digest.{code}", language, day=day(doubt.on, language), name=name))
