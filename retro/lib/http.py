"""What every room answers with: saves, conflicts, errors beside their fields."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from retro.lib.forms import RowForm
from retro.lib.rows import Stale


class PermissionsPolicyMiddleware:
    """Switch off what no page of ours uses."""

    POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = self.POLICY
        # A feed reader shows the pictures of a post; nothing else is for other sites.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def save_row(
    request: HttpRequest,
    form: RowForm,
    *,
    page: Callable[[Any], HttpResponse],
    done: str,
    fragments: Callable[[], Sequence[tuple[str, Mapping[str, Any]]]] | None = None,
) -> HttpResponse:
    """Save a row's form and answer.

    | what happened     | htmx                                         | a plain form           |
    |-------------------|----------------------------------------------|------------------------|
    | saved             | 200, new version, "Saved", ``fragments()``   | redirect to ``done``   |
    | a field is wrong  | 422, the errors beside their fields          | 422, ``page(form)``    |
    | somebody was first| 409, both texts                              | 409, ``page(form)``    |

    ``form.save`` may raise Stale, or ValidationError for what only the database could know.
    ``fragments`` returns (template, context) pairs that are sent along as out-of-band swaps.
    """
    if not form.is_valid():
        return _answer(request, form, page, status=422)
    try:
        form.save()
    except ValidationError as error:
        form.add_error(None, error)
        return _answer(request, form, page, status=422)
    except Stale as stale:
        form.stale = stale.current  # type: ignore[assignment]
        return _answer(request, form, page, status=409)
    if not is_htmx(request):
        return redirect(done)
    html = render_to_string("_saved.html", {"form": form, "state": "saved"}, request)
    for template, context in fragments() if fragments else []:
        html += render_to_string(template, {**context, "oob": True}, request)
    return HttpResponse(html)


def _answer(
    request: HttpRequest,
    form: RowForm,
    page: Callable[[Any], HttpResponse],
    *,
    status: int,
) -> HttpResponse:
    state = "conflict" if status == 409 else "invalid"
    context: dict[str, Any] = {"form": form, "state": state}
    if form.stale is not None:
        context["current"] = form.stale
        context["differences"] = form.conflict = form.differences(form.stale)  # type: ignore[attr-defined]
    if is_htmx(request):
        return render(request, "_saved.html", context, status=status)
    response = page(form)
    response.status_code = status
    return response
