"""`Operation`: the description of one AWS operation, and its caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from itemwise._description import Description, Key, Verdict, by_value, client_token
from itemwise._policy import DEFAULT_RETRY, RetryPolicy
from itemwise._shape import Request, Response

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient

__all__ = ["Key", "Operation", "Verdict", "by_value", "client_token"]

RequestT = TypeVar("RequestT", bound=Request)
ResponseT = TypeVar("ResponseT", bound=Response)
ItemT = TypeVar("ItemT")
EntryT = TypeVar("EntryT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Description[RequestT, ResponseT, ItemT, EntryT]):
    """One AWS operation that takes a list and answers item by item.

    An instance is a value and a thin async caller: ``await operation(client, request)``. The
    engine (`run_batch`) works from these fields alone, so an operation that itemwise does not ship
    is described in user code the same way.

    Attributes:
        service: the service's name in botocore, as its client is made by.
        name: the operation's wire name, such as ``BatchDisassociateResource``.
        request: the request model.
        response: the response model.
        max_items: most items in one call.
        items: lists a request's items; an item's place there is its index.
        with_items: makes a request with the shared members of another and the given items, all of
            them and no others; each call's request is counted before it is sent. Where the
            operation has a client token, it pins one here: the given request's own where the
            items are all of that request's, or all distinct ones, since equal items travel once;
            else a new one.
        key: what identifies an item to the service, from its place in the call and its value, and
            from nothing else.
        verdicts: reads a response's entries, and nothing else: a result reads them again when a
            success's entry is asked for.
        silence_is_success: whether an item that no entry names has succeeded.
        idempotent: whether a call may be repeated when its answer was lost, by nature or because
            `with_items` pins a client token.
        retryable_codes: entry codes that may pass when the item is sent again.
        item_error_codes: error codes of a whole call that a single bad item can cause.
        item_fields: the request fields that hold the items, to name them in error messages.

    Raises:
        ValueError: `max_items` is below 1.
        TypeError: a field is of another kind, such as one string where a set belongs.
    """

    async def __call__(
        self,
        client: AioBaseClient,
        request: RequestT,
        *,
        retry: RetryPolicy | None = DEFAULT_RETRY,
    ) -> ResponseT:
        """Send one request, as it is, and return the typed response.

        Throttling and transient faults are retried by the policy; a lost answer only where the
        operation is idempotent. Failed items stand in the response: nothing is raised for them.

        Args:
            client: any aiobotocore client of the operation's service.
            request: at most `max_items` items.
            retry: how attempts are repeated; ``None`` sends exactly one.

        Raises:
            CallError: the call brought no usable answer; see `itemwise.errors` for its kinds.
            pydantic.ValidationError: more items than one call carries. Nothing was sent.
            TypeError: an argument is of another kind, or of another service or operation. Nothing
                was sent.
            ValueError: `with_items` has made a request with more items, or fewer. Nothing was sent.
            ConfigurationError: the installed botocore does not know the operation, or not by its
                name.
        """
        # Who only makes requests is not to wait until aiobotocore is imported.
        from itemwise._call.call import call  # noqa: PLC0415

        return await call(client, self, request, retry)
