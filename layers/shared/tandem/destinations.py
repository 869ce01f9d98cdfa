"""Where an outbound request may go: which URLs we read, which addresses we never connect to. Pure."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import quote, urlsplit

from tandem.records import record

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2048

# Our own table and not `ipaddress.is_global`: that one differs between Python's releases and lets through
# multicast, NAT64 and 6to4. Source: the IANA special-purpose address registries.
SPECIAL_IPV4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; some clouds' metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's host agent, on a public address
        "169.254.0.0/16",  # link-local; clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; a cloud's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)

# All IPv6 outside the space given out for global use is special: loopback, link-local, unique-local, site-local,
# multicast, discard, SRv6, and the IPv4-compatible and NAT64 forms that would lead to any IPv4 address.
GLOBAL_IPV6 = IPv6Network("2000::/3")
SPECIAL_IPV6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo (which embeds IPv4), benchmarking, AMT, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which embeds IPv4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


@record
class Target:
    """A URL as we are going to use it: `host` in ASCII, `path` with the query and quoted."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


_DEFAULT_PORTS = {"http": 80, "https": 443}


def target(url: str) -> Target:
    """Read a URL. Raises ValueError for what is not plain http or https to a host, in whichever disguise."""
    if len(url) > LONGEST_URL:
        raise ValueError(f"the URL is longer than {LONGEST_URL} characters")
    if any(character <= " " or character in "\\\x7f" for character in url):
        raise ValueError("the URL contains a space, a control character or a backslash")
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("the URL is neither https nor http")
    if "@" in parts.netloc:
        raise ValueError("the URL contains a user name")
    host = _ascii_host(parts.hostname or "")
    port = _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    if port == 0:
        raise ValueError("the URL's port is not usable")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return Target(parts.scheme, host, port, f"{path}?{query}" if query else path)


def refusal(target: Target, addresses: Sequence[Address], allow: Iterable[Network]) -> str | None:
    """Why we do not connect, or None. One bad address among many is enough: which one answers is the other's choice.
    `allow` opens addresses, and with them plain http and every port."""
    opened = tuple(allow)
    strangers = [address for address in addresses if not _is_in(address, opened)]
    if any(is_special(address) for address in strangers):
        return "the name leads to a private or special address"
    if strangers and target.scheme != "https":
        return "the URL is not https"
    if strangers and target.port != _DEFAULT_PORTS["https"] and target.port < 1024:
        return f"port {target.port} is kept for other services"
    return None


def is_special(address: Address) -> bool:
    """True for every address that is not a public host's."""
    plain = _plain(address)
    if isinstance(plain, IPv4Address):
        return any(plain in network for network in SPECIAL_IPV4)
    return plain not in GLOBAL_IPV6 or any(plain in network for network in SPECIAL_IPV6)


def networks(text: str) -> tuple[Network, ...]:
    """The networks of a list such as `127.0.0.0/8, ::1/128`. Raises ValueError."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def parse_address(text: str) -> Address:
    """An address as a resolver writes it, its zone left out."""
    return ip_address(text.partition("%")[0])


def _is_in(address: Address, allowed: Iterable[Network]) -> bool:
    plain = _plain(address)
    return any(plain.version == network.version and plain in network for network in allowed)


def _plain(address: Address) -> Address:
    # The system connects an IPv4-mapped address to the IPv4 address inside it: judge it as that one.
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _ascii_host(host: str) -> str:
    if not host or "%" in host:
        raise ValueError("the URL has no usable host")
    try:
        encoded = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError("the URL has no usable host") from error
    if not encoded.strip("."):
        raise ValueError("the URL has no usable host")
    return encoded
