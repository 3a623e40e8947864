"""Calls of aiobotocore itself, on the client on which workloads run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from aiobotocore.client import AioBaseClient

from itemwise.testing import Key
from tests.property.chaos.operations import BY_NAME
from tests.wire.cases import Case
from tests.wire.clients import ApiClient, Reply

__all__ = ["PlainCall", "PlainReply", "send_plain"]

PlainReply = Reply | Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainCall:
    """A call of an operation that a workload runs, with items of its own.

    Attributes:
        operation: the operation's wire name.
        numbers: the items, as the case table makes them.
        after: requests of the client after which it is sent; where there are fewer, it is not.
    """

    operation: str
    numbers: tuple[int, ...]
    after: int = 0

    @property
    def case(self) -> Case:
        return BY_NAME[self.operation]

    @property
    def keys(self) -> set[Key]:
        """The ledger's keys of its items."""
        return set(self.case.keys(*self.numbers))


async def send_plain(call: PlainCall, client: AioBaseClient) -> PlainReply:
    """Send the call, and give its reply or what it has raised."""
    request = call.case.make(call.case.items(sorted(call.numbers)))
    members = request.model_dump(by_alias=True, exclude_none=True, mode="json")
    try:
        return await cast("ApiClient", client)._make_api_call(call.operation, members)
    except Exception as error:  # noqa: BLE001 - what may be raised, the invariants know
        return error
