"""Settings of the test suite: the product's own, on the database that `TROTH_TEST_DATABASE` names.

`sqlite` (unset) uses a file, because an in-memory database locks differently; `postgres` the server that
`tests.postgres.find` chooses. A developer's `TROTH_…` and `OTEL_…` variables have no say here.
"""

import os
import tempfile
import zlib
from pathlib import Path

for _name in [name for name in os.environ if name.startswith(("TROTH_", "OTEL_"))]:
    if not _name.startswith("TROTH_TEST_"):
        del os.environ[_name]

from tests import postgres  # noqa: E402

_FOLDER = Path(tempfile.gettempdir()) / f"troth-tests-{os.getuid()}"
_FOLDER.mkdir(exist_ok=True)
_WORKING_COPY = f"{zlib.crc32(str(Path.cwd()).encode()):08x}"
_NAME = f"test_troth_{_WORKING_COPY}"

os.environ["TROTH_HOME"] = str(_FOLDER)
os.environ["TROTH_SECRET_KEY"] = "only for tests, " * 4
if os.environ.get("TROTH_TEST_DATABASE", "sqlite") == "postgres":
    os.environ["TROTH_DATABASE_URL"] = os.environ["TROTH_TEST_POSTGRES_URL"] = postgres.find()

from troth.settings import *  # noqa: E402, F403
from troth.settings import DATABASES  # noqa: E402

_DATABASE = DATABASES["default"]
if _DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    _DATABASE["TEST"] = {"NAME": str(_FOLDER / f"{_NAME}.sqlite3")}
else:
    _DATABASE["TEST"] = {"NAME": _NAME}
    _DATABASE["OPTIONS"]["options"] += " -c synchronous_commit=off"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
