"""What the operator decides: the checked `TROTH_…` variables.

| variable | meaning | unset |
| --- | --- | --- |
| `TROTH_ENV` | `development` or `production` | `development` |
| `TROTH_DATABASE_URL` | `sqlite:////path/file.sqlite3` or `postgresql://user:password@host/name` | a file in the home |
| `TROTH_HOME` | folder for the SQLite file, the development key, collected static files | `~/.local/share/troth` |
| `TROTH_SECRET_KEY` | signs sessions; at least 50 characters in production | a file in the home (development) |
| `TROTH_ALLOWED_HOSTS` | host names, separated by commas | this machine only (development) |
| `TROTH_TRUSTED_PROXY` | `true` when a proxy in front sets `X-Forwarded-Proto` | `false` |
| `TROTH_METRICS_TOKEN` | at least 20 characters: who shows them reads `/metrics` | no metrics |
| `TROTH_MAIL_URL` | `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465` | files in the home (development) |
| `TROTH_MAIL_FROM` | who mail comes from | `troth@localhost` |
| `TROTH_CREDIT_FEED` | a CSV file of credit ratings that another program leaves for Troth; read every night | none |
| `TROTH_LOG_LEVEL` | `debug`, `info`, `warning` or `error` | `info` |
| `TROTH_LOG_FORMAT` | `text` or `json` | `json` in production, else `text` |

Where traces go, OpenTelemetry's own variables say: `OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`, with the
path), `OTEL_SERVICE_NAME` (`troth`), and for its library `OTEL_EXPORTER_OTLP_HEADERS` and others.

A variable that is misspelt or has a wrong value stops the program with a sentence: a setting that is silently ignored
is worse than none. `TROTH_TEST_…` belongs to the test suite and is left alone.
"""

import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "TROTH_"
TEST_PREFIX = "TROTH_TEST_"
SECRET_KEY_LENGTH = 50
METRICS_TOKEN_LENGTH = 20
MAIL_TIMEOUT_SECONDS = 20
MAIL_PORTS = {"smtp": 587, "smtps": 465}
DATABASE_SCHEMES = ("sqlite", "postgres", "postgresql")


class WrongEnvironment(Exception):
    """A `TROTH_…` variable is unknown, wrong or missing; the message says which and what to set."""


def _default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "troth"


