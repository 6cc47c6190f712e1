"""Every test on every database, each run said, and what was left out with the reason.

Exit code 1 when a run failed, or when one was left out under RETRO_NO_SKIPS=1.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests import postgres
from tests.browser import CHROMIUM, CHROMIUM_PACKAGE

# Two browsers at once on two cores take longer than one after the other.
KINDS = {"": ["-m", "not browser", "-n", "2"], ", in the browser": ["-m", "browser"]}


def run(database: str | None, arguments: list[str]) -> bool:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if database:
        environment["DATABASE_URL"] = database
    command = [sys.executable, "-m", "pytest", "-q", *arguments, *sys.argv[1:]]
    return subprocess.run(command, env=environment, check=False).returncode == 0


def main() -> int:
    postgres.stop_politely()
    strict = os.environ.get("RETRO_NO_SKIPS") == "1"
    said, failed = [], False
    with ExitStack() as stack:
        databases: dict[str, str | None] = {"SQLite": None}
        if url := os.environ.get("TEST_DATABASE_URL"):
            databases["PostgreSQL"] = url
        elif postgres.programs():
            databases["PostgreSQL"] = stack.enter_context(postgres.server())
        else:
            said.append(f"skipped  PostgreSQL: install Debian's package {postgres.PACKAGE}")
            failed |= strict
        for kind, arguments in KINDS.items():
            if kind and CHROMIUM is None:
                said.append(f"skipped  the browser: install Debian's package {CHROMIUM_PACKAGE}")
                failed |= strict
                continue
            for name, database in databases.items():
                print(f"\n== {name}{kind}", flush=True)
                begun = time.monotonic()
                good = run(database, arguments)
                failed |= not good
                word = "passed " if good else "FAILED "
                said.append(f"{word}  {name}{kind}: {time.monotonic() - begun:.0f} s")
    print("\n" + "\n".join(said))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
