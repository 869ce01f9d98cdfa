"""The OpenAPI document of all families, made from the endpoints."""
