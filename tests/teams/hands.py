"""What the tests of this room share: a browser for a person, and a page as its reader sees it."""

from html import unescape
from typing import Any

import html5lib
from django.test import Client

from tests import make

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def browser(name: str, **headers: Any) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client(**headers)
    client.force_login(make.User.objects.get(name=name), BACKEND)
    return client


def sign_in(client: Client, email: str, password: str = make.PASSWORD, **fields: Any) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password, **fields})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def text(response: Any) -> str:
    return unescape(response.content.decode())


def fields(response: Any, action: str | None = None) -> dict[str, str]:
    """Return what a browser would send from the page's form: by its action, or the first one."""
    tree = html5lib.parse(response.content.decode(), namespaceHTMLElements=False)
    form = next(form for form in tree.iter("form") if action in (None, form.get("action")))
    sent = {}
    for node in form.iter():
        if node.tag == "select":
            chosen = [row for row in node.iter("option") if "selected" in row.attrib]
            value = chosen[0].get("value", "") if chosen else ""
        elif node.tag == "textarea":
            # A browser sends every line break as these two characters, whatever the page had.
            value = "\r\n".join((node.text or "").split("\n"))
        elif node.tag == "input":
            value = node.get("value", "")
        else:
            continue
        if name := node.get("name"):
            sent[name] = value
    return sent
