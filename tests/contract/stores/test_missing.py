"""What is not there is told in the reader's language, by every implementation alike."""

from collections.abc import Callable

import pytest
from portevoix.model.errors import ConflictError, NotFoundError
from portevoix.ports import Change
from portevoix.texts.problems import problem_sentence

from tests.contract.backends import Stores
from tests.factories import ACCOUNT, BRAND, NOON, a_delivery, a_key, a_post

type Ask = Callable[[Stores], object]

QUESTIONS: dict[str, tuple[Ask, str]] = {
    "brand": (lambda s: s.brands.get_brand("rive"), "Il n’y a pas de marque « rive »"),
    "account": (lambda s: s.brands.get_account(BRAND, "m:x"), "pas de compte « m:x »"),
    "gate": (lambda s: s.brands.get_gate(BRAND, "m:x"), "pas de compte « m:x »"),
    "token": (lambda s: s.brands.get_token("K1"), "pas de clé « K1 »"),
    "post": (lambda s: s.posts.read_post("P1"), "pas de publication « P1 »"),
    "delivery": (lambda s: s.posts.get_delivery(a_key(part=2)), f"partie 2, pour « {ACCOUNT} »"),
    "release": (lambda s: s.posts.note_release(a_key(), NOON), f"pour « {ACCOUNT} »"),
    "media": (lambda s: s.posts.get_media(BRAND, "M1"), "pas de média « M1 »"),
    "recipient": (lambda s: s.digests.get_recipient(BRAND, "lea"), "pas de destinataire « lea »"),
    "source": (lambda s: s.listening.get_source(BRAND, "S1"), "source de veille « S1 »"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_not_there_is_told_in_french(stores: Stores, name: str) -> None:
    ask, said = QUESTIONS[name]
    with pytest.raises(NotFoundError) as caught:
        ask(stores)
    [problem] = caught.value.problems
    assert said in problem_sentence(problem, "fr").replace("\u00a0", " ")
    assert problem_sentence(problem, "en")


def test_what_changed_meanwhile_is_told_in_french(stores: Stores) -> None:
    stored = a_delivery()
    stores.posts.save_post(a_post(), (stored,))
    other = stored.with_changes(fence=stored.fence + 1)
    stores.posts.change_deliveries([Change(stored, other)])
    with pytest.raises(ConflictError) as caught:
        stores.posts.change_deliveries([Change(stored, other)])
    [problem] = caught.value.problems
    assert "plus rapide" in problem_sentence(problem, "fr")
