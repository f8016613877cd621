"""PostgreSQL and Valkey from packages, for a machine on which nobody installed them.

Where `DATABASE_URL` and `REDIS_URL` are set, nothing here runs: the environment is the way out.
"""
