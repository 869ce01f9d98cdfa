"""Endpoints that say what they were given, or answer what they are told."""

import json
import os
import sys
import time
from typing import Any

Event = dict[str, Any]


def echo(event: Event, context: Any) -> Event:
    """The event, the environment's names and the context, as JSON."""
    seen = {
        "event": event,
        "environment": dict(os.environ),
        "pid": os.getpid(),
        "remaining": context.get_remaining_time_in_millis(),
        "function": context.function_name,
    }
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(seen)}


def answer(event: Event, context: Any) -> Any:
    """Does what the body says: `raise`, `exit`, `sleep`, `print`, or returns `return` as it is."""
    wanted = json.loads(event["body"])
    if "raise" in wanted:
        raise ValueError(wanted["raise"])
    if "exit" in wanted:
        sys.exit(wanted["exit"])
    if "kill" in wanted:
        os._exit(wanted["kill"])
    if "sleep" in wanted:
        time.sleep(wanted["sleep"])
    if "print" in wanted:
        sys.stdout.write(wanted["print"] + "\n")
    if "bytes" in wanted:
        return {"statusCode": 200, "body": "x" * wanted["bytes"]}
    return wanted.get("return")
