"""What a failed attempt means, by what it has raised and what was noticed of its call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError, ProxyConnectionError

from itemwise._botocore.classify import answers_another, classify, unsent
from itemwise._botocore.conceal import conceal
from itemwise._botocore.transport import sends_once
from itemwise._botocore.unanswered import lost_sight, perhaps_sent_before
from itemwise._doubt import after_doubt
from itemwise._errors import CallError, Delivery

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient
    from botocore.model import Shape

    from itemwise._botocore.call_watch import CallWatch, Came

__all__ = ["error_of", "hidden_doubt"]


def error_of(client: AioBaseClient, watch: CallWatch, caught: Exception) -> CallError:
    """Make the error of an attempt that has raised, or that another host has answered.

    Args:
        client: the client of the call.
        watch: what was noticed of it.
        caught: what it raised.
    """
    # What another host says means nothing, whatever it is.
    said = watch.redirected or caught
    shown = said.response if isinstance(said, ClientError) else said
    doubt = hidden_doubt(client, watch, shown)
    conceal(client, caught)
    answers = isinstance(said, ClientError) and said.operation_name == watch.operation
    if watch.sent is False and not answers:
        error = unsent(said, operation=watch.operation)
    elif watch.sent and isinstance(said, ClientError) and not answers:
        error = answers_another(said, operation=watch.operation)
    else:
        # Also what answers in the service's place before anything is sent, as botocore's Stubber.
        error = _meaning(client, watch.operation, said)
        if watch.sent and not sends_once(client):
            model = client.meta.service_model.operation_model(watch.operation)
            error = perhaps_sent_before(error, method=model.http.get("method", "POST"))
    if isinstance(caught, ProxyConnectionError):
        # What it comes from has the proxy's URL, with the password in it.
        caught.__cause__ = caught.__context__ = None
    error.__cause__ = caught
    meant = after_doubt(error, doubt)
    if meant.__cause__ is None:
        # Nothing else was seen to be raised than this.
        meant.__cause__ = caught
    return meant


def hidden_doubt(client: AioBaseClient, watch: CallWatch, shown: object) -> CallError | None:
    """Find the latest attempt that the client does not show, and that may have been applied."""
    if watch.has_lost_sight:
        return lost_sight(watch.operation)
    for came in reversed(_hidden(watch.attempts, shown)):
        # Of whatever form: what a reply lacks, `classify` does without.
        hidden = came if isinstance(came, Exception) else ClientError(cast("Any", came), "")
        conceal(client, hidden)
        error = _meaning(client, watch.operation, hidden)
        if error.delivery is Delivery.IN_DOUBT:
            return error
    return None


def _hidden(attempts: Sequence[Came], shown: object) -> Sequence[Came]:
    """Give the attempts but the one that is shown, of which a wrapper may have made a copy."""
    for place, came in enumerate(attempts):
        if came is shown:
            return [*attempts[:place], *attempts[place + 1 :]]
    if isinstance(shown, Mapping) and attempts and not isinstance(attempts[-1], Exception):
        return attempts[:-1]
    return attempts


def _meaning(client: AioBaseClient, operation: str, caught: Exception) -> CallError:
    error = classify(caught, operation=operation, retryable=_retryable_trait(client, caught))
    error.__cause__ = caught
    return error


def _retryable_trait(client: AioBaseClient, error: Exception) -> Mapping[str, bool] | None:
    if not isinstance(error, ClientError):
        return None
    code = error.response.get("Error", {}).get("Code")
    if not code:
        return None
    # The stubs know neither that codes are strings nor that one can be unmodelled.
    find = cast("Callable[[str], Shape | None]", client.meta.service_model.shape_for_error_code)
    shape = find(code)
    return shape.metadata.get("retryable") if shape is not None else None
