"""A form that adds something carries a key of its own, so that sending it twice adds one."""

import uuid
from typing import Any


def with_key(initial: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a form's initial data with a fresh creation key in it."""
    return {**(initial or {}), "creation_key": uuid.uuid4()}
