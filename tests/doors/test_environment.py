"""Settings are checked: what is misspelt or wrong is a sentence, never silently ignored."""

import pytest

from troth import environment


@pytest.fixture
def variables(monkeypatch, tmp_path):
    """Set exactly these `TROTH_…` variables."""

    def set_only(**wanted: str) -> None:
        for name in ("TROTH_HOME", "TROTH_SECRET_KEY", "TROTH_DATABASE_URL"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        for name, value in wanted.items():
            monkeypatch.setenv(name, value)

    return set_only


def test_without_variables_the_database_is_a_file_in_the_home(variables, tmp_path):
    variables()
    assert environment.load().database() == f"sqlite:///{tmp_path}/troth/troth.sqlite3"


def test_a_misspelt_variable_is_named_with_the_known_ones(variables):
    variables(TROTH_DATABASE="sqlite:///x")
    with pytest.raises(environment.WrongEnvironment, match=r"TROTH_DATABASE is not a variable .* TROTH_DATABASE_URL"):
        environment.load()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("TROTH_ENV", "prod", "TROTH_ENV is wrong: Input should be 'development' or 'production'"),
        ("TROTH_DATABASE_URL", "mysql://x", "TROTH_DATABASE_URL is wrong: must begin with sqlite:/// or postgresql://"),
        ("TROTH_METRICS_TOKEN", "short", "TROTH_METRICS_TOKEN is wrong: must have at least 20 characters"),
        ("TROTH_MAIL_URL", "mail.example.org", "TROTH_MAIL_URL is wrong: must be smtp://user:password@host:587"),
        ("TROTH_LOG_LEVEL", "loud", "TROTH_LOG_LEVEL is wrong: Input should be 'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_a_wrong_value_is_refused_by_name(variables, name, value, sentence):
    variables(**{name: value})
    with pytest.raises(environment.WrongEnvironment) as refused:
        environment.load()
    assert sentence in str(refused.value)


def test_production_needs_a_long_key_and_the_host_names(variables):
    variables(TROTH_ENV="production", TROTH_SECRET_KEY="short", TROTH_ALLOWED_HOSTS="orders.example.org")
    with pytest.raises(environment.WrongEnvironment, match="TROTH_SECRET_KEY with at least 50 characters"):
        environment.load()
    variables(TROTH_ENV="production", TROTH_SECRET_KEY="k" * 50, TROTH_ALLOWED_HOSTS="")
    with pytest.raises(environment.WrongEnvironment, match="TROTH_ALLOWED_HOSTS"):
        environment.load()
    variables(TROTH_ENV="production", TROTH_SECRET_KEY="k" * 50, TROTH_ALLOWED_HOSTS="a.example.org, b.example.org")
    assert environment.load().allowed_hosts == ("a.example.org", "b.example.org")


@pytest.mark.parametrize(
    ("url", "host", "port", "ssl", "tls"),
    [
        ("smtp://localhost", "localhost", 25, False, False),
        ("smtp://me:pass%40word@mail.example.org", "mail.example.org", 587, False, True),
        ("smtps://me:pass%40word@mail.example.org:1465", "mail.example.org", 1465, True, False),
    ],
)
def test_mail_goes_by_the_server_that_is_named(variables, url, host, port, ssl, tls):
    variables(TROTH_MAIL_URL=url, TROTH_MAIL_FROM="orders@example.org")
    mail = environment.load().mail()
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_USE_SSL"], mail["EMAIL_USE_TLS"]) == (
        host,
        port,
        ssl,
        tls,
    )
    assert mail["EMAIL_HOST_PASSWORD"] == ("pass@word" if "@" in url else "")
    assert mail["DEFAULT_FROM_EMAIL"] == "orders@example.org"


def test_without_a_server_mail_stays_in_the_home_while_developing(variables, tmp_path):
    variables()
    assert environment.load().mail()["EMAIL_FILE_PATH"] == tmp_path / "troth" / "mail"
    variables(TROTH_ENV="production", TROTH_SECRET_KEY="k" * 50, TROTH_ALLOWED_HOSTS="a.example.org")
    assert environment.load().mail()["EMAIL_HOST"] == "localhost"


def test_the_development_key_is_made_once_and_private(variables):
    variables()
    first = environment.load().signing_key()
    assert len(first) >= environment.SECRET_KEY_LENGTH
    assert environment.load().signing_key() == first
    assert (environment.load().home / "development-key").stat().st_mode & 0o777 == 0o600


def test_a_home_that_cannot_be_made_is_a_sentence(variables, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(environment.WrongEnvironment, match="set TROTH_HOME to a folder that may be written"):
        environment.make_home(tmp_path / "file" / "troth")


@pytest.mark.parametrize(
    ("wanted", "endpoint", "service"),
    [
        ({}, "", "troth"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/"}, "http://c:4318/v1/traces", "troth"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://c/own", "OTEL_SERVICE_NAME": "acme"}, "https://c/own", "acme"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"}, "", "troth"),
    ],
)
def test_traces_go_where_the_standard_variables_say(variables, wanted, endpoint, service):
    variables(**wanted)
    found = environment.load()
    assert (found.traces_endpoint, found.traces_service) == (endpoint, service)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "OTEL_EXPORTER_OTLP_ENDPOINT is wrong: must be http://"),
        (
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "grpc",
            "OTEL_EXPORTER_OTLP_PROTOCOL is grpc: traces are sent by http/",
        ),
    ],
)
def test_traces_that_could_not_be_sent_are_refused(variables, name, value, sentence):
    variables(**{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", name: value})
    with pytest.raises(environment.WrongEnvironment) as refused:
        environment.load()
    assert sentence in str(refused.value)
