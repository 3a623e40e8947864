"""Clients as tests open them, and the types of what aiobotocore leaves untyped."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol, cast

import aiobotocore
import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession

from itemwise.testing import LocalAWS

Reply = dict[str, object]


class ClientFactory(Protocol):
    """A session, without the overloads for each service: some of their types are not installed."""

    def create_client(
        self, service: str, /, **arguments: object
    ) -> AbstractAsyncContextManager[AioBaseClient]: ...


class ApiClient(Protocol):
    """A client of any service."""

    async def _make_api_call(self, operation_name: str, api_params: object) -> Reply: ...


def plain_client(
    aws: LocalAWS,
    session: AioSession,
    config: AioConfig | None = None,
    *,
    service: str = "fms",
    endpoint: str | None = None,
) -> AbstractAsyncContextManager[AioBaseClient]:
    """Open a client as one does without itemwise.

    Args:
        aws: the server.
        session: what opens it.
        config: its configuration.
        service: whose client it is.
        endpoint: where it sends its calls; ``None`` is the server.
    """
    arguments = aws.client_arguments
    if endpoint is not None:
        arguments["endpoint_url"] = endpoint
    factory = cast("ClientFactory", session)
    return factory.create_client(service, config=config, **arguments)


def client_of(
    whose: str,
    aws: LocalAWS,
    session: AioSession,
    config: AioConfig | None = None,
    *,
    service: str = "fms",
) -> AbstractAsyncContextManager[AioBaseClient]:
    """Open a client as itemwise does, or a ``plain`` one."""
    if whose == "plain":
        return plain_client(aws, session, config, service=service)
    return aws.client(service, session=session, config=config)


class OwnSession(AIOHTTPSession):
    """A transport of the user's."""


# Before 3.9 aiobotocore itself does so where it merges configurations.
_FORGETS = tuple(map(int, aiobotocore.__version__.split(".")[:2])) < (3, 9)

keeps_transport = pytest.mark.skipif(_FORGETS, reason="aiobotocore itself forgets the transport")
