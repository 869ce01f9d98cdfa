"""Faults that the local stack injects into carriers; in every other stage there are none."""

import json
import os

from tandem.config import settings


def injected(carrier: str, operation: str) -> str | None:
    """The kind of fault to show now, `fail` or `drop_answer`, or None."""
    path = settings().faults_file
    if not path or not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        faults = json.load(file)
    for fault in faults:
        if fault["carrier"] in (carrier, "*") and fault["operation"] in (operation, "*"):
            return str(fault["kind"])
    return None
