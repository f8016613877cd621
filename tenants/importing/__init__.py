"""Taking over the tenants of the original service from its PostgreSQL (docs/importing.md)."""
