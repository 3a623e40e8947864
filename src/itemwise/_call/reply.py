"""How a reply becomes a model: read from its bytes where they could be had, else from a dict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar, cast

from pydantic import ValidationError

from itemwise._botocore.documents import MOST_STRUCTURES, is_huge
from itemwise._describe_error import describe_error
from itemwise._errors import CallError, Delivery, ResponseError
from itemwise._shape import Response, put_request_id

if TYPE_CHECKING:
    from itemwise._botocore.call_watch import CallWatch, Caught

__all__ = ["Reply", "read"]

ResponseT = TypeVar("ResponseT", bound=Response)
ResponseT_co = TypeVar("ResponseT_co", bound=Response, covariant=True)


@dataclass(frozen=True, slots=True)
class Reply(Generic[ResponseT_co]):
    """One answer of the service.

    Attributes:
        response: what was read of it.
        request_id: the service's id of the request.
        body: the bytes that it was read from, where they could be had.
        doubt: the error of an earlier attempt that may have been applied, where the client has
            repeated the call by itself.
    """

    response: ResponseT_co
    request_id: str | None
    body: bytes | None
    doubt: CallError | None = None


class _Metadata(TypedDict, total=False):
    """What botocore adds to every parsed reply."""

    HTTPStatusCode: int
    RequestId: str


def read(
    model: type[ResponseT],
    parsed: Mapping[str, object],
    watch: CallWatch,
    doubt: CallError | None,
) -> Reply[ResponseT]:
    """Read a reply into its model.

    Args:
        model: the response model.
        parsed: what botocore made of the reply.
        watch: what was noticed of its call.
        doubt: the error of an earlier attempt, see `Reply`.

    Raises:
        ResponseError: the reply is not JSON, or does not fit the model.
    """
    # botocore's own part of every reply, whatever its members.
    metadata = cast("_Metadata", parsed.get("ResponseMetadata", {}))
    request_id = metadata.get("RequestId")
    caught = watch.caught(parsed)
    try:
        _check(caught)
        if caught.body is not None:
            response = model.model_validate_json(caught.body)
        else:
            members = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
            response = model.model_validate(members)
    except Exception as error:
        # A validator of a model that the user has described can raise whatever it wants.
        fault = _first_fault(error) if isinstance(error, ValidationError) else describe_error(error)
        raise ResponseError(
            f"the reply does not fit {model.__name__}: {fault}",
            operation=watch.operation,
            code="UnreadableReply",
            delivery=Delivery.IN_DOUBT,
            status=metadata.get("HTTPStatusCode"),
            request_id=request_id,
        ) from error
    put_request_id(response, request_id)
    return Reply(response, request_id, caught.body, doubt)


def _check(caught: Caught) -> None:
    # Errors of this kind, since their words are shown.
    if not caught.is_document:
        raise TypeError("it is no message of the service's protocol")
    if caught.body is not None and is_huge(caught.body):
        raise TypeError(f"it has more than {MOST_STRUCTURES} structures and lists")


def _first_fault(error: ValidationError) -> str:
    # The place and the kind of the fault, never the input: replies can hold what must not be shown.
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    return f"{place}: {fault['msg']}" if place else fault["msg"]
