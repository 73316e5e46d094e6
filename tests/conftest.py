"""Settings for all tests: on a busy machine a property is no less true for taking longer."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
