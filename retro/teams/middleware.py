"""A person's language and time zone, for the members' side."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from retro.teams.models import User

PRIVATE = ("/desk/", "/accounts/")


class LanguageMiddleware:
    """Speak the signed-in person's language on the desk, the browser's elsewhere.

    Public pages never look at the session: they set no cookie and do not vary with one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language, zone = translation.get_language_from_request(request), "UTC"
        private = request.path_info.startswith(PRIVATE)
        if private and request.user.is_authenticated:
            language, zone = request.user.language, request.user.time_zone
        request.LANGUAGE_CODE = language
        with translation.override(language), timezone.override(ZoneInfo(zone)):
            response = self.get_response(request)
        if not private:
            patch_vary_headers(response, ["Accept-Language"])
        response.headers.setdefault("Content-Language", language)
        return response


class SetUpMiddleware:
    """Lead the first visitor of an empty installation to the page that makes its owner."""

    OPEN = ("/static/", "/healthz", "/desk/set-up/")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Once there is somebody, each worker remembers: the question is asked no more.
        self.somebody = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.somebody and not request.path_info.startswith(self.OPEN):
            self.somebody = User.objects.exists()
            if not self.somebody:
                return redirect("teams:set_up")
        return self.get_response(request)
