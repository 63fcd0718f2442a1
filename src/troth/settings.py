"""Django's settings, derived from the checked environment (see `troth.environment`)."""

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from troth import environment
from troth.floors import INSTALLED_FLOORS
from troth.logs import logging_for

try:
    ENVIRONMENT = environment.load()
    SECRET_KEY = ENVIRONMENT.signing_key()
except environment.WrongEnvironment as wrong:
    raise ImproperlyConfigured(str(wrong)) from None

PRODUCTION = ENVIRONMENT.production
DEBUG = False
ALLOWED_HOSTS = [*ENVIRONMENT.allowed_hosts] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
if not PRODUCTION:
    ALLOWED_HOSTS += ENVIRONMENT.allowed_hosts

# --- Apps ------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    *INSTALLED_FLOORS,
    "troth.platform.admin_site.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "health_check",
    "ninja",
    "template_partials",
]

MIDDLEWARE = [
    "troth.platform.request_ids.RequestIdMiddleware",
    "troth.platform.metrics.requests.MeasureMiddleware",
    "troth.platform.api.problems.ProblemMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "troth.platform.middleware.ActorMiddleware",
    "troth.platform.web.language.LanguageMiddleware",
    "troth.doors.web.hours.LocalTimeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "troth.platform.web.refusals.RefusalMiddleware",
]

ROOT_URLCONF = "troth.doors.urls"
WSGI_APPLICATION = "troth.doors.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database --------------------------------------------------------------------------------------------------------


def _database(url: str) -> dict[str, Any]:
    """The settings both databases need to keep a promise once it is answered.

    SQLite takes its one write lock when a transaction begins, waits 20 s for it, and has each commit on disk before it
    answers. PostgreSQL gives up on a row lock after 3 s ("busy, try again") and reads what is committed. Connections
    are kept: to open one and read the descriptions of all tables costs SQLite a tenth of a page.
    """
    settings: dict[str, Any] = {**dj_database_url.parse(url)}
    options = settings.setdefault("OPTIONS", {})
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        options.update(
            transaction_mode="IMMEDIATE",
            timeout=20,
            init_command="PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
        )
        settings.update(CONN_MAX_AGE=600)
    else:
        settings.update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True)
        # To compile a statement, or to start more processes for it, takes longer than any statement here saves by it.
        options["options"] = "-c lock_timeout=3s -c jit=off -c max_parallel_workers_per_gather=0"
        options["isolation_level"] = 2  # psycopg.IsolationLevel.READ_COMMITTED, without importing the optional driver
    return settings


DATABASES = {"default": _database(ENVIRONMENT.database())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# SQLite cannot hold keys with empty parts unique by itself: there an action has the one write lock from its beginning,
# so what it looked up before it writes stays true.
SILENCED_SYSTEM_CHECKS = ["models.W047"]

# --- People ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "platform.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "troth.platform.roles_backend.RolesBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 60 * 60 * 12

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# --- Jobs ------------------------------------------------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- Language and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_COOKIE_NAME = "troth_language"
LOCALE_PATHS = [Path(__file__).resolve().parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files ----------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = ENVIRONMENT.home / "static"
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = ENVIRONMENT.home / "files"

# --- Browser security ------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "troth.platform.web.errors.csrf_failed"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^health/", "^metrics$"]  # asked on this machine, past the proxy
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
if ENVIRONMENT.trusted_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Metrics ---------------------------------------------------------------------------------------------------------

globals().update(ENVIRONMENT.mail())
METRICS_TOKEN = ENVIRONMENT.metrics_token
METRICS_FOLDER = ENVIRONMENT.home / "metrics"

# --- Traces ----------------------------------------------------------------------------------------------------------

TRACES_ENDPOINT = ENVIRONMENT.traces_endpoint
TRACES_SERVICE = ENVIRONMENT.traces_service

# --- Logs ------------------------------------------------------------------------------------------------------------

LOGGING = logging_for(level=ENVIRONMENT.log_level, as_json=ENVIRONMENT.json_logs)
