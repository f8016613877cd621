"""The hub's settings with the migrations of a later release."""

from config.settings import *  # noqa: F403
from tests.tenants.later import MODULES

MIGRATION_MODULES = MODULES
