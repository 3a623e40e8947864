"""Typed, async AWS batch calls, with every item accounted for."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itemwise._batch import BatchRun, run_batch
    from itemwise._client import ClientArguments, open_client
    from itemwise._operation import Key, Operation, Verdict, by_value, client_token
    from itemwise._pace import Pace
    from itemwise._policy import RetryPolicy
    from itemwise._shape import (
        OPEN_ENUM,
        Request,
        RequestList,
        RequestShape,
        RequestUnion,
        Response,
        ResponseList,
        ResponseShape,
        ResponseUnion,
        Timestamp,
        length,
        wire,
    )
    from itemwise._stream import BatchStream, stream_batch
    from itemwise.errors import (
        BatchError,
        CallError,
        ConfigurationError,
        Delivery,
        ItemwiseError,
        RejectedError,
        ResponseError,
        ThrottledError,
        TransientError,
    )
    from itemwise.results import (
        BatchResult,
        CallRecord,
        Failed,
        NotAttempted,
        NotAttemptedReason,
        Outcome,
        Progress,
        Status,
        Succeeded,
        Unknown,
        UnmatchedEntry,
    )

__all__ = [
    "OPEN_ENUM",
    "BatchError",
    "BatchResult",
    "BatchRun",
    "BatchStream",
    "CallError",
    "CallRecord",
    "ClientArguments",
    "ConfigurationError",
    "Delivery",
    "Failed",
    "ItemwiseError",
    "Key",
    "NotAttempted",
    "NotAttemptedReason",
    "Operation",
    "Outcome",
    "Pace",
    "Progress",
    "RejectedError",
    "Request",
    "RequestList",
    "RequestShape",
    "RequestUnion",
    "Response",
    "ResponseError",
    "ResponseList",
    "ResponseShape",
    "ResponseUnion",
    "RetryPolicy",
    "Status",
    "Succeeded",
    "ThrottledError",
    "Timestamp",
    "TransientError",
    "Unknown",
    "UnmatchedEntry",
    "Verdict",
    "by_value",
    "client_token",
    "length",
    "open_client",
    "run_batch",
    "stream_batch",
    "wire",
]

_ROOMS = {
    "_batch": "BatchRun run_batch",
    "_client": "ClientArguments open_client",
    "_operation": "Key Operation Verdict by_value client_token",
    "_pace": "Pace",
    "_policy": "RetryPolicy",
    "_shape": (
        "OPEN_ENUM Request RequestList RequestShape RequestUnion Response ResponseList "
        "ResponseShape ResponseUnion Timestamp length wire"
    ),
    "_stream": "BatchStream stream_batch",
    "errors": (
        "BatchError CallError ConfigurationError Delivery ItemwiseError RejectedError "
        "ResponseError ThrottledError TransientError"
    ),
    "results": (
        "BatchResult CallRecord Failed NotAttempted NotAttemptedReason Outcome Progress "
        "Status Succeeded Unknown UnmatchedEntry"
    ),
}
"""Which room has which names. A room is entered when one of its names is first asked for: what only
makes requests waits for pydantic, and for no AWS client."""

_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}

# Type checkers read the imports above. With this function any name would be a right one to them.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name, or a public room, when it is first asked for."""
        if name in _ROOM_OF:
            room = f"{__name__}.{_ROOM_OF[name]}"
            try:
                module = import_module(room)
            except AttributeError as error:
                # As such it would be taken for a name that is missing, and its words be lost.
                raise ImportError(f"{room} cannot be imported: {error}") from error
            value = getattr(module, name)
            # From now on it is found without asking here.
            globals()[name] = value
            return value
        if name in _ROOMS and not name.startswith("_"):
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *(room for room in _ROOMS if not room.startswith("_"))])
