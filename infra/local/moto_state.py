"""Everything moto holds in this process, put aside and taken up again: a stack within a stack's lifetime."""

from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BackendDict

_IN_USE: list[Any] = vars(BackendDict)["_instances"]  # moto's own list of what it holds; it only grows and empties


@dataclass
class MotoState:
    """The contents of moto's backends at one moment; the objects themselves, not copies."""

    contents: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)

    @classmethod
    def put_aside(cls) -> "MotoState":
        """Take everything out, so that moto is as new."""
        backends = list(_IN_USE)
        state = cls([(backend, dict(backend)) for backend in backends])
        for backend in backends:
            backend.clear()
        _IN_USE.clear()
        return state

    def take_up(self) -> None:
        """Forget what came since, and put everything back."""
        BackendDict.reset()
        for backend, accounts in self.contents:
            backend.update(accounts)
            _IN_USE.append(backend)
