"""Numbers, days and hours as French and English write them; plurals."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from portevoix.texts import language_of, say

TEXTS = {
    "day_1": ("lundi", "Monday"),
    "day_2": ("mardi", "Tuesday"),
    "day_3": ("mercredi", "Wednesday"),
    "day_4": ("jeudi", "Thursday"),
    "day_5": ("vendredi", "Friday"),
    "day_6": ("samedi", "Saturday"),
    "day_7": ("dimanche", "Sunday"),
    "month_1": ("janvier", "January"),
    "month_2": ("février", "February"),
    "month_3": ("mars", "March"),
    "month_4": ("avril", "April"),
    "month_5": ("mai", "May"),
    "month_6": ("juin", "June"),
    "month_7": ("juillet", "July"),
    "month_8": ("août", "August"),
    "month_9": ("septembre", "September"),
    "month_10": ("octobre", "October"),
    "month_11": ("novembre", "November"),
    "month_12": ("décembre", "December"),
    "day": ("{name} {number} {month}", "{name}, {month} {number}"),
    "first": ("1er", "1"),
    "days": ("du {first} au {last}", "{first} to {last}"),
    "quoted": ("« {words} »", "“{words}”"),
    "unknown": ("inconnu", "unknown"),
}

NO_BREAK = " "
THIN = " "
MINUS = "−"


def number(value: int, language: str) -> str:
    """Return `value` with its thousands apart: `1 248` in French, `1,248` in English."""
    text = f"{abs(value):,}"
    if language_of(language) == "fr":
        text = text.replace(",", THIN)
    return f"{MINUS}{text}" if value < 0 else text


def amount(text: str, language: str) -> str:
    """Return a number that is given as text: `17.0` is `17,0` in French; other text stays."""
    whole, point, decimals = text.partition(".")
    if not whole.isdecimal() or (point and not decimals.isdecimal()):
        return text
    comma = "," if language_of(language) == "fr" else "."
    return number(int(whole), language) + (f"{comma}{decimals}" if point else "")


def change(value: int, language: str) -> str:
    """Return a change with its sign; nothing moved is a plain 0."""
    return f"+{number(value, language)}" if value > 0 else number(value, language)


def counted(code: str, count: int, language: str, **values: object) -> str:
    """Return the sentence `code_one` or `code_many` with `{count}`; French takes 0 for one."""
    is_one = abs(count) == 1 or (count == 0 and language_of(language) == "fr")
    suffix = "one" if is_one else "many"
    return say(f"{code}_{suffix}", language, count=number(count, language), **values)


def day(on: date, language: str) -> str:
    """Return `lundi 22 mars` or `Monday, March 22`."""
    is_first = on.day == 1
    return say(
        "writing.day",
        language,
        name=say(f"writing.day_{on.isoweekday()}", language),
        number=say("writing.first", language) if is_first else on.day,
        month=say(f"writing.month_{on.month}", language),
    )


def days(first: date, last: date, language: str) -> str:
    """Return one day, or the first and the last of several."""
    if first == last:
        return day(first, language)
    return say("writing.days", language, first=day(first, language), last=day(last, language))


def hour(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """Return the hour on the wall of `zone`: `18 h 30`, `8 h`, or `6:30 p.m.`."""
    local = moment.astimezone(zone)
    if language_of(language) == "fr":
        minutes = f"{NO_BREAK}{local.minute:02d}" if local.minute else ""
        return f"{local.hour}{NO_BREAK}h{minutes}"
    half = "a.m." if local.hour < 12 else "p.m."
    return f"{local.hour % 12 or 12}:{local.minute:02d}{NO_BREAK}{half}"


def quoted(words: str, language: str) -> str:
    """Return somebody's words between the quotation marks of the reader's language."""
    return say("writing.quoted", language, words=words)
