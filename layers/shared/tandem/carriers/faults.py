"""Faults that the local stack injects into carriers; in every other stage there are none."""

import json
import random
from pathlib import Path

from tandem.config import settings


def injected(carrier: str, operation: str) -> str | None:
    """The kind of fault to show now, `fail` or `drop_answer`, or None."""
    path = settings().faults_file
    if not path or not Path(path).exists():
        return None
    for fault in json.loads(Path(path).read_text(encoding="utf-8")):
        concerned = fault["carrier"] in (carrier, "*") and fault["operation"] in (operation, "*")
        if concerned and random.random() < fault["rate"]:  # noqa: S311 — chance, not secrecy
            return str(fault["kind"])
    return None
