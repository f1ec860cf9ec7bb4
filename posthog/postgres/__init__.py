"""The database backend that `settings.DATABASES` names; see `base`."""
