"""With DynamoDB Local, what the stack holds is there again at the next start."""

from pathlib import Path

import pytest

from tests.integration.local.conftest import TOY
from tools.local.clock import StackClock
from tools.local.options import StackOptions
from tools.local.stack import LocalStack
from tools.local.state import client, find_dynamodb_local


@pytest.mark.dynamodb_local
def test_items_parameters_and_ports_are_kept_between_runs(tmp_path: Path) -> None:
    if find_dynamodb_local() is None:
        pytest.skip("DynamoDB Local is not there: `make setup` with Node and Java 17")
    options = StackOptions(
        template=TOY, database="dynamodb_local", stable_ports=True, schedules_run=False
    )
    addresses, keys = [], []
    for run in range(2):
        with LocalStack(tmp_path, clock=StackClock.real(), options=options) as stack:
            assert stack.servers.keeps_items
            assert "PORTEVOIX_CLOCK_URL" not in stack.environment
            addresses.append((stack.api_url, stack.servers.ports))
            ssm = client("ssm", stack.servers.moto_url)
            key = ssm.get_parameter(Name="/portevoix/local/signing-key", WithDecryption=True)
            keys.append(key["Parameter"]["Value"])
            table = client("dynamodb", stack.servers.dynamodb_url)
            if run == 0:
                item = {"pk": {"S": "a"}, "sk": {"S": "b"}}
                table.put_item(TableName="local-Table", Item=item)
            assert table.scan(TableName="local-Table")["Count"] == 1
    assert keys[0] == keys[1]
    assert addresses[0] == addresses[1]
