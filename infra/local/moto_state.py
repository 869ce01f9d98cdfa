"""Everything moto holds in this process, put aside and taken up again: a stack within a stack's lifetime."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.model_instances import model_data

_IN_USE: list[Any] = vars(BackendDict)["_instances"]  # moto's own list of what it holds; it only grows and empties


@dataclass
class MotoState:
    """The contents of moto's backends at one moment; the objects themselves, not copies."""

    contents: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    tracked: list[tuple[Any, list[Any]]] = field(default_factory=list)

    @classmethod
    def put_aside(cls) -> "MotoState":
        """Take everything out, so that moto is as new."""
        backends = list(_IN_USE)
        state = cls([(backend, dict(backend)) for backend in backends], list(_tracked()))
        for backend in backends:
            backend.clear()
        _IN_USE.clear()
        for model, _ in state.tracked:
            model.instances_tracked = []
        return state

    def take_up(self) -> None:
        """Forget what came since, and put everything back."""
        BackendDict.reset()
        for backend, accounts in self.contents:
            backend.update(accounts)
            _IN_USE.append(backend)
        for model, instances in self.tracked:
            model.instances_tracked = instances


def _tracked() -> Iterator[tuple[Any, list[Any]]]:
    """What moto knows to have made of each model: the contents of S3, to be closed before they are dropped."""
    for models in model_data.values():
        for model in models.values():
            if instances := vars(model)["instances_tracked"]:
                yield model, instances
