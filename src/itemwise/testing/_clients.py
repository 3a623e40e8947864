"""Clients that live as long as one test."""

from __future__ import annotations

from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from itemwise.testing._local_aws import LocalAWS

if TYPE_CHECKING:
    from typing import Unpack

    from aiobotocore.client import AioBaseClient
    from aiobotocore.config import AioConfig
    from aiobotocore.session import AioSession

    from itemwise._client import ClientArguments

__all__ = ["LocalClients"]


class LocalClients:
    """Opens clients that talk to a `LocalAWS`, and closes all of them at the end of its block.

    Args:
        aws: the server.
    """

    def __init__(self, aws: LocalAWS) -> None:
        self._aws = aws
        self._open = AsyncExitStack()

    async def __call__(
        self,
        service: str,
        *,
        session: AioSession | None = None,
        config: AioConfig | None = None,
        **create_client_arguments: Unpack[ClientArguments],
    ) -> AioBaseClient:
        """Open a client, as `LocalAWS.client` does."""
        client = self._aws.client(
            service, session=session, config=config, **create_client_arguments
        )
        return await self._open.enter_async_context(client)

    async def __aenter__(self) -> Self:
        """Take note that clients may be opened."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all clients, the last one first."""
        await self._open.aclose()
