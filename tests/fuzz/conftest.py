"""What fuzzing has: the integration tests' stack."""

from tests.integration.conftest import stack

__all__ = ["stack"]
