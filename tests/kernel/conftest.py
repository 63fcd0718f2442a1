"""The kernel is pure, so its examples need no deadline: a busy machine is no failure."""

from hypothesis import settings

settings.register_profile("kernel", deadline=None)
settings.load_profile("kernel")
