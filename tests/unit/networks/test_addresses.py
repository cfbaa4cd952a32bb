import pytest
from portevoix.networks.addresses import UnreachableError, check_target, is_public, read_target


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - it is refused here
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
    ],
)
def test_an_address_that_is_not_on_the_public_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111"])
def test_an_address_on_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mastodon.example",
        "ftp://mastodon.example",
        "file:///etc/passwd",
        "https://",
        "https://user:pass@mastodon.example",
        "https://mastodon.example:port",
        "https://mastodon.example/\r\nHost: other",
        "https://[::1",
    ],
)
def test_what_is_no_address_of_a_server_is_refused(url: str) -> None:
    with pytest.raises(UnreachableError) as refused:
        read_target(url)

    assert refused.value.problem.code == "unusable_server_address"


def test_a_name_with_accents_is_read_in_its_ascii_form() -> None:
    assert read_target("https://rivière.example/a?b=c").host == "xn--rivire-6ua.example"


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    target = read_target("https://mastodon.example")

    with pytest.raises(UnreachableError) as refused:
        check_target(target, ["1.1.1.1", "10.0.0.1"], is_local=False, has_credential=True)

    assert refused.value.problem.code == "private_address"


def test_a_port_that_is_not_the_webs_is_refused() -> None:
    target = read_target("https://mastodon.example:6379")

    with pytest.raises(UnreachableError) as refused:
        check_target(target, ["1.1.1.1"], is_local=False, has_credential=False)

    assert refused.value.problem.code == "port_not_allowed"


def test_port_zero_is_a_port_and_is_refused() -> None:
    target = read_target("https://mastodon.example:0")

    with pytest.raises(UnreachableError):
        check_target(target, ["1.1.1.1"], is_local=False, has_credential=False)


def test_a_credential_never_travels_in_the_clear() -> None:
    target = read_target("http://mastodon.example")

    check_target(target, ["1.1.1.1"], is_local=False, has_credential=False)
    with pytest.raises(UnreachableError) as refused:
        check_target(target, ["1.1.1.1"], is_local=True, has_credential=True)

    assert refused.value.problem.code == "https_needed"


def test_the_local_stack_may_use_any_port_of_loopback_and_nothing_private() -> None:
    check_target(
        read_target("http://localhost:8091"), ["127.0.0.1", "::1"],
        is_local=True, has_credential=True,
    )  # fmt: skip
    with pytest.raises(UnreachableError):
        check_target(
            read_target("http://10.0.0.1:8091"), ["10.0.0.1"], is_local=True, has_credential=True
        )
