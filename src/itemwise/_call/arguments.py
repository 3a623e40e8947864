"""Arguments that no call can be made with are refused by name, before anything is sent."""

from __future__ import annotations

from typing import Any

import botocore
from aiobotocore.client import AioBaseClient
from botocore import xform_name
from botocore.client import BaseClient

from itemwise._botocore.own_retries import warn_of_own_retries
from itemwise._description import Description
from itemwise._errors import ConfigurationError
from itemwise._policy import RetryPolicy
from itemwise._shape import Request

__all__ = ["check_call"]


def check_call(
    client: AioBaseClient,
    operation: Description[Any, Any, Any, Any],
    request: Request,
    retry: RetryPolicy | None,
) -> None:
    """Refuse arguments that no call of the operation can be made with.

    Logs once for a client that retries by itself, where the call would be retried as well.

    Raises:
        TypeError: an argument is of another kind, or of another service or operation.
        ConfigurationError: the installed botocore does not know the operation, or not by this name.
    """
    _check_kind(operation)
    _check_client(client, operation)
    _check_request(request, operation)
    _check_retry(retry)
    if retry is not None:
        warn_of_own_retries(client, retry.max_attempts)


def _check_kind(operation: object) -> None:
    if not isinstance(operation, Description):
        raise TypeError(
            "operation must be an Operation, such as those of itemwise.services, "
            f"not {type(operation).__name__}"
        )


def _check_client(client: object, operation: Description[Any, Any, Any, Any]) -> None:
    if not isinstance(client, AioBaseClient):
        if isinstance(client, BaseClient):
            # Its class has the same name as aiobotocore's.
            what = "a synchronous one of botocore or boto3: open it with itemwise.open_client"
        elif hasattr(client, "__aenter__"):
            enter = "enter it first: `async with open_client(...) as client`"
            what = f"{type(client).__name__} ({enter})"
        else:
            what = type(client).__name__
        raise TypeError(f"{operation.name} needs an aiobotocore client, not {what}")
    service: str = client.meta.service_model.service_name
    if service != operation.service:
        raise TypeError(
            f"{operation.name} needs a client of {operation.service!r}, not of {service!r}"
        )
    # The name as it stands: another that leads to the same method is not that of its replies, and
    # these would be read unguarded.
    known = client.meta.method_to_api_mapping.get(xform_name(operation.name))
    if known is None:
        raise ConfigurationError(
            f"botocore {botocore.__version__} does not know {operation.service} "
            f"{operation.name}: install a newer aiobotocore"
        )
    if known != operation.name:
        raise ConfigurationError(
            f"the name of an operation is its wire name: {known!r}, not {operation.name!r}"
        )


def _check_request(request: object, operation: Description[Any, Any, Any, Any]) -> None:
    if not isinstance(request, operation.request):
        raise TypeError(
            f"{operation.name} needs a {operation.request.__name__}, not {type(request).__name__}"
        )


def _check_retry(retry: object) -> None:
    if retry is not None and not isinstance(retry, RetryPolicy):
        raise TypeError(f"retry must be a RetryPolicy or None, not {retry!r}")
