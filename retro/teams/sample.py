"""The sample's sign-in is published in this file: it must never be open to others."""

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

from retro.teams.models import User

EMAIL = "sample@retro.example"
PASSWORD = "look around first"  # noqa: S105 - it is meant to be read
REAL_OWNER = (
    "Make a real owner and take the sample's sign-in away with:\n"
    "    python manage.py create_owner --email you@your.domain --name 'Your name' "
    "--team 'Your team' --remove-sample\n"
    "or begin with an empty database and RETRO_SAMPLE=0."
)


def is_loopback(host: str) -> bool:
    """Say whether an address or host name reaches this machine only."""
    name = host.strip("[]")
    if name in ("localhost", "") and host:
        return True
    if host.startswith(("unix:", "/")):
        # A socket file is there for a proxy that listens elsewhere.
        return False
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def refuse_unless_loopback(addresses: list[str]) -> None:
    """Leave with a sentence when the sample's sign-in exists and others could reach it.

    ``addresses`` are what the server binds to: "127.0.0.1:8000", "[::1]:8000", "unix:/run/x".
    """
    try:
        if not User.objects.filter(is_sample=True).exists():
            return
    except DatabaseError:
        return  # not migrated yet: nobody can sign in at all
    hosts = [address.rpartition(":")[0] or address for address in addresses]
    public = urlsplit(settings.BASE_URL).hostname
    for host in [*hosts, *([public] if public else [])]:
        if not is_loopback(host):
            raise SystemExit(
                f"The sample's sign-in is known to everybody, so it is not served on {host}.\n{REAL_OWNER}"
            )


def may_sign_in(user: User, request: HttpRequest) -> bool:
    """Say whether this sign-in is all right: the sample's is, from this very machine."""
    if not user.is_sample:
        return True
    return not settings.ALLAUTH_TRUSTED_PROXY_COUNT and is_loopback(
        request.META.get("REMOTE_ADDR", "unknown")
    )
