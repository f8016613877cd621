"""Bringing a thousand schemas to this release: what a migration does is worked out once, and done in each."""
