"""The kernel is pure, so its examples need no deadline: a busy machine is no failure."""

from hypothesis import HealthCheck, settings

settings.register_profile("kernel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kernel")
