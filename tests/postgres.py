"""A PostgreSQL server for one run: made in a temporary folder, gone afterwards.

``python tests/postgres.py COMMAND...`` runs a command with its DATABASE_URL.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

PACKAGE = "postgresql"
SETTINGS = """
listen_addresses = ''
unix_socket_permissions = 0777
max_connections = 200
# Nothing here must survive a power cut.
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def programs() -> Path | None:
    """Return the folder with initdb and pg_ctl; Debian keeps it out of PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


def _account() -> pwd.struct_passwd | None:
    """Return whom to run the server as, when we are root: it refuses to be root itself."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


@contextmanager
def server() -> Iterator[str]:
    """Start a server, yield its DATABASE_URL, stop and remove it whatever happens."""
    folder = programs()
    if folder is None:
        raise SystemExit(f"PostgreSQL is not here: install Debian's package {PACKAGE}.")
    account = _account()
    # Root's TMPDIR may be closed to the other account, and a socket's path must be short.
    home = Path(tempfile.mkdtemp(prefix="retro-postgres-", dir="/tmp" if account else None))
    if account:
        os.chown(home, account.pw_uid, account.pw_gid)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [folder / program, *arguments],
            check=True,
            cwd=home,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )

    data = str(home / "data")
    try:
        # The C locale is everywhere, and the least generous to Korean: what works here, works.
        run("initdb", "-D", data, "-U", "retro", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        with (home / "data" / "postgresql.conf").open("a") as file:
            file.write(f"{SETTINGS}unix_socket_directories = '{home}'\n")
        # A socket in a folder of ours: no port to find free, no other account lets itself in.
        run("pg_ctl", "-D", data, "-l", str(home / "log"), "-w", "start")
        run("createdb", "-h", str(home), "-U", "retro", "retro")
        yield f"postgres://retro@/{home}/retro"
    finally:
        if (home / "data" / "postmaster.pid").exists():
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)


def stop_politely() -> None:
    """Let a signal end this process through its ``finally`` blocks."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


if __name__ == "__main__":
    stop_politely()
    with server() as url:
        done = subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False)
    sys.exit(done.returncode)
