"""Which addresses and URLs outbound requests may go to."""

import pytest

from tandem.destinations import is_special, networks, parse_address, refusal, target

SPECIAL = """
0.0.0.0 0.1.2.3 0.255.255.255 10.0.0.0 10.0.0.1 10.1.2.3 10.255.255.255 100.64.0.0 100.64.0.1 100.100.100.200
100.127.255.255 127.0.0.0 127.0.0.1 127.0.0.2 127.1.2.3 127.255.255.255 168.63.129.16 169.254.0.0 169.254.0.1
169.254.169.123 169.254.169.254 169.254.170.2 169.254.255.255 172.16.0.0 172.16.0.1 172.31.255.255 192.0.0.0 192.0.0.8
192.0.0.170 192.0.0.192 192.0.0.255 192.0.2.0 192.0.2.1 192.0.2.255 192.31.196.1 192.52.193.1 192.88.99.1
192.88.99.255 192.168.0.0 192.168.1.1 192.168.255.255 192.175.48.6 198.18.0.0 198.18.0.1 198.19.255.255 198.51.100.1
198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.1 224.0.0.251 233.252.0.1 239.255.255.255 240.0.0.0 240.0.0.1
255.255.255.254 255.255.255.255
:: ::1 ::127.0.0.1 ::169.254.169.254 ::10.0.0.1 ::8.8.8.8 ::ffff:0.0.0.0 ::ffff:127.0.0.1 ::ffff:10.0.0.1
::ffff:169.254.169.254 ::ffff:192.168.0.1 ::ffff:224.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1
64:ff9b::169.254.169.254 64:ff9b::10.0.0.1 64:ff9b:1::1 64:ff9b:1::a9fe:a9fe 100::1 100:0:0:1::1 2001::1
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1::1 2001:2::1 2001:3::1 2001:4:112::1 2001:10::1 2001:20::1 2001:30::1
2001:db8::1 2001:db8:ffff::1 2002:7f00:1::1 2002:a9fe:a9fe::1 2002:a00:1::1 2002:c0a8:1::1 2002:808:808::1
2620:4f:8000::1 3fff::1 3fff:fff::1 4000::1 5f00::1 8000::1 fc00::1 fd00::1 fd00:ec2::254 fe80::1 fe80::a9fe:a9fe
fec0::1 feff::1 ff00::1 ff02::1 ff05::2 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
""".split()  # noqa: SIM905

PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 168.63.129.15
168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 192.88.98.255 192.167.255.255
192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.255 203.0.114.0 223.255.255.255 ::ffff:8.8.8.8 2001:200::1
2001:4860:4860::8888 2003::1 2606:4700::1111 2a00:1450:4001::200e 3ffe::1
""".split()  # noqa: SIM905


def test_at_least_ninety_special_addresses_are_tried() -> None:
    assert len(set(SPECIAL)) >= 90


@pytest.mark.parametrize("text", SPECIAL)
def test_a_special_address_is_refused(text: str) -> None:
    address = parse_address(text)
    assert is_special(address)
    assert refusal(target("https://customer.example/"), [address], ()) is not None


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_next_to_a_special_range_is_accepted(text: str) -> None:
    address = parse_address(text)
    assert not is_special(address)
    assert refusal(target("https://customer.example/"), [address], ()) is None


@pytest.mark.parametrize("text", ["fe80::1%eth0", "fe80::1%1", "127.0.0.1%lo"])
def test_a_zone_does_not_hide_an_address(text: str) -> None:
    assert is_special(parse_address(text))


def test_one_special_address_among_public_ones_is_enough_to_refuse() -> None:
    answers = [parse_address(text) for text in ("8.8.8.8", "1.1.1.1", "10.0.0.7")]
    assert refusal(target("https://customer.example/"), answers, ()) is not None


def test_the_allow_list_opens_its_addresses_and_no_others() -> None:
    allow = networks("127.0.0.0/8, ::1/128")
    where = target("http://localhost:99/")
    assert refusal(where, [parse_address("127.0.0.1"), parse_address("::1")], allow) is None
    assert refusal(where, [parse_address("::ffff:127.0.0.1")], allow) is None
    assert refusal(where, [parse_address("127.0.0.1"), parse_address("10.0.0.1")], allow) is not None
    assert refusal(where, [parse_address("8.8.8.8")], allow) is not None


@pytest.mark.parametrize(("port", "accepted"), [(443, True), (8443, True), (1024, True), (80, False), (22, False)])
def test_public_hosts_are_reached_on_web_ports_only(port: int, accepted: bool) -> None:
    reason = refusal(target(f"https://customer.example:{port}/"), [parse_address("8.8.8.8")], ())
    assert (reason is None) is accepted


def test_plain_http_goes_to_no_public_host() -> None:
    assert refusal(target("http://customer.example/"), [parse_address("8.8.8.8")], ()) is not None


NO_URLS = [
    "",
    "customer.example",
    "//customer.example/",
    "/path",
    "https:",
    "https://",
    "https:///path",
    "https:customer.example",
    "https://:443/",
    "https://./",
    "ftp://customer.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "data:text/plain,x",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    "https://user@customer.example/",
    "https://user:password@customer.example/",
    "https://customer.example@127.0.0.1/",
    "https://customer.example\\@127.0.0.1/",
    "https://customer.example /",
    " https://customer.example/",
    "https://customer.example/\r\nX-Injected: 1",
    "https://customer.example/\tpath",
    "https://customer.example/\x00",
    "https://customer.example:0/",
    "https://customer.example:65536/",
    "https://customer.example:-1/",
    "https://customer.example:http/",
    "https://%31%32%37.0.0.1/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://::1/",
    "https://[127.0.0.1]/",
    "https://a..b/",
    "https://" + "a" * 64 + ".example/",
    "https://customer.example/" + "a" * 2048,
    "https://customer.example/\ud800",
]


@pytest.mark.parametrize("url", NO_URLS)
def test_what_is_no_plain_web_address_is_not_read(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - urllib's own words are as good as ours
        target(url)


def test_a_url_is_read_into_what_is_sent() -> None:
    where = target("https://Käse.Example:8443/a b".replace(" ", "%20") + "?q=ü&r=[1]#part")
    assert (where.scheme, where.host, where.port) == ("https", "xn--kse-qla.example", 8443)
    assert where.path == "/a%20b?q=%C3%BC&r=%5B1%5D"
    assert where.authority == "xn--kse-qla.example:8443"
    assert target("https://[2606:4700::1111]").authority == "[2606:4700::1111]"
    assert target("https://customer.example?x=1").path == "/?x=1"
