"""What a client's exception says is made fit to be shown: credentials are taken out.

A service can say what it was sent, and every request carries a key id and, often, a session token.
botocore's exception becomes the cause of ours, and a traceback shows both. So the credentials are
taken out of botocore's, before ours is made of it and its words are cut to their bounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from itemwise._redact import redacted

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient

__all__ = ["conceal"]

_SHORTEST = 8
"""Characters of a credential that is looked for. What is shorter only stands in for one, as in
tests, and can be a part of any word."""


def conceal(client: AioBaseClient, error: Exception) -> None:
    """Take credentials out of an exception, and out of the reply that it stands for.

    In place, so that it stays the one that the client has raised.

    Args:
        client: the client. Its own credentials are found wherever they stand, others by their place
            or form.
        error: what it raised.
    """
    secrets = _credentials(client)
    error.args = tuple(
        redacted(said, secrets) if isinstance(said, str) else said for said in error.args
    )
    # A reply that is no error has data of the user's, and no words of it are shown.
    if isinstance(error, ClientError) and "Error" in error.response:
        _conceal_within(error.response, secrets)


def _conceal_within(node: object, secrets: Sequence[str]) -> None:
    # botocore's parsers make dicts and lists: a place is a name or an index.
    places: Iterable[object]
    if isinstance(node, dict):
        places = list(cast("dict[object, object]", node))
    elif isinstance(node, list):
        places = range(len(cast("list[object]", node)))
    else:
        return
    # Either, for what is done with it here.
    container = cast("dict[object, object]", node)
    for place in places:
        value = container[place]
        if isinstance(value, str):
            container[place] = redacted(value, secrets)
        else:
            _conceal_within(value, secrets)


def _credentials(client: AioBaseClient) -> Sequence[str]:
    """Give the client's key id, secret key and session token as it has them now, longest first."""
    signer: object = getattr(client, "_request_signer", None)
    # Not by their properties: those of credentials that can be renewed raise, or renew them.
    held: Mapping[str, object] = getattr(getattr(signer, "_credentials", None), "__dict__", {})
    names = "access_key", "secret_key", "token"
    values = [held.get(name) or held.get(f"_{name}") for name in names]
    secrets = [value for value in values if isinstance(value, str) and len(value) >= _SHORTEST]
    return sorted(secrets, key=len, reverse=True)
