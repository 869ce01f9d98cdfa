"""What the functions serve: every endpoint of every family, found by looking."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tandem.entry.endpoint import Endpoint

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Operation:
    """An endpoint and where it stands."""

    family: str
    name: str
    endpoint: Endpoint

    @property
    def operation_id(self) -> str:
        """`telephony_initiate_call`."""
        return f"{self.family}_{self.name}"

    @property
    def path(self) -> str:
        """Where it is documented: without a slash at the end, where it also answers so."""
        bare = self.endpoint.path.rstrip("/")
        return bare if bare in self.endpoint.also else self.endpoint.path

    def operation_id_of(self, method: str) -> str:
        """The same, told apart where further methods do the same: `platform_update_customer_put`."""
        return self.operation_id if method == self.endpoint.method else f"{self.operation_id}_{method.lower()}"

    @property
    def summary(self) -> str:
        """The second half of the module's docstring."""
        return str(self._module.__doc__).partition(" — ")[2].rstrip(".\n")

    @property
    def _module(self) -> Any:
        return importlib.import_module(f"functions.{self.family}.{self.name}")


def operations() -> Iterator[Operation]:
    """Every endpoint of every family, in the order of the files."""
    for path in sorted((ROOT / "functions").glob("*/*.py")):
        if path.name != "__init__.py":
            handler = importlib.import_module(f"functions.{path.parent.name}.{path.stem}").handler
            if isinstance(handler, Endpoint):
                yield Operation(path.parent.name, path.stem, handler)
