"""A release that adds a column to every tenant's tickets, and nothing else: for `make bench-tenants`."""
