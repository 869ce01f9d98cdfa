"""An API Gateway event (HTTP API, payload 2.0), read."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from tandem.errors import BadRequest

LARGEST_BODY = 1024 * 1024
"""Bytes: far more than any request of ours needs."""


@dataclass(frozen=True)
class Request:
    """What the gateway handed over."""

    event: Mapping[str, Any]
    largest: int = LARGEST_BODY
    """Bytes that its body may have."""

    @property
    def request_id(self) -> str:
        """The gateway's id of this request, in the answer and in every log line."""
        return str(self.event["requestContext"]["requestId"])

    @property
    def source_ip(self) -> str:
        """The caller's address as the gateway saw it."""
        return str(self.event["requestContext"]["http"]["sourceIp"])

    @property
    def method(self) -> str:
        """The HTTP method."""
        return str(self.event["requestContext"]["http"]["method"])

    @property
    def path(self) -> str:
        """The path as sent."""
        return str(self.event["rawPath"])

    @property
    def raw_query(self) -> str:
        """The query string as sent, without the question mark."""
        return str(self.event.get("rawQueryString", ""))

    @cached_property
    def query(self) -> dict[str, str]:
        """The query, decoded; the last of repeated names."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True, errors="replace"))

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers by lower-case name."""
        headers: Mapping[str, str] = self.event.get("headers") or {}
        return headers

    @property
    def cookies(self) -> Mapping[str, str]:
        """Cookies by name."""
        pairs = (cookie.partition("=") for cookie in self.event.get("cookies") or ())
        return {name.strip(): value.strip() for name, _, value in pairs}

    @cached_property
    def body(self) -> bytes:
        """The body's bytes as sent. Raises BadRequest when it is too large or not decodable."""
        text = self.event.get("body") or ""
        try:
            raw = base64.b64decode(text, validate=True) if self.event.get("isBase64Encoded") else text.encode()
        except (binascii.Error, UnicodeEncodeError) as error:
            raise BadRequest("The body cannot be decoded.") from error
        if len(raw) > self.largest:
            raise BadRequest(f"The body is larger than {self.largest} bytes.", code="PAYLOAD_TOO_LARGE")
        return raw

    @property
    def content(self) -> bytes:
        """All that a request asks for besides its route: query and body."""
        return self.raw_query.encode() + b"\n" + self.body

    def as_text(self) -> dict[str, Any]:
        """The event with its body as text, UTF-8 checked. Raises BadRequest."""
        try:
            text = self.body.decode()
        except UnicodeDecodeError as error:
            raise BadRequest("The body is not valid UTF-8.") from error
        return {**self.event, "body": text, "isBase64Encoded": False}
