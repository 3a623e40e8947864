"""The wire names of the served operations, and which of them a name that is none may mean."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

__all__ = ["check_served"]


def check_served(operation: object, served: Collection[str]) -> None:
    """Refuse a name that no served operation has.

    Raises:
        TypeError: it is no string.
        ValueError: it is not served. The message gives names that are close to it.
    """
    if not isinstance(operation, str):
        raise TypeError(
            "operation must be a wire name, such as an Operation's name, "
            f"not {type(operation).__name__}"
        )
    if operation not in served:
        meant = " or ".join(_meant(operation, served))
        hint = f": did you mean {meant}?" if meant else ""
        raise ValueError(f"no operation {operation} is served{hint}")


def _meant(operation: str, served: Collection[str]) -> list[str]:
    by_letters = {_letters(name): name for name in served}
    letters = _letters(operation)
    if letters in by_letters:
        # The name of a method, which is the wire name in snake case.
        return [by_letters[letters]]
    return [by_letters[name] for name in get_close_matches(letters, by_letters, n=2, cutoff=0.8)]


def _letters(name: str) -> str:
    return name.replace("_", "").lower()
