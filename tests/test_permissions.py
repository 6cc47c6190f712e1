"""Who may do what, for every address there is. An address without a row fails.

Alice owns Harbor, Bora edits, Vic looks on. Mallory owns another team. A stranger is not signed in,
Fred has left Harbor. One row an address and method; the columns are in this order.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import make

pytestmark = pytest.mark.django_db
PEOPLE = ["Alice", "Bora", "Vic", "Mallory", "Fred", "stranger"]

# What a row may say of a person: the statuses that count as that answer.
OK = {200, 204, 301, 302, 303, 410, 422}
LOGIN = "login"

# Rows: who gets what. "ok" is the view's own answer (a page, a redirect within, a form refused).
EVERYBODY = ["ok"] * 6
# The desk: members read, strangers sign in, others may not know of it.
READ = ["ok", "ok", "ok", 404, 404, LOGIN]
WRITE = ["ok", "ok", 403, 404, 404, LOGIN]
OWNER = ["ok", 403, 403, 404, 404, LOGIN]
# A page of one's own team: somebody in another team has one, too.
OWN_READ = ["ok", "ok", "ok", "ok", 404, LOGIN]
OWN_WRITE = ["ok", "ok", 403, "ok", 404, LOGIN]
OWN_OWNER = ["ok", 403, 403, "ok", 404, LOGIN]
WRONG_METHOD = [405] * 6

ROWS: dict[str, dict[str, list[Any]]] = {
    "incidents:list": {"GET": OWN_READ, "POST": [405, 405, 403, 405, 404, LOGIN]},
    "incidents:new": {"GET": OWN_WRITE, "POST": OWN_WRITE},
    "incidents:incident": {"GET": READ},
    "incidents:details": {"GET": WRITE, "POST": WRITE},
    "incidents:add_person": {"POST": WRITE, "GET": WRONG_METHOD},
    "incidents:person": {"POST": WRITE},
    "incidents:remove_person": {"POST": WRITE},
    "incidents:activity": {"GET": READ},
    "incidents:story": {"GET": READ},
    "incidents:understanding": {"GET": READ},
    "incidents:add_entries": {"POST": WRITE, "GET": WRONG_METHOD},
    "incidents:entry": {"GET": READ, "POST": WRITE},
    "incidents:place_entry": {"POST": WRITE},
    "incidents:remove_entry": {"POST": WRITE},
    "incidents:add_attachment": {"POST": WRITE},
    "incidents:attachment_file": {"GET": READ},
    "incidents:attachment": {"POST": WRITE},
    "incidents:remove_attachment": {"POST": WRITE},
    "incidents:markdown_preview": {"POST": OWN_WRITE},
}
