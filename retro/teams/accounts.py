"""How allauth's sign-in behaves here."""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from retro.teams import sample
from retro.teams.models import User

log = logging.getLogger(__name__)


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No open sign-up: people come in by an invitation."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Say whether ``next=`` stays on this host: allauth lets all of ALLOWED_HOSTS pass."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts={self.request.get_host()})

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        if not sample.may_sign_in(user, request):
            messages.error(request, _("The sample's sign-in works on this machine only."))
            raise ImmediateHttpResponse(redirect("account_login"))
        return super().pre_login(request, user, **kwargs)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link for a mail. Its host is ours by setting, not by what a request claims."""
        url = str(super().get_reset_password_from_key_url(key))
        if settings.BASE_URL:
            parts = urlsplit(url)
            return f"{settings.BASE_URL}{parts.path}"
        return url

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write to people in their own language."""
        user = context.get("user")
        with translation.override(getattr(user, "language", None) or translation.get_language()):
            try:
                super().send_mail(template_prefix, email, context)
            except OSError:
                # A mail server that is down must not tell a stranger, by an error, that there is
                # an account; the operator reads it in the log.
                log.exception("a mail could not be sent")

    def format_email_subject(self, subject: str) -> str:
        return subject
