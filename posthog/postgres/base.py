"""
Django's Postgres backend, over the driver beside this: all that differs is how long its connections wait.
"""

from django.db.backends.postgresql import base

from posthog.postgres import driver


class DatabaseWrapper(base.DatabaseWrapper):
    Database = driver
