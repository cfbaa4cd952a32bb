"""A delivery's state and trouble as words that a person reads."""

from portevoix.model.deliveries import Delivery, DeliveryState, HoldReason
from portevoix.texts import say
from portevoix.texts.troubles import explain


def state_words(state: DeliveryState, language: str) -> str:
    """Return where a delivery stands."""
    return say(f"states.{state}", language)


def hold_words(reason: HoldReason, language: str) -> str:
    """Return why a delivery is suspended."""
    return say(f"states.held_{reason}", language)


def trouble_sentence(delivery: Delivery, language: str) -> str:
    """Return what went wrong and what to do; empty without a trouble."""
    trouble = delivery.trouble
    if trouble is None:
        return ""
    said = explain(
        trouble.code,
        language,
        detail=trouble.detail,
        values=trouble.values,
        where=delivery.key.account_id,
        state=delivery.state,
    )
    return " ".join(sentence for sentence in said if sentence)
