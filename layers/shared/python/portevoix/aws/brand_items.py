"""Brands, members, accounts, pauses and tokens in the table."""

from collections.abc import Sequence

from portevoix.aws import keys
from portevoix.aws.items import new_mark, plain_item
from portevoix.aws.shapes import encoded, from_item
from portevoix.aws.table import Table
from portevoix.aws.writes import Write, present, same
from portevoix.model.brands import Account, Brand, Member, Pause, Token, pause_scopes
from portevoix.model.missing import no_account, no_brand, no_token
from portevoix.ports import Gate


class Brands:
    """Implements `ports.BrandStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save_brand(self, brand: Brand) -> None:
        """Write a brand, new or changed."""
        key = keys.brand(brand.brand_id)
        self._table.write(Write(key, item=plain_item(key, brand)))

    def get_brand(self, brand_id: str) -> Brand:
        """Return a brand; raise NotFoundError."""
        item = self._table.get(keys.brand(brand_id))
        if item is None:
            raise no_brand(brand_id)
        return from_item(Brand, item)

    def list_brands(self) -> tuple[Brand, ...]:
        """Return every brand, by id."""
        return tuple(from_item(Brand, item) for item in self._table.query(keys.brands()))

    def save_member(self, member: Member) -> None:
        """Write a member, new or changed."""
        key = keys.member(member.brand_id, member.member_id)
        self._table.write(Write(key, item=plain_item(key, member)))

    def list_members(self, brand_id: str) -> tuple[Member, ...]:
        """Return a brand's members, by id."""
        items = self._table.query(keys.of_brand(brand_id), prefix="MEMBER#")
        return tuple(from_item(Member, item) for item in items)

    def save_account(self, account: Account) -> None:
        """Write an account, new or changed."""
        key = keys.account(account.brand_id, account.account_id)
        self._table.write(Write(key, item=plain_item(key, account)))

    def get_account(self, brand_id: str, account_id: str) -> Account:
        """Return an account; raise NotFoundError."""
        item = self._table.get(keys.account(brand_id, account_id))
        if item is None:
            raise no_account(brand_id, account_id)
        return from_item(Account, item)

    def list_accounts(self, brand_id: str) -> tuple[Account, ...]:
        """Return a brand's accounts, by id."""
        items = self._table.query(keys.of_brand(brand_id), prefix="ACCOUNT#")
        return tuple(from_item(Account, item) for item in items)

    def mark_disconnected(self, account: Account) -> bool:
        """Note that an account must be reconnected; False if that is known, or no longer true.

        Raise NotFoundError. Of several that find out at once, one is told True.
        """
        expected = {
            "needs_reconnection": encoded(False),
            "secret_version": encoded(account.secret_version),
        }
        write = Write(
            keys.account(account.brand_id, account.account_id),
            sets={"needs_reconnection": encoded(True)},
            conditions=(present("pk"), *(same(name, expected) for name in expected)),
            mark=new_mark(),
        )
        refusal = self._table.write(write)
        if refusal is not None and refusal.old[0] is None:
            raise no_account(account.brand_id, account.account_id)
        return refusal is None

    def get_gate(self, brand_id: str, account_id: str) -> Gate:
        """Return pauses and account as they are now; raise NotFoundError without the account."""
        account = keys.account(brand_id, account_id)
        pauses = [keys.pause(scope) for scope in pause_scopes(brand_id, account_id)]
        found = self._table.get_many([account, *pauses])
        if account not in found:
            raise no_account(brand_id, account_id)
        return Gate(
            pauses=tuple(from_item(Pause, found[key]) for key in pauses if key in found),
            account=from_item(Account, found[account]),
        )

    def save_pause(self, pause: Pause) -> None:
        """Stop a scope."""
        key = keys.pause(pause.scope)
        self._table.write(Write(key, item=plain_item(key, pause)))

    def delete_pause(self, scope: str) -> None:
        """Let a scope go on; nothing held is released by it."""
        self._table.delete(Write(keys.pause(scope)))

    def list_pauses(self, brand_id: str, account_ids: Sequence[str] = ()) -> tuple[Pause, ...]:
        """Return the pauses of everything, of the brand, and of these accounts, in that order."""
        scopes = ["*", brand_id, *(f"{brand_id}/{name}" for name in account_ids)]
        wanted = [keys.pause(scope) for scope in scopes]
        found = self._table.get_many(wanted)
        return tuple(from_item(Pause, found[key]) for key in wanted if key in found)

    def save_token(self, token: Token) -> None:
        """Write a token, new or revoked."""
        key = keys.token(token.token_id)
        self._table.write(Write(key, item=plain_item(key, token)))

    def get_token(self, token_id: str) -> Token:
        """Return a token; raise NotFoundError."""
        item = self._table.get(keys.token(token_id))
        if item is None:
            raise no_token(token_id)
        return from_item(Token, item)

    def list_tokens(self) -> tuple[Token, ...]:
        """Return every token, revoked ones too, by id."""
        return tuple(from_item(Token, item) for item in self._table.query(keys.tokens()))
