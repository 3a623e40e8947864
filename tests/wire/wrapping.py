"""Clients that others have taken in hand: how tests do it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig

from tests.wire.cases import FMS

REQUEST = FMS.request(3)
ONCE = AioConfig(retries={"total_max_attempts": 1})

Send = Callable[..., Awaitable[object]]

WHOSE = pytest.mark.parametrize("whose", ["ours", "plain"])


def wrap_calls(client: AioBaseClient, wrap: Callable[[Send], Send]) -> None:
    wrapped = cast("Any", client)
    wrapped._make_api_call = wrap(wrapped._make_api_call)


def copying(send: Send) -> Send:
    """Wrap calls so that a copy of the reply is handed on."""

    async def wrapped(*arguments: object) -> object:
        return dict(cast("Mapping[str, object]", await send(*arguments)))

    return wrapped


def once(act: Callable[[], Awaitable[object]]) -> Callable[..., None]:
    """Make a handler that acts at its first event alone: its own calls bring more of them."""
    made = False

    async def handler(**_: object) -> None:
        nonlocal made
        if not made:
            made = True
            await act()

    # The stubs know synchronous handlers alone.
    return cast("Callable[..., None]", handler)
