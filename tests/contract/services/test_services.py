"""Queue, functions, media and secrets over moto."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws
from portevoix.aws.clients import Clients
from portevoix.aws.credentials import SsmCredentials
from portevoix.aws.media import S3MediaObjects, object_key
from portevoix.aws.queue import SqsDeliveryQueue
from portevoix.aws.workers import LambdaWorkers
from portevoix.model.errors import ConfigurationError, NotFoundError, StoreUnavailableError
from portevoix.ports import Wake
from portevoix.settings import Settings

from tests.factories import BRAND, NOON, a_key, a_media, an_account

PREFIX = "/portevoix/stack"


@pytest.fixture
def clients() -> Iterator[Clients]:
    with mock_aws():
        yield Clients(Settings(table="t"))


def make_queue(clients: Clients) -> str:
    return clients.sqs.create_queue(QueueName="deliveries")["QueueUrl"]


def bodies(clients: Clients, url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while batch := clients.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        found.extend(json.loads(message["Body"]) for message in batch)
    return found


def test_more_than_ten_messages_go_in_batches(clients: Clients) -> None:
    url = make_queue(clients)
    wakes = [Wake(a_key(part=part)) for part in range(1, 24)]
    SqsDeliveryQueue(clients.sqs, url).send(wakes)
    parts = [body["part"] for body in bodies(clients, url)]
    assert sorted(parts) == list(range(1, 24))


def test_a_message_holds_names_and_nothing_else(clients: Clients) -> None:
    url = make_queue(clients)
    SqsDeliveryQueue(clients.sqs, url).send([Wake(a_key())])
    key = a_key()
    expected = {"post_id": key.post_id, "account_id": key.account_id, "part": 1}
    assert bodies(clients, url) == [expected]


def test_a_delayed_message_is_not_there_yet(clients: Clients) -> None:
    url = make_queue(clients)
    SqsDeliveryQueue(clients.sqs, url).send([Wake(a_key(), delay_s=900)])
    assert bodies(clients, url) == []


@pytest.mark.parametrize("delay", [-1, 901])
def test_a_delay_that_the_queue_does_not_know_is_a_defect(clients: Clients, delay: int) -> None:
    with pytest.raises(ValueError, match="900"):
        SqsDeliveryQueue(clients.sqs, make_queue(clients)).send([Wake(a_key(), delay_s=delay)])


def test_nothing_to_send_asks_nobody(clients: Clients) -> None:
    SqsDeliveryQueue(clients.sqs, "http://nowhere.test/queue").send([])


def test_a_missing_queue_names_its_setting(clients: Clients) -> None:
    url = make_queue(clients).replace("deliveries", "others")
    with pytest.raises(ConfigurationError, match="PORTEVOIX_QUEUE_URL"):
        SqsDeliveryQueue(clients.sqs, url).send([Wake(a_key())])


class PartialQueue:
    """A client whose queue takes all but the last message of a batch."""

    def send_message_batch(self, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803
        return {"Failed": [{"Id": Entries[-1]["Id"], "Code": "InternalError"}]}


def test_a_batch_that_was_not_taken_whole_is_an_error() -> None:
    queue = SqsDeliveryQueue(PartialQueue(), "http://queue.test")  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailableError, match="1 of 2"):
        queue.send([Wake(a_key()), Wake(a_key(part=2))])


class NotingLambda:
    """A client that notes invocations."""

    def __init__(self) -> None:
        self.invoked: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.invoked.append(request)
        return {"StatusCode": 202}


def test_a_worker_is_invoked_without_waiting() -> None:
    client = NotingLambda()
    workers = LambdaWorkers(client, {"poll": "stack-poll"})  # type: ignore[arg-type]
    workers.invoke("poll", {"source_ids": [["b", "s"]]})
    assert client.invoked == [
        {
            "FunctionName": "stack-poll",
            "InvocationType": "Event",
            "Payload": b'{"source_ids": [["b", "s"]]}',
        }
    ]


def test_a_worker_without_a_function_names_its_setting(clients: Clients) -> None:
    workers = LambdaWorkers(clients.lambda_, {"poll": "", "digest": "nowhere"})
    for worker in ("poll", "digest"):
        with pytest.raises(ConfigurationError, match=f"PORTEVOIX_{worker.upper()}_FUNCTION"):
            workers.invoke(worker, {})


@pytest.fixture
def media_objects(clients: Clients) -> S3MediaObjects:
    clients.s3.create_bucket(
        Bucket="media", CreateBucketConfiguration={"LocationConstraint": "ca-central-1"}
    )
    return S3MediaObjects(clients.s3, "media")


def test_bytes_come_back_as_they_were_stored(media_objects: S3MediaObjects) -> None:
    media_objects.put(a_media(), b"png")
    assert media_objects.read(a_media()) == b"png"
    assert media_objects.size(a_media()) == 3


def test_bytes_that_were_not_uploaded_are_not_there(media_objects: S3MediaObjects) -> None:
    assert media_objects.size(a_media()) is None
    with pytest.raises(NotFoundError):
        media_objects.read(a_media())


def test_a_missing_bucket_names_its_setting(clients: Clients) -> None:
    with pytest.raises(ConfigurationError, match="PORTEVOIX_MEDIA_BUCKET"):
        S3MediaObjects(clients.s3, "nowhere").put(a_media(), b"png")


def test_an_upload_form_takes_this_file_alone(media_objects: S3MediaObjects) -> None:
    media = a_media()
    form = media_objects.upload_form(media, NOON)
    policy = json.loads(base64.b64decode(form.fields["policy"]))
    conditions = policy["conditions"]
    assert ["content-length-range", media.byte_size, media.byte_size] in conditions
    assert {"Content-Type": "image/png"} in conditions
    assert {"key": object_key(media)} in conditions
    assert form.fields["key"] == f"media/{BRAND}/{media.media_id}/affiche.png"
    assert form.fields["Content-Type"] == "image/png"
    assert form.url.startswith("https://")


def test_a_file_name_cannot_leave_its_folder() -> None:
    key = object_key(a_media(file_name="../../x/y.png"))
    assert key.count("/") == 3


def test_a_secret_is_read_in_the_version_that_the_account_names(clients: Clients) -> None:
    credentials = SsmCredentials(clients.ssm, PREFIX)
    account = an_account()
    versions = [
        credentials.save_account_secret(BRAND, account.account_id, secret)
        for secret in ("first", "second")
    ]
    assert versions == [1, 2]
    fresh = SsmCredentials(clients.ssm, PREFIX)
    assert fresh.account_secret(an_account(secret_version=1)) == "first"
    assert fresh.account_secret(an_account(secret_version=2)) == "second"


def test_a_secret_is_encrypted_under_the_prefix(clients: Clients) -> None:
    name = "mastodon-fr:rive@example.org"
    SsmCredentials(clients.ssm, PREFIX).save_account_secret(BRAND, name, "first")
    (stored,) = clients.ssm.describe_parameters()["Parameters"]
    assert stored["Name"] == f"{PREFIX}/accounts/{BRAND}/mastodon-fr.rive-at-example.org"
    assert stored["Type"] == "SecureString"


def test_what_was_read_is_kept(clients: Clients) -> None:
    credentials = SsmCredentials(clients.ssm, PREFIX)
    name = f"{PREFIX}/signing-key"
    clients.ssm.put_parameter(Name=name, Value="key", Type="SecureString")
    assert credentials.signing_key() == b"key"
    clients.ssm.delete_parameter(Name=name)
    assert credentials.signing_key() == b"key"


def test_a_missing_secret_says_what_to_do(clients: Clients) -> None:
    credentials = SsmCredentials(clients.ssm, PREFIX)
    with pytest.raises(ConfigurationError, match="signing-key"):
        credentials.signing_key()
    with pytest.raises(ConfigurationError, match="portevoix account add"):
        credentials.account_secret(an_account())
    credentials.save_account_secret(BRAND, an_account().account_id, "first")
    with pytest.raises(ConfigurationError, match="portevoix account add"):
        credentials.account_secret(an_account(secret_version=7))
