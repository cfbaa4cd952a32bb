import json
from dataclasses import dataclass

import pytest
from portevoix.aws import keys
from portevoix.aws.items import plain_item
from portevoix.aws.shapes import VERSION, from_item, to_item
from portevoix.aws.writes import difference
from portevoix.model.brands import Brand
from portevoix.model.deliveries import Delivery
from portevoix.model.errors import ConfigurationError

from tests.factories import a_brand, a_delivery, a_record


def test_an_item_says_the_version_of_its_shape() -> None:
    assert to_item(a_brand())["v"] == {"N": str(VERSION)}


def test_an_older_item_without_a_field_or_a_version_is_read_with_the_default() -> None:
    item = to_item(a_delivery())
    for name in ("v", "delivery_class", "parts", "is_pair", "attempts"):
        del item[name]
    read = from_item(Delivery, item)
    assert (read.parts, read.is_pair, read.attempts) == (1, False, 0)


def test_attributes_that_nobody_knows_are_passed_over() -> None:
    item = to_item(a_brand()) | {"motto": {"S": "Ensemble"}}
    assert from_item(Brand, item) == a_brand()


def test_an_item_of_a_newer_shape_is_not_guessed_at() -> None:
    item = plain_item(keys.brand("b"), a_brand()) | {"v": {"N": str(VERSION + 1)}}
    with pytest.raises(ConfigurationError, match="BRANDS/b was written by a newer Portevoix"):
        from_item(Brand, item)


@pytest.mark.parametrize(
    "broken",
    [{"created_at": {"S": "yesterday"}}, {"created_at": {"N": "1"}}],
    ids=["value", "type"],
)
def test_an_item_that_cannot_be_read_names_itself(broken: dict[str, dict[str, str]]) -> None:
    item = plain_item(keys.brand("b"), a_brand()) | broken
    with pytest.raises(ConfigurationError, match="BRANDS/b cannot be read as Brand"):
        from_item(Brand, item)


def test_nothing_empty_is_stored() -> None:
    item = to_item(a_delivery(due_at=None))
    assert not {"due_at", "claim_token", "handles", "record", "remote_id"} & item.keys()


def test_a_frozen_body_is_kept_as_the_text_that_will_be_sent() -> None:
    record = a_record(body={"b": 1, "a": [1.5, None, "é"]})
    stored = to_item(a_delivery(record=record))["record"]["M"]["body"]["S"]
    assert json.loads(stored) == record.body
    assert list(json.loads(stored)) == ["b", "a"]


def test_a_difference_sets_what_is_new_and_removes_what_is_gone() -> None:
    seen = {"a": {"S": "1"}, "b": {"S": "2"}, "c": {"S": "3"}}
    after = {"a": {"S": "1"}, "b": {"S": "9"}, "d": {"S": "4"}}
    assert difference(seen, after) == ({"b": {"S": "9"}, "d": {"S": "4"}}, ("c",))


@dataclass(frozen=True)
class Odd:
    thing: object


def test_a_field_without_a_shape_is_a_defect() -> None:
    with pytest.raises(TypeError, match="No shape"):
        to_item(Odd(1))


def test_an_item_stays_in_one_shard_whatever_its_state() -> None:
    key = keys.delivery(a_delivery().key)
    assert keys.shard_of(key, 4) == keys.shard_of(key, 4)
    shards = {keys.shard_of(keys.brand(str(number)), 4) for number in range(50)}
    assert shards == {0, 1, 2, 3}


def test_the_shard_of_an_item_is_the_same_in_every_process() -> None:
    assert keys.shard_of(keys.Key("POST#1", "DELIVERY#a#001"), 1000) == 853
