"""What the API, the command line and the mails say of a delivery."""

from portevoix.model.deliveries import DeliveryState, Trouble
from portevoix.web.views import delivery_view

from tests.factories import NOON, a_delivery


def test_a_doubt_that_we_still_look_at_asks_nothing_of_a_member() -> None:
    doubt = a_delivery(state=DeliveryState.UNCERTAIN, trouble=Trouble("uncertain", "", NOON))
    view = delivery_view(doubt, "en")["trouble"]
    assert view["code"] == "uncertain"
    assert "Nothing to do for now" in view["message"]
    theirs = doubt.with_changes(state=DeliveryState.NEEDS_DECISION)
    assert "Look at the account" in delivery_view(theirs, "en")["trouble"]["message"]


def test_a_delivery_without_trouble_tells_none() -> None:
    assert delivery_view(a_delivery(), "en")["trouble"] is None
