"""Pure: text in which credentials can stand is made fit to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["redacted"]

_INSTEAD = "[redacted]"

_IN_THEIR_PLACES = (
    # The session token, in a header or in a signed URL, with or without the quotes of JSON.
    re.compile(r"(mz-[Ss]ecurity-[Tt]oken[\\\"']*[ \t]*[:=][ \t]*[\\\"']*)[^\s\"'<>]+"),
    # The key id, in front of the scope of a signature.
    re.compile(r"(Credential=)[^\s\"'<>/,%&;]+"),
    # A key id, by its form alone.
    re.compile(r"(A(?<!\wA)(?:KI|SI)A)[A-Z0-9]{16,}"),
)
"""Each begins with letters as they stand there, for a search to skip what has none of them: a reply
can be large, and the event loop waits."""


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """Take credentials out of what a service says.

    AWS quotes the request whose signature does not match, and with it the session token.

    Args:
        text: the words.
        secrets: values to take out wherever they stand, the longest first: of one that has another
            in it nothing is left then. All others are known by their place or form.
    """
    for secret in secrets:
        text = text.replace(secret, _INSTEAD)
    for pattern in _IN_THEIR_PLACES:
        text = pattern.sub(_keep_place, text)
    return text


def _keep_place(found: re.Match[str]) -> str:
    return f"{found[1]}{_INSTEAD}"
