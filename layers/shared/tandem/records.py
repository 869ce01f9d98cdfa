"""Frozen dataclasses whose methods are written when the first of them is made: a function imports many and makes few.

`dataclasses` writes and compiles up to eight methods of each class as its module is imported, a tenth of a cold start.
"""

from dataclasses import dataclass, field
from threading import RLock
from typing import Any, TypeVar, dataclass_transform

C = TypeVar("C")

_unwritten: set[type[Any]] = set()
_writing = RLock()


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[C]) -> type[C]:
    """The class as `dataclass(frozen=True)` makes it, once there is an instance. Until then `dataclasses.fields` of
    the class itself finds none."""

    def initialise(self: Any, *given: Any, **named: Any) -> None:
        _write(cls)
        made.__init__(self, *given, **named)

    made: Any = cls
    made.__init__ = initialise
    _unwritten.add(cls)
    return cls


def _write(cls: type[Any]) -> None:
    """Write the methods of a class and of those that it extends, whose fields come first."""
    with _writing:
        for each in reversed(cls.__mro__):
            if each in _unwritten:
                dataclass(frozen=True, init=False)(each)
                # Taken last, and from elsewhere: another thread that makes one meanwhile comes here and waits.
                heir = type(each.__name__, (each,), {})
                written: Any = dataclass(frozen=True, repr=False, eq=False, match_args=False)(heir)
                each.__init__ = written.__init__
                _unwritten.discard(each)
