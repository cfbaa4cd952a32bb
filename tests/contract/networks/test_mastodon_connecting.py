import pytest
from portevoix.model.brands import DeliveryClass
from portevoix.model.errors import AuthorizationError, InvalidError, UnknownOutcomeError
from portevoix.networks.registry import ConnectorRegistry
from portevoix.networks.session import GuardedSession
from portevoix.texts.problems import problem_sentence

from tests.contract.networks.conftest import Build, Town
from tools.square.faults import HTML, Fault
from tools.square.messages import Response, json_response


def refusal(town: Town, base_url: str = "") -> str:
    """Return the code of the one problem that connecting tells, which has its two sentences."""
    with pytest.raises(InvalidError) as refused:
        town.connector.check_account(base_url or town.running.url, town.secret)
    (problem,) = refused.value.problems
    assert problem_sentence(problem, "fr") != problem_sentence(problem, "en")
    assert town.secret not in str(refused.value)
    return problem.code


def test_a_check_says_who_we_are_and_what_the_server_accepts(town: Town) -> None:
    facts = town.connector.check_account(town.running.url, town.secret)

    assert facts.handle == f"@rivecommune@127.0.0.1:{town.running.port}"
    assert facts.remote_id == town.member.id
    assert facts.url == f"{town.running.url}/@rivecommune"
    assert facts.delivery_class is DeliveryClass.K3
    limits = facts.limits
    assert (limits.text_max, limits.url_length, limits.media_max) == (400, 23, 4)
    assert (limits.counting, limits.counts_mention_domains) == ("graphemes", False)
    assert (limits.alt_text_max, limits.image_bytes_max) == (1500, 16 * 1024 * 1024)
    assert "image/png" in limits.media_types


def test_a_trailing_slash_changes_nothing(town: Town) -> None:
    facts = town.connector.check_account(f"{town.running.url}/", town.secret)

    assert facts.remote_id == town.member.id


@pytest.mark.parametrize(
    ("software", "version", "delivery_class"),
    [
        ("mastodon", "4.6.4", DeliveryClass.K3),
        ("mastodon", "4.6.4+glitch", DeliveryClass.K3),
        ("hollo", "0.6.0", DeliveryClass.K3),
        ("gotosocial", "0.20.0+git-57cb4fe", DeliveryClass.K1),
        ("takahe", "takahe/0.11.0", DeliveryClass.K1),
        ("pixelfed", "2.7.2 (compatible; Pixelfed 0.12.3)", DeliveryClass.K1),
        ("somethingelse", "4.6.4", DeliveryClass.K1),
    ],
)
def test_only_software_known_to_honour_the_key_may_be_sent_to_again(
    build: Build, software: str, version: str, delivery_class: DeliveryClass
) -> None:
    town = build(software=software, version=version)

    facts = town.connector.check_account(town.running.url, town.secret)

    assert facts.delivery_class is delivery_class
    assert version in facts.software


def test_gotosocial_is_counted_as_it_counts(build: Build) -> None:
    town = build(software="gotosocial", text_max=5000, url_length=25)

    limits = town.connector.check_account(town.running.url, town.secret).limits

    assert (limits.counting, limits.url_length) == ("code_points", None)
    assert limits.counts_mention_domains


@pytest.mark.parametrize(
    ("version", "software"),
    [
        ("2.7.2 (compatible; Pleroma 2.5.0)", "pleroma"),
        ("takahe/0.11.0", "takahe"),
        ("4.6.4", "unknown"),
    ],
)
def test_without_nodeinfo_the_version_says_the_software_and_no_key_is_trusted(
    build: Build, version: str, software: str
) -> None:
    town = build(version=version)
    town.running.faults.add("GET", "/.well-known", Fault("answer", response=HTML))

    facts = town.connector.check_account(town.running.url, town.secret)

    assert facts.software.startswith(software)
    assert facts.delivery_class is DeliveryClass.K1


