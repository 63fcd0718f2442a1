"""Settings of a bare platform."""

import os
import tempfile
from pathlib import Path

import dj_database_url

SECRET_KEY = "x" * 50
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGES = [("en", "English"), ("de", "German")]
AUTH_USER_MODEL = "platform.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "troth.platform",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "troth.platform.middleware.ActorMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "tests.platform.urls"
LOGIN_URL = "/sign-in/"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
DATABASES = {"default": dict(dj_database_url.parse(os.environ.get("TROTH_DATABASE_URL", "sqlite:///t.sqlite3")))}
_options = DATABASES["default"].setdefault("OPTIONS", {})
if "sqlite" in DATABASES["default"]["ENGINE"]:
    _options.update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
    )
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"troth_test_{os.getpid()}.sqlite3")}
else:
    _options["options"] = "-c lock_timeout=3s"
