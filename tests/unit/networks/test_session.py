import socket
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from portevoix.model.errors import NotSentError, UnknownOutcomeError
from portevoix.networks.addresses import UnreachableError
from portevoix.networks.session import GuardedSession

from tests.unit.networks.conftest import RawServer, read_request

type Start = Callable[[Callable[[socket.socket], None]], RawServer]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


def answering(data: bytes, seen: list[bytes] | None = None) -> Callable[[socket.socket], None]:
    def converse(connection: socket.socket) -> None:
        request = read_request(connection)
        if seen is not None:
            seen.append(request)
        connection.sendall(data)

    return converse


def resolving(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda host, port: addresses


def redirect(to: str, status: int = 302) -> bytes:
    return f"HTTP/1.1 {status} Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


def test_an_answer_comes_back_whole(raw_server: Start) -> None:
    seen: list[bytes] = []
    data = b"HTTP/1.1 201 Made\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 13\r\n\r\n" + b'{"id": "123"}'
    server = raw_server(answering(data, seen))

    answer = GuardedSession(True).request(
        "POST", f"{server.url}/a?b=c", headers={"Authorization": "Bearer s"}, body=b"hello"
    )

    assert (answer.status, answer.headers["x-a"], answer.json()) == (201, "1, 2", {"id": "123"})
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert body == b"hello"
    assert head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert f"Host: 127.0.0.1:{server.port}".encode() in head
    assert b"User-Agent: Portevoix/" in head
    assert b"Authorization: Bearer s" in head


def test_chunks_are_put_together(raw_server: Start) -> None:
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
    server = raw_server(answering(data))

    assert GuardedSession(True).request("GET", server.url).body == b"hello"


def test_each_request_has_its_own_connection(raw_server: Start) -> None:
    server = raw_server(answering(OK))
    session = GuardedSession(True)

    session.request("GET", server.url)
    session.request("GET", server.url)

    assert server.connections == 2


def test_loopback_is_refused_outside_the_local_stack(raw_server: Start) -> None:
    server = raw_server(answering(OK))

    with pytest.raises(UnreachableError) as refused:
        GuardedSession().request("GET", server.url)

    assert refused.value.problem.code == "private_address"
    assert server.connections == 0


@pytest.mark.parametrize("address", ["10.0.0.5", "169.254.169.254", "::ffff:192.168.0.1"])
def test_a_name_that_leads_to_a_private_network_is_refused(address: str) -> None:
    session = GuardedSession(True, resolve=resolving(address))

    with pytest.raises(UnreachableError) as refused:
        session.request("GET", "https://mastodon.example/")

    assert refused.value.problem.code == "private_address"


def test_the_name_is_resolved_once_and_that_address_is_the_one_connected(
    raw_server: Start,
) -> None:
    seen: list[bytes] = []
    server = raw_server(answering(OK, seen))
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    session = GuardedSession(True, resolve=lambda host, port: next(answers))

    session.request("GET", f"http://rebinding.example:{server.port}/")

    assert f"Host: rebinding.example:{server.port}".encode() in seen[0]


def test_a_warped_clock_lets_nothing_leave_the_machine_not_even_a_question_for_a_name() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["1.1.1.1"]

    session = GuardedSession(True, only_loopback=lambda: True, resolve=resolve)

    with pytest.raises(UnreachableError) as refused:
        session.request("GET", "https://mastodon.example/")

    assert (refused.value.problem.code, asked) == ("only_loopback", [])


def test_a_warped_clock_still_reaches_loopback(raw_server: Start) -> None:
    server = raw_server(answering(OK))

    answer = GuardedSession(True, only_loopback=lambda: True).request("GET", server.url)

    assert answer.status == 200


def test_an_unknown_name_is_proof_that_nothing_left() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("no such name")

    with pytest.raises(NotSentError) as refused:
        GuardedSession(resolve=resolve).request("POST", "https://mastodon.example/", body=b"x")

    assert isinstance(refused.value, UnreachableError)
    assert refused.value.problem.code == "unknown_host"


def test_a_refused_connection_is_proof_that_nothing_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(NotSentError):
        GuardedSession(True).request("POST", f"http://127.0.0.1:{port}/", body=b"x")


def test_a_server_without_tls_is_proof_that_nothing_left(raw_server: Start) -> None:
    server = raw_server(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n"))

    with pytest.raises(UnreachableError) as refused:
        GuardedSession(True).request("POST", server.url.replace("http", "https"), body=b"x")

    assert refused.value.problem.code == "tls_failed"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
        b"nonsense\r\n\r\n",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_ends_early_is_a_doubt(
    raw_server: Start, method: str, data: bytes
) -> None:
    server = raw_server(answering(data))

    with pytest.raises(UnknownOutcomeError):
        GuardedSession(True).request(method, server.url)

    assert server.connections == 1, "nothing is sent again"


def test_a_reset_after_the_request_is_a_doubt(raw_server: Start) -> None:
    def reset(connection: socket.socket) -> None:
        read_request(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with pytest.raises(UnknownOutcomeError):
        GuardedSession(True).request("POST", raw_server(reset).url, body=b"x")


def test_silence_is_a_doubt_at_the_deadline(raw_server: Start) -> None:
    def be_silent(connection: socket.socket) -> None:
        read_request(connection)
        server.stopping.wait(5)

    server = raw_server(be_silent)

    began = time.monotonic()
    with pytest.raises(UnknownOutcomeError):
        GuardedSession(True).request("POST", server.url, body=b"x", deadline_s=0.3)

    assert time.monotonic() - began < 2


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"])
def test_a_slow_drip_does_not_outlive_the_deadline(raw_server: Start, head: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(head)
        while not server.stopping.wait(0.05):
            connection.sendall(b"H")

    server = raw_server(drip)

    began = time.monotonic()
    with pytest.raises(UnknownOutcomeError):
        GuardedSession(True).request("GET", server.url, deadline_s=0.4)

    assert time.monotonic() - began < 2


def test_a_server_that_stops_reading_does_not_outlive_the_deadline(raw_server: Start) -> None:
    def read_nothing(_: socket.socket) -> None:
        server.stopping.wait(5)

    server = raw_server(read_nothing)

    began = time.monotonic()
    with pytest.raises(UnknownOutcomeError):
        GuardedSession(True).request("POST", server.url, body=b"x" * 40_000_000, deadline_s=0.4)

    assert time.monotonic() - began < 2


def test_an_answer_above_the_cap_is_not_read_to_its_end(raw_server: Start) -> None:
    def flood(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with pytest.raises(UnknownOutcomeError, match="larger than"):
        GuardedSession(True).request("GET", raw_server(flood).url, max_bytes=100_000)


def test_an_answer_of_exactly_the_cap_passes(raw_server: Start) -> None:
    assert GuardedSession(True).request("GET", raw_server(answering(OK)).url, max_bytes=2).body


def test_a_read_follows_redirects_and_leaves_the_credential_behind_at_another_origin(
    raw_server: Start,
) -> None:
    seen: list[bytes] = []
    there = raw_server(answering(OK, seen))
    here = raw_server(answering(redirect(f"{there.url}/there")))

    answer = GuardedSession(True).request(
        "GET", here.url, headers={"Authorization": "Bearer secret"}
    )

    assert answer.url == f"{there.url}/there"
    assert b"secret" not in seen[0]


def test_a_redirect_to_a_private_network_is_refused(raw_server: Start) -> None:
    server = raw_server(answering(redirect("http://169.254.169.254/latest/meta-data")))

    with pytest.raises(UnreachableError) as refused:
        GuardedSession(True).request("GET", server.url)

    assert refused.value.problem.code == "private_address"


def test_a_redirect_to_another_scheme_is_refused(raw_server: Start) -> None:
    server = raw_server(answering(redirect("file:///etc/passwd")))

    with pytest.raises(UnreachableError):
        GuardedSession(True).request("GET", server.url)


def test_a_circle_of_redirects_ends(raw_server: Start) -> None:
    server = raw_server(answering(redirect("/again")))

    with pytest.raises(UnknownOutcomeError, match="redirects"):
        GuardedSession(True).request("GET", server.url)

    assert server.connections == 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_write_is_never_redirected(raw_server: Start, status: int) -> None:
    there = raw_server(answering(OK))
    here = raw_server(answering(redirect(there.url, status)))

    answer = GuardedSession(True).request("POST", here.url, body=b"x")

    assert (answer.status, there.connections) == (status, 0)


def test_proxies_of_the_environment_are_not_used(
    raw_server: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = raw_server(answering(OK))
    server = raw_server(answering(OK))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)

    GuardedSession(True).request("GET", server.url)

    assert proxy.connections == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the files of a certificate for `social.example`, signed by itself."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "social.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("social.example")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder


def under_tls(folder: Any, names: list[str | None]) -> Callable[[socket.socket], None]:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    context.sni_callback = lambda _socket, name, _context: names.append(name)

    def converse(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            read_request(secured)
            secured.sendall(OK)

    return converse


def test_tls_asks_for_the_name_and_checks_the_certificate_for_it(
    raw_server: Start, certificate: Any
) -> None:
    names: list[str | None] = []
    server = raw_server(under_tls(certificate, names))
    session = GuardedSession(
        True, resolve=resolving("127.0.0.1"), ca_file=str(certificate / "ca.pem")
    )

    answer = session.request("GET", f"https://social.example:{server.port}/")

    assert (answer.body, names) == (b"hi", ["social.example"])


@pytest.mark.parametrize(("name", "trusted"), [("other.example", True), ("social.example", False)])
def test_a_certificate_of_another_name_or_of_nobody_we_know_is_refused(
    raw_server: Start, certificate: Any, name: str, trusted: bool
) -> None:
    server = raw_server(under_tls(certificate, []))
    session = GuardedSession(
        True,
        resolve=resolving("127.0.0.1"),
        ca_file=str(certificate / "ca.pem") if trusted else "",
    )

    with pytest.raises(UnreachableError) as refused:
        session.request("POST", f"https://{name}:{server.port}/", body=b"x")

    assert refused.value.problem.code == "tls_failed"
