"""`python -m tests.events`: write the events anew, from what the journeys called each function with."""

import json
import re
from pathlib import Path
from typing import Any

from tests.architecture.journeys import TOKEN, Seen, gone

FOLDER = Path(__file__).parent
_ID = "[0-9a-f]{8}-[0-9a-f-]{27}"
_PEOPLE = {
    "<api_key_id>": re.compile(rf"(api-keys/|\"key_id\": \"){_ID}"),
    "<customer_id>": re.compile(rf'(customers/|CUSTOMER#|customerId=|customer(?:Id|_id)\\*": ?\\*"){_ID}'),
    "<menu_id>": re.compile(rf'(telephony/ivr/|menu_id": "){_ID}'),
    "<spoken_conversation_id>": re.compile(rf"(voice/recordings/){_ID}"),
    "<conversation_id>": re.compile(rf'(conversations/|CONVERSATION#|conversation_id": "){_ID}'),
}
_KEY = re.compile(r"(?<=Bearer )(?:sk_live|sk_test|va)_[A-Za-z0-9]{20,}")
_CALL = re.compile(r"(?<=calls/)[0-9a-f]{8}-[0-9a-f-]{27}|(?<=CALL#)[0-9a-f]{8}-[0-9a-f-]{27}")


def placed(seen: Seen, event: Any) -> str:
    """An event with placeholders where a workspace, its key and its call stand."""
    text = json.dumps(event, indent=2, ensure_ascii=False)
    for workspace in (seen.demo, seen.kenyan):
        for key in workspace.keys.values():
            text = text.replace(key, "<key>")
        text = text.replace(workspace.tenant_id, "<tenant_id>")
    text = _KEY.sub("<key>", text)  # of workspaces that a journey made for itself
    for place, value in seen.names.items():
        text = text.replace(value, place)
    text = text.replace(TOKEN, "<token>")
    for call_id in set(_CALL.findall(text)) | set(re.findall(r"<tenant_id>\.([0-9a-f-]{36})", text)):
        text = text.replace(call_id, "<call_id>")
    for place, pattern in _PEOPLE.items():
        text = pattern.sub(rf"\1{place}", text)
    return re.sub(r'(call_id\\*": ?\\*")[0-9a-f-]{36}', r"\1<call_id>", text) + "\n"


def main() -> None:
    """Write them all."""
    seen = gone()
    for name, event in seen.events.items():
        (FOLDER / f"{name}.json").write_text(placed(seen, event))


if __name__ == "__main__":
    main()
