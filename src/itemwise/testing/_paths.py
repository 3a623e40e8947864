"""The paths of REST operations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from botocore.model import OperationModel

from itemwise.testing._wire import WireRequest

__all__ = ["RestPath"]

_LABEL: Final = re.compile(r"\{([^}]+)\}")


class RestPath:
    """Where one operation is found, such as ``POST /things/{name}``.

    Args:
        model: the operation.
    """

    def __init__(self, model: OperationModel) -> None:
        template, _, query = str(model.http.get("requestUri", "/")).partition("?")
        parts = _LABEL.split(template)
        # A label that ends with a plus sign spans slashes.
        pattern = "".join(
            re.escape(part) if place % 2 == 0 else "(.+)" if part.endswith("+") else "([^/]+)"
            for place, part in enumerate(parts)
        )
        self._method = str(model.http.get("method", "POST"))
        self._pattern = re.compile(pattern)
        self._labels = tuple(part.removesuffix("+") for part in parts[1::2])
        self._query = frozenset(query.split("&")) if query else frozenset[str]()

    @property
    def generality(self) -> int:
        """How much the path leaves open: of two that match, the one with less is meant."""
        return len(self._labels)

    def match(self, request: WireRequest) -> Mapping[str, str] | None:
        """Return the values of the path's labels, decoded; ``None`` if the request is another's."""
        if request.method != self._method:
            return None
        match = self._pattern.fullmatch(request.path)
        if match is None or not self._query <= set(request.query.split("&")):
            return None
        return dict(zip(self._labels, map(unquote, match.groups()), strict=True))
