"""The parts are tested behind a person who may do everything but what a request's X-Refused header names."""

import pytest

from tests.web import settings as sample
from tests.web import urls
from troth.platform.web import areas, frame


@pytest.fixture(autouse=True)
def _sample_site(settings, monkeypatch):
    """The sample alone: what the apps registered for the frame is out of the way, and back afterwards."""
    monkeypatch.setattr(areas, "_areas", {})
    monkeypatch.setattr(frame, "_place", [])
    monkeypatch.setattr(frame, "_inbox", [])
    urls.fill_frame()
    settings.ROOT_URLCONF = "tests.web.urls"
    settings.MIDDLEWARE = sample.MIDDLEWARE
    settings.SESSION_ENGINE = sample.SESSION_ENGINE
    settings.LANGUAGE_CODE = "en"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    urls.colours.clear()
