"""Tests that drive Chromium: Debian's own, no download."""

import shutil

CHROMIUM_PACKAGE = "chromium"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium", path="/usr/bin")
