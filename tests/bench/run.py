"""``make bench``: how fast a stranger is served, and what a desk page costs, with the commands.

A speed is a ratio: the same bytes, from a bare Django view under the same server, side by side in
one run. Each number is the median of several rounds; the machine's noise is printed with it.
"""

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "10,1000,10000").split(",")]
ROUNDS, SECONDS, CONNECTIONS = 5, 4, 8


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """gunicorn as ``make run`` starts it, with another application where that is asked."""

    def __init__(self, application: str, env: dict[str, str]) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", application]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**env, "PORT": str(self.port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        print("$", "PORT=…", *command[1:])

    def wait(self, path: str) -> bytes:
        for _ in range(100):
            try:
                with urllib.request.urlopen(self.address(path), timeout=5) as answer:
                    return bytes(answer.read())
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"the server did not answer: {self.address(path)}")

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def memory(self) -> int:
        """Return the resident memory of the master and its workers in MiB (shared pages twice)."""
        pids = subprocess.run(
            ["ps", "-o", "rss=", "--pid", str(self.process.pid), "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        return sum(map(int, pids)) // 1024

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(timeout=30)


def wrk(address: str) -> tuple[float, float]:
    """Return (requests/s, p99 in ms) of one round."""
    out = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", address],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"not every answer was good:\n{out}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", out)
    assert rate and tail, out
    return float(rate[1]), float(tail[1]) * {"us": 0.001, "ms": 1, "s": 1000}[tail[2]]


def median(rows: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return the medians of rate and p99, and the spread of the rates in percent."""
    rates = [row[0] for row in rows]
    middle = statistics.median(rates)
    return (
        middle,
        statistics.median(row[1] for row in rows),
        100 * (max(rates) - min(rates)) / middle,
    )


def manage(env: dict[str, str], *words: str) -> str:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    ).stdout


def public_pages(env: dict[str, str], bodies: Path) -> None:
    rates: dict[tuple[str, int], float] = {}
    print(f"$ wrk -t1 -c{CONNECTIONS} -d{SECONDS}s --latency …   (median of {ROUNDS} rounds)\n")
    print(
        f"{'posts':>6} {'page':<6} {'req/s':>8} {'p99 ms':>7} {'bare':>8} {'ratio':>6} {'noise':>6}"
    )
    for size in SIZES:
        manage(env, "-m", "tests.bench.seed", str(size))
        ours = Server("retro.wsgi:application", env)
        ours.wait("/healthz")
        paths = {"post": f"/postmortems/{post_slug(env)}/", "index": "/"}
        for name, path in paths.items():
            (bodies / f"{name}.html").write_bytes(ours.wait(path))
        bare = Server("tests.bench.bare:application", {**env, "BENCH_BODIES": str(bodies)})
        bare.wait("/post")
        for name, path in paths.items():
            mine, theirs = [], []
            for _ in range(ROUNDS):
                # In turn, so that a slow moment of the machine meets both.
                mine.append(wrk(ours.address(path)))
                theirs.append(wrk(bare.address(f"/{name}")))
            rate, tail, noise = median(mine)
            base = median(theirs)[0]
            # Of each pair of rounds, side by side: what slows the machine slows both of them.
            ratio = statistics.median(a[0] / b[0] for a, b in zip(mine, theirs, strict=True))
            rates[name, size] = ratio
            print(
                f"{size:>6} {name:<6} {rate:>8.0f} {tail:>7.1f} {base:>8.0f} {ratio:>6.2f} {noise:>5.0f}%"
            )
        print(f"{size:>6} memory {ours.memory()} MiB, of the bare view {bare.memory()} MiB")
        ours.stop()
        bare.stop()
    for name in ("post", "index"):
        change = rates[name, SIZES[-1]] / rates[name, SIZES[0]] - 1
        print(f"{name}: {change:+.0%} against the bare view from {SIZES[0]} to {SIZES[-1]} posts")
    sizes = {file.stem: len(file.read_bytes()) for file in bodies.glob("*.html")}
    print("bytes:", ", ".join(f"{name} {size:,}" for name, size in sizes.items()))


def post_slug(env: dict[str, str]) -> str:
    code = (
        "import django; django.setup(); from retro.postmortems.models import Postmortem as P;"
        "print(P.objects.published().last().live_revision.slug)"
    )
    return manage(env, "-c", code).strip()


def main() -> None:
    if not shutil.which("wrk"):
        raise SystemExit("wrk makes the load: install Debian's package wrk")
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ,
            "RETRO_VAR": folder,
            "DJANGO_SETTINGS_MODULE": "retro.settings",
            "RETRO_SAMPLE": "1",
            "PYTHONPATH": str(ROOT),
        }
        env.pop("DATABASE_URL", None)
        bodies = Path(folder) / "bodies"
        bodies.mkdir()
        print("$ manage.py start --no-serve")
        manage(env, "manage.py", "start", "--no-serve")
        public_pages(env, bodies)
        print("\n$ python -m tests.bench.queries")
        print(manage(env, "-m", "tests.bench.queries"))


if __name__ == "__main__":
    main()
