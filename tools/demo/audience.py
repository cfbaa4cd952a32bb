"""What people say to Rive commune that week, as Toronto tells time; once in private."""

from typing import Any
from zoneinfo import ZoneInfo

from portevoix.model.times import parse_moment

TORONTO = ZoneInfo("America/Toronto")
PRIVATE_WORDS = "Pour les bottes, appelez-moi au 613 555-0142. Ceci reste entre nous."
"""Said in private: it must be in no digest, list or log."""


def _said(at: str, to: str, author: str, text: str, **more: str) -> dict[str, Any]:
    moment = parse_moment(at, TORONTO).isoformat()
    return {"at": moment, "to": to, "author": author, "text": text, **more}


MENTIONS = (
    _said(
        "2027-03-22 09:12",
        "rivecommune",
        "jo",
        "Love the work, mais la carte plante sur mon cell",
        reply_to="Aujourd’hui",
    ),
    _said(
        "2027-03-22 11:05",
        "rivecommune",
        "andree",
        "Vous dites Kanata, mais le ruisseau Watts, c’est Nepean, non?",
        language="fr",
        reply_to="Aujourd’hui",
    ),
    _said(
        "2027-03-22 17:31",
        "commonshore",
        "grumble",
        "So road salt is bad now? Great, let’s all break a hip instead.",
        language="en",
        reply_to="Today is World Water Day",
    ),
    _said(
        "2027-03-23 13:40",
        "commonshore",
        "priya",
        "Is the April 17 cleanup OK for a six-year-old?",
        language="en",
        reply_to="Wanted: 40 pairs",
    ),
    _said(
        "2027-03-23 19:05",
        "rivecommune",
        "marcel",
        PRIVATE_WORDS,
        language="fr",
        visibility="direct",
    ),
    _said(
        "2027-03-24 20:15",
        "rivecommune",
        "solange",
        "J’aimerais faire un don mensuel, où puis-je m’inscrire?",
        language="fr",
    ),
    _said(
        "2027-03-25 08:20",
        "commonshore",
        "teacher8",
        "I teach grade 8 in Rockland, can my class test our creek?",
        language="en",
        reply_to="How do you read a creek",
    ),
)
