"""A delivery's state and trouble as words that a person reads."""

from portevoix.model.deliveries import DeliveryState, HoldReason, Trouble
from portevoix.model.errors import Problem
from portevoix.texts import say
from portevoix.texts.problems import TEXTS, problem_sentence


def state_words(state: DeliveryState, language: str) -> str:
    """Return where a delivery stands."""
    return say(f"states.{state}", language)


def hold_words(reason: HoldReason, language: str) -> str:
    """Return why a delivery is suspended."""
    return say(f"states.held_{reason}", language)


def trouble_sentence(trouble: Trouble, where: str, language: str) -> str:
    """Return what went wrong and what to do; `where` is the account's id."""
    if trouble.code in TEXTS:
        return problem_sentence(Problem(trouble.code, where, trouble.values), language)
    values = {"where": where, "detail": trouble.detail, **dict(trouble.values)}
    return say(f"troubles.{trouble.code}", language, **values)
