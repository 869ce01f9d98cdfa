"""What a function does once, at the end of its import."""

import gc
from typing import TypeVar

from tandem.aws.clients import dynamodb
from tandem.config import in_lambda

H = TypeVar("H")


def ready(handler: H, *, uses_table: bool) -> H:
    """The handler, whose module is imported: garbage is collected again, but not looked for in what was imported.

    The table's client is made here and not by the first request, since Lambda lends more processor time to the import.
    """
    if in_lambda():
        if uses_table:
            dynamodb()
        gc.freeze()
        gc.enable()
    return handler
