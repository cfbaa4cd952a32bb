from dataclasses import replace

import pytest
from portevoix.model.errors import NotFoundError

from tests.contract.backends import Stores
from tests.factories import (
    ACCOUNT,
    BRAND,
    NOON,
    OTHER_ACCOUNT,
    a_brand,
    a_member,
    a_pause,
    a_token,
    an_account,
)


def test_a_brand_comes_back_as_it_was_saved(stores: Stores) -> None:
    stores.brands.save_brand(a_brand())
    assert stores.brands.get_brand(BRAND) == a_brand()


def test_a_brand_saved_again_is_replaced(stores: Stores) -> None:
    stores.brands.save_brand(a_brand())
    stores.brands.save_brand(a_brand(name="Rive commune !"))
    assert stores.brands.list_brands() == (a_brand(name="Rive commune !"),)


def test_brands_are_listed_by_id(stores: Stores) -> None:
    for name in ("b", "c", "a"):
        stores.brands.save_brand(a_brand(brand_id=name))
    assert [brand.brand_id for brand in stores.brands.list_brands()] == ["a", "b", "c"]


def test_what_is_not_there_is_not_found(stores: Stores) -> None:
    for ask in (
        lambda: stores.brands.get_brand("nobody"),
        lambda: stores.brands.get_account(BRAND, "nobody"),
        lambda: stores.brands.get_token("nobody"),
        lambda: stores.brands.get_gate(BRAND, "nobody"),
        lambda: stores.brands.mark_disconnected(an_account(account_id="nobody")),
    ):
        with pytest.raises(NotFoundError):
            ask()


def test_members_belong_to_their_brand(stores: Stores) -> None:
    stores.brands.save_member(a_member(is_responsible=False))
    stores.brands.save_member(a_member(member_id="ali", brand_id="other"))
    assert stores.brands.list_members(BRAND) == (a_member(is_responsible=False),)


def test_an_account_comes_back_with_its_limits_and_facts(stores: Stores) -> None:
    account = an_account(checked_at=NOON, lead_s=0)
    stores.brands.save_account(account)
    assert stores.brands.get_account(BRAND, ACCOUNT) == account


def test_accounts_are_listed_by_id(stores: Stores) -> None:
    for account in (an_account(), an_account(account_id=OTHER_ACCOUNT)):
        stores.brands.save_account(account)
    stores.brands.save_account(an_account(brand_id="other"))
    listed = stores.brands.list_accounts(BRAND)
    assert [account.account_id for account in listed] == [OTHER_ACCOUNT, ACCOUNT]


def test_only_the_first_who_finds_an_account_disconnected_is_told(stores: Stores) -> None:
    stores.brands.save_account(an_account())
    told = [stores.brands.mark_disconnected(an_account()) for _ in range(2)]
    assert told == [True, False]
    assert stores.brands.get_account(BRAND, ACCOUNT).needs_reconnection


def test_a_refusal_of_the_old_secret_does_not_mark_the_new_connection(stores: Stores) -> None:
    stores.brands.save_account(an_account(secret_version=2))
    assert not stores.brands.mark_disconnected(an_account(secret_version=1))
    assert not stores.brands.get_account(BRAND, ACCOUNT).needs_reconnection


def test_the_gate_has_the_account_and_every_pause_over_it(stores: Stores) -> None:
    stores.brands.save_account(an_account())
    pauses = [a_pause(scope=scope) for scope in ("*", BRAND, f"{BRAND}/{ACCOUNT}")]
    for pause in (*pauses, a_pause(scope="other"), a_pause(scope=f"{BRAND}/{OTHER_ACCOUNT}")):
        stores.brands.save_pause(pause)
    gate = stores.brands.get_gate(BRAND, ACCOUNT)
    assert gate.account == an_account()
    assert list(gate.pauses) == pauses


def test_a_gate_without_pauses_is_open(stores: Stores) -> None:
    stores.brands.save_account(an_account())
    stores.brands.save_pause(a_pause())
    stores.brands.delete_pause(BRAND)
    stores.brands.delete_pause(BRAND)
    assert stores.brands.get_gate(BRAND, ACCOUNT).pauses == ()


def test_pauses_of_a_brand_are_listed_with_those_of_its_accounts(stores: Stores) -> None:
    scopes = ("*", BRAND, f"{BRAND}/{ACCOUNT}", "other")
    for scope in scopes:
        stores.brands.save_pause(a_pause(scope=scope))
    assert [p.scope for p in stores.brands.list_pauses(BRAND)] == ["*", BRAND]
    listed = stores.brands.list_pauses(BRAND, [ACCOUNT, OTHER_ACCOUNT])
    assert [pause.scope for pause in listed] == list(scopes[:3])


def test_a_revoked_token_is_still_listed(stores: Stores) -> None:
    stores.brands.save_token(a_token())
    revoked = replace(a_token(), revoked_at=NOON)
    stores.brands.save_token(revoked)
    stores.brands.save_token(a_token(token_id="all", brand_ids=()))
    assert stores.brands.get_token("cli") == revoked
    assert [token.token_id for token in stores.brands.list_tokens()] == ["all", "cli"]


def test_names_with_odd_characters_are_kept_apart(stores: Stores) -> None:
    names = ["a#b", "a", "a b", "a%23b", "é/ü"]
    for name in names:
        stores.brands.save_account(an_account(account_id=name))
    assert {a.account_id for a in stores.brands.list_accounts(BRAND)} == set(names)
    assert stores.brands.get_account(BRAND, "a#b").account_id == "a#b"


def test_a_lost_answer_is_asked_for_again(real_stores: Stores) -> None:
    assert real_stores.client is not None
    real_stores.brands.save_account(an_account())
    real_stores.client.lose(True)
    assert real_stores.brands.mark_disconnected(an_account())
