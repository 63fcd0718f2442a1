"""Chromium for the tests in a browser: the one named, else the machine's, else one that root installs with apt-get.

1. `TROTH_TEST_CHROMIUM`: the path of a Chromium;
2. `chromium`, `chromium-browser`, `google-chrome` or `google-chrome-stable` on the path;
3. as root on Debian or Ubuntu: `apt-get install chromium`.

There is no fourth way: without Chromium the tests fail, they are never skipped.
"""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEDY = (
    "No Chromium for the tests in a browser: install it with sudo apt-get install -y chromium, or name one in "
    "TROTH_TEST_CHROMIUM."
)


class NoChromium(Exception):
    """No browser could be found or installed; the message says what to do."""


def find() -> str:
    """The path of a Chromium."""
    named = os.environ.get("TROTH_TEST_CHROMIUM")
    if named:
        if not shutil.which(named):
            raise NoChromium(f"TROTH_TEST_CHROMIUM={named} is not a program that can be run.")
        return named
    return _on_the_path() or _installed()


def _on_the_path() -> str:
    return next(filter(None, map(shutil.which, NAMES)), "")


def _installed() -> str:
    apt_get = shutil.which("apt-get")
    if os.geteuid() != 0 or not apt_get:
        raise NoChromium(REMEDY)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        if subprocess.run([apt_get, *words], env=quiet, stdout=subprocess.DEVNULL).returncode:
            raise NoChromium(f"apt-get {' '.join(words)} failed. {REMEDY}")
    found = _on_the_path()
    if not found:
        raise NoChromium(REMEDY)
    return found
