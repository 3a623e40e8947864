"""The one error of the generator."""

from __future__ import annotations

__all__ = ["CodegenError"]


class CodegenError(Exception):
    """An operation cannot be described from its model and its overlay; the message says why."""