class Environment(BaseSettings):
    """The variables as typed values; see the module's table."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", env_ignore_empty=True)

    env: Literal["development", "production"] = "development"
    home: Path = None  # type: ignore[assignment]  # filled by the validator below
    database_url: str = ""
    secret_key: str = ""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxy: bool = False
    metrics_token: str = ""
    mail_url: str = ""
    mail_from: str = "troth@localhost"
    credit_feed: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] | None = None

    @field_validator("home", "credit_feed", mode="before")
    @classmethod
    def _expand_home(cls, value: str | Path | None) -> Path | None:
        return None if value is None else Path(value).expanduser()

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        return tuple(host.strip() for host in value.split(",") if host.strip()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in DATABASE_SCHEMES:
            raise ValueError(
                "must begin with sqlite:/// or postgresql:// (sqlite:////var/lib/troth/troth.sqlite3, "
                "postgresql://user:password@host/name)"
            )
        return value

    @field_validator("mail_url")
    @classmethod
    def _check_mail_url(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in MAIL_PORTS or not urlsplit(value).hostname):
            raise ValueError(
                "must be smtp://user:password@host:587, smtps://user:password@host:465 or smtp://localhost"
            )
        return value

    @field_validator("metrics_token")
    @classmethod
    def _check_metrics_token(cls, value: str) -> str:
        if value and len(value) < METRICS_TOKEN_LENGTH:
            raise ValueError(f"must have at least {METRICS_TOKEN_LENGTH} characters, or be empty for no metrics")
        return value

    @model_validator(mode="before")
    @classmethod
    def _fill_home(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {"home": _default_home(), **values}

    @model_validator(mode="after")
    def _check_traces(self) -> "Environment":
        endpoint = urlsplit(self.traces_endpoint)
        if self.traces_endpoint and (endpoint.scheme not in ("http", "https") or not endpoint.hostname):
            raise ValueError("OTEL_EXPORTER_OTLP_ENDPOINT is wrong: must be http://host:4318 or https://…")
        protocol = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
        if self.traces_endpoint and protocol not in (None, "", "http/protobuf"):
            raise ValueError(f"OTEL_EXPORTER_OTLP_PROTOCOL is {protocol}: traces are sent by http/protobuf only.")
        return self

    @model_validator(mode="after")
    def _check_production(self) -> "Environment":
        if not self.production:
            return self
        if len(self.secret_key) < SECRET_KEY_LENGTH:
            raise ValueError(
                f"TROTH_ENV=production needs TROTH_SECRET_KEY with at least {SECRET_KEY_LENGTH} characters; make one "
                'with: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
            )
        if not self.allowed_hosts:
            raise ValueError(
                "TROTH_ENV=production needs TROTH_ALLOWED_HOSTS: the host names people type, separated by commas."
            )
        return self

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def traces_endpoint(self) -> str:
        """The address that traces are sent to over HTTP, empty for none: OpenTelemetry's variables are its standard."""
        if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
            return ""
        base = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").rstrip("/")
        return os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or (f"{base}/v1/traces" if base else "")

    @property
    def traces_service(self) -> str:
        return os.environ.get("OTEL_SERVICE_NAME") or "troth"

    @property
    def json_logs(self) -> bool:
        return self.log_format == "json" or (self.log_format is None and self.production)

    def database(self) -> str:
        """The database's address; the default is a SQLite file in the home."""
        return self.database_url or f"sqlite:///{self.home / 'troth.sqlite3'}"

    def mail(self) -> dict[str, Any]:
        """Django's settings for mail. In development nothing leaves the machine unless a server is named."""
        sender = {"DEFAULT_FROM_EMAIL": self.mail_from, "EMAIL_TIMEOUT": MAIL_TIMEOUT_SECONDS}
        if not self.mail_url and not self.production:
            files = "django.core.mail.backends.filebased.EmailBackend"
            return sender | {"EMAIL_BACKEND": files, "EMAIL_FILE_PATH": self.home / "mail"}
        server = urlsplit(self.mail_url or "smtp://localhost")
        here = not server.username and server.hostname == "localhost"
        return sender | {
            "EMAIL_HOST": server.hostname,
            "EMAIL_PORT": server.port or (25 if here else MAIL_PORTS[server.scheme]),
            "EMAIL_HOST_USER": unquote(server.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(server.password or ""),
            "EMAIL_USE_SSL": server.scheme == "smtps",
            "EMAIL_USE_TLS": server.scheme == "smtp" and not here,
        }

    def signing_key(self) -> str:
        """The secret key; in development one is made once and kept in the home, so that sessions outlive a restart."""
        if self.secret_key:
            return self.secret_key
        path = self.home / "development-key"
        if not path.exists():
            make_home(self.home)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(SECRET_KEY_LENGTH))
        return path.read_text().strip()


def make_home(home: Path) -> None:
    """Create the home folder, or say how to choose another."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongEnvironment(
            f"{home} cannot be created ({error.strerror}); set TROTH_HOME to a folder that may be written."
        ) from None


def _unknown_variables() -> list[str]:
    known = {f"{PREFIX}{name}".upper() for name in Environment.model_fields}
    ours = [name for name in os.environ if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX)]
    return sorted(set(ours) - known)


def load() -> Environment:
    """Read and check the variables; raises `WrongEnvironment` with one sentence for each that is wrong."""
    known = ", ".join(f"{PREFIX}{name}".upper() for name in Environment.model_fields)
    sentences = [f"{name} is not a variable of Troth; known are {known}." for name in _unknown_variables()]
    try:
        environment = Environment()
    except ValidationError as refused:
        for error in refused.errors():
            reason = error["msg"].removeprefix("Value error, ")
            place = "".join(f"{PREFIX}{part}".upper() for part in error["loc"][:1])
            sentences.append(f"{place} is wrong: {reason}." if place else reason)
    if sentences:
        raise WrongEnvironment("\n".join(sentences))
    return environment
