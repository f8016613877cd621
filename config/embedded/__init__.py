"""PostgreSQL, Valkey and an object store from packages, for a machine on which nobody installed them.

Where `DATABASE_URL`, `REDIS_URL` and `S3_ENDPOINT_URL` are set, nothing here runs: the environment is the way out.
"""
