"""What ``make run`` does: everything a first start needs, then the production server."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from retro.lib import database
from retro.teams import sample
from retro.teams.models import User


class Command(BaseCommand):
    help = "Migrate, load the sample into an empty database, collect static files, and serve."
    # Its checks would need tables that it is about to make.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        database.prepare()
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        listen = os.environ.get("RETRO_LISTEN", "127.0.0.1")
        if settings.SAMPLE and not User.objects.exists() and sample.is_loopback(listen):
            call_command("load_sample", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        port = os.environ.get("PORT", "8000")
        sample.refuse_unless_loopback(
            [listen if listen.startswith("unix:") else f"{listen}:{port}"]
        )
        self.greet(listen, port)
        if not options["no_serve"]:
            # The server takes this process over, so that a signal to it reaches the server.
            os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"])  # noqa: S606

    def greet(self, listen: str, port: str) -> None:
        address = settings.BASE_URL or f"http://{listen}:{port}"
        self.stdout.write(f"Retro is at {address}/  and its desk at {address}/desk/")
        if User.objects.filter(is_sample=True).exists():
            self.stdout.write(f"Sample sign-in: {sample.EMAIL}  password: {sample.PASSWORD}")
        elif not User.objects.exists():
            self.stdout.write("Open it to make the owner and the team.")
        self.stdout.flush()
