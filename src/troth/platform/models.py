"""The platform's tables."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person, or a machine with a token, that may sign in."""

    language = models.CharField(max_length=5, default="en")
