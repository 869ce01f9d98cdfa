"""GET /api-docs/ — the documentation: Swagger UI for people, OpenAPI and a Postman collection for tools."""

from pathlib import Path

from tandem.entry.cold_start import ready
from tandem.portal.app import Portal

handler = ready(Portal(Path(__file__).parents[2] / "docs/openapi.json"), uses_table=True)
