"""Brands, members, accounts, pauses and tokens in memory."""

from collections.abc import Sequence
from dataclasses import replace

from portevoix.model.brands import Account, Brand, Member, Pause, Token, pause_scopes
from portevoix.model.missing import no_account, no_brand, no_token
from portevoix.ports import Gate

from tests.fakes.faults import Faulty, verb
from tests.fakes.keeping import kept


class FakeBrands(Faulty):
    """Implements `ports.BrandStore`."""

    def __init__(self) -> None:
        super().__init__()
        self.brands: dict[str, Brand] = {}
        self.members: dict[tuple[str, str], Member] = {}
        self.accounts: dict[tuple[str, str], Account] = {}
        self.pauses: dict[str, Pause] = {}
        self.tokens: dict[str, Token] = {}

    @verb
    def save_brand(self, brand: Brand) -> None:
        self.brands[brand.brand_id] = kept(brand)

    @verb
    def get_brand(self, brand_id: str) -> Brand:
        if brand_id not in self.brands:
            raise no_brand(brand_id)
        return self.brands[brand_id]

    @verb
    def list_brands(self) -> tuple[Brand, ...]:
        return tuple(self.brands[name] for name in sorted(self.brands))

    @verb
    def save_member(self, member: Member) -> None:
        self.members[member.brand_id, member.member_id] = kept(member)

    @verb
    def list_members(self, brand_id: str) -> tuple[Member, ...]:
        return tuple(m for key, m in sorted(self.members.items()) if key[0] == brand_id)

    @verb
    def save_account(self, account: Account) -> None:
        self.accounts[account.brand_id, account.account_id] = kept(account)

    @verb
    def get_account(self, brand_id: str, account_id: str) -> Account:
        return self._account(brand_id, account_id)

    def _account(self, brand_id: str, account_id: str) -> Account:
        if (brand_id, account_id) not in self.accounts:
            raise no_account(brand_id, account_id)
        return self.accounts[brand_id, account_id]

    @verb
    def list_accounts(self, brand_id: str) -> tuple[Account, ...]:
        return tuple(a for key, a in sorted(self.accounts.items()) if key[0] == brand_id)

    @verb
    def mark_disconnected(self, account: Account) -> bool:
        stored = self._account(account.brand_id, account.account_id)
        if stored.needs_reconnection or stored.secret_version != account.secret_version:
            return False
        key = account.brand_id, account.account_id
        self.accounts[key] = replace(stored, needs_reconnection=True)
        return True

    @verb
    def get_gate(self, brand_id: str, account_id: str) -> Gate:
        scopes = pause_scopes(brand_id, account_id)
        pauses = tuple(self.pauses[scope] for scope in scopes if scope in self.pauses)
        return Gate(pauses, self._account(brand_id, account_id))

    @verb
    def save_pause(self, pause: Pause) -> None:
        self.pauses[pause.scope] = kept(pause)

    @verb
    def delete_pause(self, scope: str) -> None:
        self.pauses.pop(scope, None)

    @verb
    def list_pauses(self, brand_id: str, account_ids: Sequence[str] = ()) -> tuple[Pause, ...]:
        scopes = ["*", brand_id, *(f"{brand_id}/{name}" for name in account_ids)]
        return tuple(self.pauses[scope] for scope in scopes if scope in self.pauses)

    @verb
    def save_token(self, token: Token) -> None:
        self.tokens[token.token_id] = kept(token)

    @verb
    def get_token(self, token_id: str) -> Token:
        if token_id not in self.tokens:
            raise no_token(token_id)
        return self.tokens[token_id]

    @verb
    def list_tokens(self) -> tuple[Token, ...]:
        return tuple(self.tokens[name] for name in sorted(self.tokens))
