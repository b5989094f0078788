"""Fetching what strangers host, over http(s) only, without being led to a machine inside (SSRF).

The resolved address is judged and exactly that address is connected to, anew at each redirect. `is_global` of
`ipaddress` alone does not do: it says True for 224.0.0.1, 192.0.0.8, 64:ff9b::7f00:1 and 2002:7f00:1:: (measured
with Python 3.11). Proxies are not used: a proxy would resolve the name itself.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from .blanking import Secrets
from .errors import SourceGarbled, SourceRefused, SourceUnavailable

MAX_BYTES = 5_000_000  # decoded
MAX_REDIRECTS = 5
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 30.0
_CHUNK = 65_536
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291: all that is given out for public hosts
_NOT_PUBLIC = tuple(
    ip_network(block)
    for block in (
        "192.0.0.0/24", "192.88.99.0/24",  # protocol assignments, 6to4 relays (IANA special-purpose registry)
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",  # Teredo and more, examples, 6to4, examples
    )
)  # fmt: skip

_NONE = Secrets()

Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
"""Host and port to IP addresses, best first; OSError where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A final answer. url: where it came from, after redirects; headers: names in lower case; body: decoded.

    What was sent as a secret is blanked in all of it.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def is_public(address: str) -> bool:
    """Whether an IP address belongs to a host on the public internet."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return False
        if ip in _NAT64:
            return is_public(str(IPv4Address(int(ip) & 0xFFFF_FFFF)))
        if ip not in _GLOBAL_UNICAST:
            return False
    return (
        ip.is_global
        and not ip.is_multicast
        and not ip.is_reserved
        and not any(ip in block for block in _NOT_PUBLIC)
    )


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system finds them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def fetch(
    url: str,
    *,
    source: str,
    allow_private_hosts: bool = False,
    headers_for: Callable[[str], Mapping[str, str]] = lambda _url: {},
    resolver: Resolver = resolve,
    public: Callable[[str], bool] = is_public,
    ports: Collection[int] = (80, 443),
    seconds: float = TOTAL_SECONDS,
    secrets: Secrets = _NONE,
) -> Answer:
    """Fetch a URL with at most 5 redirects, 5 MB and 30 s; the status is the caller's to judge.

    headers_for: more request headers for the URL of each hop. allow_private_hosts lifts `ports` too. secrets: are
    blanked in what comes back. Raises SourceRefused where it must not be fetched, SourceUnavailable where it could
    not be, SourceGarbled where the answer is too long or no HTTP.
    """
    deadline = time.monotonic() + seconds
    for _ in range(MAX_REDIRECTS + 1):
        target = _Target.of(url, source)
        if target.port not in ports and not allow_private_hosts:
            raise SourceRefused(source, f"port {target.port} is not read, only 80 and 443")
        addresses = _judged(target, source, deadline, resolver, None if allow_private_hosts else public)
        answer = _asked(target, addresses, _Request(headers=headers_for(url), secrets=secrets), source, deadline)
        if answer.status not in _REDIRECTS:
            return answer
        if "location" not in answer.headers:
            raise SourceGarbled(source, f"{target.host!r} redirects to nowhere")
        url = _joined(url, answer.headers["location"], source)
    raise SourceRefused(source, f"more than {MAX_REDIRECTS} redirects")


def send(
    url: str,
    body: bytes,
    *,
    source: str,
    headers: Mapping[str, str],
    seconds: float = TOTAL_SECONDS,
    at_most: int = MAX_BYTES,
    method: Literal["POST", "PUT"] = "POST",
    public: Callable[[str], bool] | None = None,
    resolver: Resolver = resolve,
    secrets: Secrets = _NONE,
) -> Answer:
    """Send `body` to a host that the operator named, at whatever address; the status is the caller's to judge.

    A redirect is an answer like any other, without its body: who is led elsewhere would take `headers` along.
    seconds: for all of it. at_most: bytes of the answer, decoded. public: judges each address where the operator
    named no host, but a service did. secrets: are blanked in what comes back. Raises as `fetch` does.
    """
    deadline = time.monotonic() + seconds
    target = _Target.of(url, source)
    request = _Request(headers=headers, method=method, body=body, at_most=at_most, secrets=secrets)
    addresses = _addresses(target, source, deadline, resolver)
    if public is not None and not all(public(address) for address in addresses):
        raise SourceRefused(source, f"{target.host!r} is not a public host")
    return _asked(target, addresses, request, source, deadline)


def connected(
    url: str,
    *,
    source: str,
    allow_private_hosts: bool = False,
    resolver: Resolver = resolve,
    public: Callable[[str], bool] = is_public,
) -> socket.socket:
    """Return a plain socket to the host of an http(s) URL, at exactly a judged address and on whatever port.

    The caller closes it. Raises SourceRefused or SourceUnavailable as `fetch` does.
    """
    deadline = time.monotonic() + CONNECT_SECONDS
    target = _Target.of(url, source)
    addresses = _judged(target, source, deadline, resolver, None if allow_private_hosts else public)
    try:
        made = _connect(addresses, target.port, deadline)
    except OSError as error:
        raise SourceUnavailable(source, f"no connection to {target.host!r}: {type(error).__name__}") from None
    made.settimeout(None)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What is asked of one hop. at_most: bytes of the answer, decoded."""

    headers: Mapping[str, str]
    method: str = "GET"
    body: bytes | None = None
    at_most: int = MAX_BYTES
    secrets: Secrets = _NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    parts: SplitResult
    host: str
    port: int

    @classmethod
    def of(cls, url: str, source: str) -> _Target:
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").encode("ascii" if ":" in (parts.hostname or "") else "idna").decode()
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            raise SourceRefused(source, "the address is no URL") from None
        if parts.scheme not in _PORTS or not host:
            raise SourceRefused(source, "only http and https addresses with a host are read")
        if parts.username is not None or parts.password is not None:
            raise SourceRefused(source, "an address must not hold a user name or a password")
        return cls(parts=parts, host=host, port=port)

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.parts.scheme] else f"{host}:{self.port}"

    @property
    def path(self) -> str:
        """The request target; what is not ASCII is written in percent."""
        path = quote(self.parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = quote(self.parts.query, safe="/%:@!$&'()*+,;=~-._?")
        return f"{path}?{query}" if query else path


def _joined(base: str, location: str, source: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        raise SourceGarbled(source, "a redirect leads to no URL") from None


def _judged(
    target: _Target, source: str, deadline: float, resolver: Resolver, public: Callable[[str], bool] | None
) -> Sequence[str]:
    """Return the addresses of a host. SourceRefused: one of them is not `public` (None: all may be)."""
    addresses = _addresses(target, source, deadline, resolver)
    if public is not None and not all(public(address) for address in addresses):
        raise SourceRefused(source, f"{target.host!r} is not a public host (allow_private_hosts permits it)")
    return addresses


def _addresses(target: _Target, source: str, deadline: float, resolver: Resolver) -> Sequence[str]:
    """Resolve in a thread of its own: the system's resolver takes no limit of time."""
    found: list[Sequence[str]] = []
    failed: list[BaseException] = []

    def look_up() -> None:
        try:
            found.append(resolver(target.host, target.port))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = threading.Thread(target=look_up, daemon=True, name="monitor-resolve")
    thread.start()
    thread.join(_left(deadline, CONNECT_SECONDS))
    if found and found[0]:
        return found[0]
    what = "has no address" if failed or found else "was not resolved in time"
    raise SourceUnavailable(source, f"{target.host!r} {what}")


def _asked(target: _Target, addresses: Sequence[str], request: _Request, source: str, deadline: float) -> Answer:
    """Ask one hop; all that can go wrong on the way becomes one of our errors here."""
    host = repr(target.host)
    try:
        return _ask(target, addresses, request, source, deadline)
    except ssl.SSLCertVerificationError as error:
        raise SourceRefused(source, f"the certificate of {host} is not valid: {error.verify_message}") from error
    except TimeoutError as error:
        raise SourceUnavailable(source, f"{host} took too long") from error
    except (http.client.IncompleteRead, http.client.RemoteDisconnected):
        raise SourceUnavailable(source, f"{host} broke off its answer") from None
    except OSError as error:
        raise SourceUnavailable(source, f"no connection to {host}: {error.strerror or error}") from error
    except (http.client.HTTPException, zlib.error, ValueError) as error:
        # Its text holds what came, and may hold a secret.
        raise SourceGarbled(source, f"{host} does not answer in HTTP: {type(error).__name__}") from None


def _ask(target: _Target, addresses: Sequence[str], request: _Request, source: str, deadline: float) -> Answer:
    """Ask one hop, at exactly one of the judged addresses."""
    plain = _connect(addresses, target.port, deadline)
    with plain:
        connected = plain
        if target.parts.scheme == "https":
            connected = ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
        with connected:
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = TimedSocket(connected, deadline)
            connection.request(
                request.method,
                target.path,
                body=request.body,
                headers={
                    "Host": target.authority,
                    "User-Agent": "what-people-say-monitor",
                    "Accept-Encoding": "gzip",
                    **request.headers,
                },
            )
            with connection.getresponse() as response:
                secrets = request.secrets
                named = {name.lower(): secrets.blank_text(value) for name, value in response.getheaders()}
                body = b"" if response.status in _REDIRECTS else _body(response, named, source, request.at_most)
                return Answer(
                    url=target.parts.geturl(), status=response.status, headers=named, body=secrets.blank(body)
                )


def _connect(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    until = min(deadline, time.monotonic() + CONNECT_SECONDS)
    problem: OSError = TimeoutError()
    for address in addresses:
        try:
            connected = socket.create_connection((address, port), timeout=_left(until, CONNECT_SECONDS))
        except OSError as error:
            problem = error
        else:
            connected.settimeout(_left(deadline, CONNECT_SECONDS))  # for the TLS handshake
            return connected
    raise problem


def _body(response: http.client.HTTPResponse, headers: Mapping[str, str], source: str, at_most: int) -> bytes:
    """Read and decode the body, counting decoded bytes while they come: a small answer may grow a thousandfold."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise SourceGarbled(source, f"the answer is encoded as {encoding[:40]!r}, which was not asked for")
    unpack = zlib.decompressobj(wbits=31) if "gzip" in encoding else None
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        body += unpack.decompress(chunk, at_most + 1 - len(body)) if unpack else chunk
        if len(body) > at_most:
            raise SourceGarbled(source, f"the answer is longer than {at_most / 1_000_000:g} MB")
        if unpack and unpack.eof:
            break
    if unpack and not unpack.eof:
        raise http.client.IncompleteRead(bytes(body[:100]))
    if not unpack and response.length:
        raise http.client.IncompleteRead(bytes(body[:100]), response.length)
    return bytes(body)


def _left(deadline: float, at_most: float) -> float:
    left = min(deadline - time.monotonic(), at_most)
    if left <= 0:
        raise TimeoutError
    return left


class TimedSocket:
    """A connected socket whose answer must be read before a deadline, however slowly its bytes drip.

    The timeout of a socket is per read: one byte a second would keep it open for ever.
    """

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self.inner = connected
        self._deadline = deadline

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def sendall(self, data: bytes) -> None:
        self.inner.settimeout(_left(self._deadline, TOTAL_SECONDS))
        self.inner.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - the name and place http.client calls it by
        return io.BufferedReader(_TimedReader(self.inner, self._deadline))


class _TimedReader(io.RawIOBase):
    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket = connected
        self._deadline = deadline
        self._bytes = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int | None:  # type: ignore[override] # what BufferedReader passes
        self._socket.settimeout(_left(self._deadline, TOTAL_SECONDS))
        return self._bytes.readinto(into)

    def close(self) -> None:
        self._bytes.close()
        super().close()
