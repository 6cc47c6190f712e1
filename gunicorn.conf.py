"""How the production server runs: read by gunicorn from the folder it is started in."""

import multiprocessing
import os
import sys
from pathlib import Path

from gunicorn import systemd
from gunicorn.arbiter import Arbiter

_listen = os.environ.get("RETRO_LISTEN", "127.0.0.1")
_port = os.environ.get("PORT", "8000")

chdir = str(Path(__file__).resolve().parent)
wsgi_app = "retro.wsgi:application"
# An IPv6 address needs its brackets before the port; a socket path has no port.
bind = _listen if _listen.startswith("unix:") else f"{_listen}:{_port}"

# Threads, because a request mostly waits for the database. The application is loaded in each
# worker and not before the fork: a database connection must not be shared by two processes.
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4

# A request may take the 20 s that SQLite waits for its turn to write, and then answer.
timeout = 60
graceful_timeout = 30
# Longer than a reader pauses between two clicks' worth of files, and it holds no thread.
keepalive = 5

# The heartbeat file is touched all the time: keep it off the disk where there is memory for it.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
# Its commands are not used, and its socket would lie in the home folder, outside var/.
control_socket_disable = True
loglevel = os.environ.get("RETRO_SERVER_LOG", "warning")


def _refuse_public_sample(addresses: list[str]) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retro.settings")
    django.setup()
    from retro.teams.sample import refuse_unless_loopback

    refuse_unless_loopback(addresses)


def on_starting(server: Arbiter) -> None:
    """Leave, with a sentence, when the sample's published sign-in would be open to others."""
    addresses = list(server.cfg.bind)
    if systemd.listen_fds(unset_environment=False):
        addresses.append("a socket from systemd")
    # In a process of its own: what the first process imports or connects, every worker inherits,
    # and a reload (HUP) would go on with the old code.
    check = multiprocessing.get_context("fork").Process(
        target=_refuse_public_sample, args=(addresses,)
    )
    check.start()
    check.join()
    if check.exitcode:
        sys.exit(check.exitcode)
