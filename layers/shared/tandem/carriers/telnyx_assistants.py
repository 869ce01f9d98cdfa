"""AI assistants at Telnyx: who talks on a call of ours, and what was said in the end."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tandem.carriers.base import Assistant
from tandem.carriers.telnyx_rest import Account, Rest
from tandem.errors import Unavailable

_NAME = "Tandem"
_OURS = "assistant-"
"""How ids of assistants begin; an agent's id at another provider is none."""

_LONGEST_GREETING = 3000
_PAGE, _MOST_PAGES = 100, 20


def started(account: Account, rest: Rest, assistant: Assistant) -> dict[str, Any]:
    """What a dial says of the agent who is to talk. All that makes it this one goes with the call, so that nothing at
    Telnyx can be out of date; the assistant there lends its model and voice. Raises Unavailable."""
    known = assistant.provider_agent_id or ""
    lent = known if known.startswith(_OURS) else account.assistant_id or _shared(rest)
    said: dict[str, Any] = {"id": lent, "name": assistant.name, "instructions": assistant.system_prompt}
    if assistant.first_message:
        said["greeting"] = assistant.first_message[:_LONGEST_GREETING]
    if assistant.variables:
        said["dynamic_variables"] = dict(assistant.variables)
    return said


def _shared(rest: Rest) -> str:
    """The account's assistant that is called after us, made when there is none."""
    listed = rest.read("ai/assistants")
    known = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    found = min((str(one.get("id")) for one in known if one.get("name") == _NAME), default=None)
    if found is None:
        made = rest.write("POST", "ai/assistants", {"name": _NAME, "instructions": "Each call brings its own."})
        found = str(made.get("id")) if isinstance(made, Mapping) and made.get("id") else None
    if found is None:
        raise Unavailable("The carrier makes no assistant at present.", code="CARRIER_ERROR")
    return found


def messages(rest: Rest, conversation_id: str) -> list[Any]:
    """All that was said in a conversation, page by page. Raises Unavailable."""
    said: list[Any] = []
    path = f"ai/conversations/{quote(conversation_id, safe='')}/messages"
    for number in range(1, _MOST_PAGES + 1):
        page = rest.read(f"{path}?page%5Bsize%5D={_PAGE}&page%5Bnumber%5D={number}")
        said += page if isinstance(page, list) else []
        if not isinstance(page, list) or len(page) < _PAGE:
            break
    return said
