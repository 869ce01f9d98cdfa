"""Writes docs/ and what else follows from the endpoints, or with `--check` says what has drifted."""

import json
import sys
from pathlib import Path
from typing import Any

from infra.openapi.document import document
from infra.operations import operations
from tandem.portal.app import Portal
from tandem.webhooks.models import EVENT_TYPES

ROOT = Path(__file__).resolve().parents[1]
_WRITTEN_BY = "<!-- Written by `make docs` from the code; do not edit. -->"
MEANINGS = {
    "api_key.rotated": "an API key has a new secret; `previousKeyExpiresAt` says how long the old one holds",
    "api_key.rotation_due": "a rotation policy wants a key replaced by `rotationDueAt`; told again with `expiresAt`",
    "call.initiated": "a call was placed, or came in",
    "call.ringing": "the other side rings",
    "call.answered": "the other side answered",
    "call.completed": "an answered call ended",
    "call.failed": "a call ended unanswered; `status`, `outcome` and `retryable` say how",
    "call.recording.available": "the recording can be fetched",
    "user.created": "a person was invited, or founded the organization; `data` has `role` and `status`",
    "user.updated": "an invited person has come: `status` is `active`",
    "conversation.assigned": "a conversation was given to somebody, at its opening or later",
    "conversation.closed": "a conversation was closed; `conversation.updated` comes with it",
    "conversation.created": "a conversation was opened, by hand or by a call",
    "conversation.updated": "a property of a conversation changed, or a customer's message opened it again",
    "customer.created": "a customer was made, by hand or by its first call",
    "customer.updated": "a property of a customer changed",
    "message.received": "a customer's message was added to a conversation",
    "message.sent": "a message of an agent or a system was added to a conversation",
    "transcript.completed": "what was said in a call is known to its end; comes again with the next `version` if that "
    "changes. `data` has `turns` (`role` user or agent, `text`, `start` and `end` in seconds) and `tool_calls`",
}


_RECIPE = """\
## Is it genuine?

`X-Webhook-Signature` is `sha256=` and the HMAC-SHA256 of the raw body, in hexadecimal, with the whole secret `whsec_…`
as the key; while a secret is rotated, with the new one. `webhook-signature` is that of
[Standard Webhooks](https://www.standardwebhooks.com), whose libraries check it: it also covers the id and the time, and
while a secret is rotated it holds a signature by each. By hand:

```python
def is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    \"\"\"`headers` by lower-case name; refuse a `webhook-timestamp` that is more than five minutes off, too.\"\"\"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split())
```

Answer 2xx within 10 seconds; anything else is tried again, a redirect too. 410 pauses the webhook, and so do five days
of failures.
"""


def routes() -> str:
    """docs/routes.md: which file serves what."""
    lines = [_WRITTEN_BY, "", "# Routes", "", "One line an operation; the file is the place to change it.", ""]
    lines += ["| operation | file | who may call | |", "| --- | --- | --- | --- |"]
    for operation in operations():
        endpoint = operation.endpoint
        guard = {"key": f"key with `{endpoint.guard.permission}`", "carrier": "the carrier", "none": "anyone"}
        guard["session"] = "a person's session"
        file = f"functions/{operation.family}/{operation.name}.py"
        others = (*endpoint.also, *endpoint.methods[1:])
        also = f" (also {', '.join(f'`{other}`' for other in others)})" if others else ""
        lines.append(
            f"| `{endpoint.method} {endpoint.path}`{also} | [{operation.name}](../{file}) "
            f"| {guard[endpoint.guard.scheme]} | {operation.summary} |"
        )
    pages = ", ".join(f"`{path}`" for path in Portal.pages if path != "/api-docs/")
    whose = "a person's session; anyone, but for the page itself"
    summary = "the documentation: Swagger UI, OpenAPI, Postman"
    file = "[serve_pages](../functions/portal/serve_pages.py)"
    lines.append(f"| `GET /api-docs/` (also {pages}) | {file} | {whose} | {summary} |")
    return "\n".join(lines) + "\n"


def events() -> str:
    """docs/events.md: what webhooks are sent."""
    lines = [
        _WRITTEN_BY,
        "",
        "# Events",
        "",
        "A webhook is a POST of `{event, timestamp, data}`; `data` is the thing as it is then, as its endpoint",
        "",
    ]
    lines[-2] += " shows it, such as `GET /api/telephony/calls/{callId}`. Delivery is at least once: `webhook-id` is"
    lines[-2] += " the same over all attempts. Order is not promised."
    lines += ["| event | when |", "| --- | --- |"]
    lines += [f"| `{name}` | {MEANINGS[name]} |" for name in sorted(EVENT_TYPES)]
    lines += ["", "`webhook.test` comes only from `POST /api/v1/webhooks/{webhook_id}/test`; nobody subscribes to it."]
    lines += ["", *_RECIPE.splitlines()]
    return "\n".join(lines) + "\n"


def openapi() -> str:
    """docs/openapi.json: all families in one document."""
    return json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def served() -> str:
    """What the function for everything else knows of what is served: a path a line, its methods and its dialect."""
    found: dict[str, dict[str, Any]] = {}
    for operation in operations():
        endpoint = operation.endpoint
        for path in (endpoint.path, *endpoint.also):
            known = found.setdefault(path, {"dialect": endpoint.dialect.name, "methods": []})
            known["methods"] = sorted({*known["methods"], *endpoint.methods})
    found |= {path: {"dialect": "platform", "methods": ["GET"]} for path in Portal.pages}
    lines = [f"{json.dumps(path)}: {json.dumps(found[path])}" for path in sorted(found)]
    return "{\n" + ",\n".join(lines) + "\n}\n"


DOCUMENTS = {
    "docs/routes.md": routes,
    "docs/events.md": events,
    "docs/openapi.json": openapi,
    "layers/shared/tandem/entry/routes.json": served,
}


def main(arguments: list[str]) -> int:
    """Write the documents; with `--check` compare them, and 1 when one has drifted."""
    drifted = []
    for name, write in DOCUMENTS.items():
        path, text = ROOT / name, write()
        if not path.exists() or path.read_text() != text:
            drifted.append(name)
            if "--check" not in arguments:
                path.write_text(text)
    if drifted and "--check" in arguments:
        sys.stderr.write(f"drifted from the code: {', '.join(drifted)}; run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
