"""The files that the portal's pages are made of: our own, and Swagger UI as Powertools carries it."""

import hashlib
from functools import cache
from pathlib import Path

from aws_lambda_powertools.event_handler.openapi import swagger_ui

from tandem.records import record

_OWN, _SWAGGER = Path(__file__).parent / "pages", Path(swagger_ui.__file__).parent
_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
_FILES = {
    "swagger-ui.js": (_SWAGGER / "swagger-ui-bundle.min.js", _SCRIPT),
    "swagger-ui.css": (_SWAGGER / "swagger-ui.min.css", _STYLE),
    "docs.js": (_OWN / "docs.js", _SCRIPT),
    "login.js": (_OWN / "login.js", _SCRIPT),
    "portal.css": (_OWN / "portal.css", _STYLE),
}


@record
class Asset:
    """A file as it is served."""

    content: bytes
    media_type: str
    etag: str


@cache
def asset(name: str) -> Asset | None:
    """The file of this name, or None."""
    if name not in _FILES:
        return None
    path, media_type = _FILES[name]
    content = path.read_bytes()
    return Asset(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:16]}"')


@cache
def page(name: str) -> bytes:
    """One of our pages: `docs` or `login`."""
    return (_OWN / f"{name}.html").read_bytes()