def test_a_server_of_the_first_version_is_read_too(build: Build) -> None:
    town = build(has_instance_v2=False)

    assert town.connector.check_account(town.running.url, town.secret).limits.text_max == 400


def test_the_token_is_not_shown_to_an_address_before_it_is_known_for_a_server(town: Town) -> None:
    """A wrong address learns nothing: the first requests carry no token."""
    town.running.faults.add("GET", "/api", Fault("answer", response=HTML), times=2)

    assert refusal(town) == "not_a_mastodon_server"

    assert [path for _, path in town.running.faults.requests] == [
        "/api/v2/instance",
        "/api/v1/instance",
    ]


@pytest.mark.parametrize(
    "response",
    [
        HTML,
        json_response({"error": "Not Found"}, 404),
        json_response([]),
        json_response({"version": 3}),
        json_response({"name": "Some other API"}),
        Response(200, b"", "application/json"),
    ],
)
def test_a_server_that_is_something_else_is_told_so(town: Town, response: Response) -> None:
    town.running.faults.add("GET", "/api", Fault("answer", response=response), times=2)

    assert refusal(town) == "not_a_mastodon_server"


def test_an_instance_that_is_down_is_a_doubt_not_a_wrong_address(town: Town) -> None:
    down = Fault("answer", response=json_response({}, 503))
    town.running.faults.add("GET", "/api", down, times=2)

    with pytest.raises(UnknownOutcomeError):
        town.connector.check_account(town.running.url, town.secret)


def test_an_address_that_leads_elsewhere_is_told_with_the_one_to_give(
    town: Town, build: Build
) -> None:
    there = build().running.url
    moved = Response(301, b"", headers={"Location": f"{there}/api/v2/instance"})
    town.running.faults.add("GET", "/api/v2/instance", Fault("answer", response=moved))

    with pytest.raises(InvalidError) as refused:
        town.connector.check_account(town.running.url, town.secret)

    (problem,) = refused.value.problems
    assert problem.code == "instance_moved"
    assert dict(problem.values)["leads_to"] == there


@pytest.mark.parametrize(
    ("base_url", "code"),
    [
        ("rivecommune", "unusable_server_address"),
        ("ftp://mastodon.example", "unusable_server_address"),
        ("http://10.0.0.1", "private_address"),
        ("http://169.254.169.254", "private_address"),
        ("http://127.0.0.1:1", "no_connection"),
    ],
)
def test_a_wrong_address_is_told(town: Town, base_url: str, code: str) -> None:
    assert refusal(town, base_url) == code


def test_a_wrong_address_is_told_as_it_was_given(town: Town) -> None:
    with pytest.raises(InvalidError) as refused:
        town.connector.check_account("mastodon.example", town.secret)
    [problem] = refused.value.problems
    assert dict(problem.values)["host"] == "mastodon.example"


def test_loopback_is_refused_outside_the_local_stack(town: Town) -> None:
    registry = ConnectorRegistry(GuardedSession, town.clock.now)

    with pytest.raises(InvalidError) as refused:
        registry.connector("mastodon").check_account(town.running.url, town.secret)

    assert refused.value.problems[0].code == "private_address"


def test_a_token_that_is_not_taken_must_be_made_anew(town: Town) -> None:
    town.member.is_revoked = True

    with pytest.raises(AuthorizationError):
        town.connector.check_account(town.running.url, town.secret)


@pytest.mark.parametrize("secret", ["", "a b", "a\r\nX-Injected: 1", "clé", "a\x00"])
def test_a_token_that_cannot_be_one_is_refused_and_not_repeated(town: Town, secret: str) -> None:
    with pytest.raises(AuthorizationError) as refused:
        town.connector.check_account(town.running.url, secret)

    assert not secret or secret not in str(refused.value)


def test_a_network_without_a_connector_is_told() -> None:
    registry = ConnectorRegistry(GuardedSession, lambda: None)  # type: ignore[arg-type,return-value]

    with pytest.raises(InvalidError) as refused:
        registry.connector("friendster")

    assert "mastodon" in problem_sentence(refused.value.problems[0], "en")
