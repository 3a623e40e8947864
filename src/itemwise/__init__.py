"""Typed, async AWS batch calls, with every item accounted for."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itemwise._client import ClientArguments, open_client
    from itemwise._operation import Key, Operation, Verdict, by_value, client_token
    from itemwise._pace import Pace
    from itemwise._policy import RetryPolicy
    from itemwise._run.batch import BatchRun, run_batch
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
    from itemwise._stream.stream import BatchStream, stream_batch
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

__all__ = [  # noqa: RUF022 - as `sorted` has it: the rule would put constants first
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
    "OPEN_ENUM",
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

_MODULES = {
    "_client": "ClientArguments open_client",
    "_operation": "Key Operation Verdict by_value client_token",
    "_pace": "Pace",
    "_policy": "RetryPolicy",
    "_run.batch": "BatchRun run_batch",
    "_shape": (
        "OPEN_ENUM Request RequestList RequestShape RequestUnion Response ResponseList "
        "ResponseShape ResponseUnion Timestamp length wire"
    ),
    "_stream.stream": "BatchStream stream_batch",
    "errors": (
        "BatchError CallError ConfigurationError Delivery ItemwiseError RejectedError "
        "ResponseError ThrottledError TransientError"
    ),
    "results": (
        "BatchResult CallRecord Failed NotAttempted NotAttemptedReason Outcome Progress "
        "Status Succeeded Unknown UnmatchedEntry"
    ),
}
"""Which module has which names. It is imported when one of them is first asked for: what only makes
requests waits for pydantic, and for no AWS client."""

_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names.split()}

# Type checkers read the imports above. With this function any name would be a right one to them.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name, or a public module, when it is first asked for."""
        if name in _MODULE_OF:
            path = f"{__name__}.{_MODULE_OF[name]}"
            try:
                module = import_module(path)
            except AttributeError as error:
                # As such it would be taken for a name that is missing, and its words be lost.
                raise ImportError(f"{path} cannot be imported: {error}") from error
            value = getattr(module, name)
            # From now on it is found without asking here.
            globals()[name] = value
            return value
        if name in _MODULES and not name.startswith("_"):
            return import_module(f"{__name__}.{name}")
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *(module for module in _MODULES if not module.startswith("_"))])
