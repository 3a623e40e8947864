"""`LocalAWS`: the server itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypedDict, TypeVar

from aiobotocore.config import AioConfig
from aiohttp import web

from itemwise.testing._bound import bind
from itemwise.testing._calls import CallHandler
from itemwise.testing._faults import Fault
from itemwise.testing._keys import item_key, wire_form
from itemwise.testing._ledger import Ledger
from itemwise.testing._routes import Routes
from itemwise.testing._row_paths import check_paths
from itemwise.testing._script import FaultScript, InjectedFault
from itemwise.testing._served import Key, ServedOperation
from itemwise.testing._served_names import check_served
from itemwise.testing._table import SERVED_OPERATIONS

if TYPE_CHECKING:
    from typing import Unpack

    from aiobotocore.client import AioBaseClient
    from aiobotocore.session import AioSession

    from itemwise._client import ClientArguments

__all__ = ["LocalAWS", "LocalClientArguments"]

FaultT = TypeVar("FaultT", bound=Fault)

_HOST: Final = "127.0.0.1"
_BACKLOG: Final = 1024
"""Connections that wait to be accepted: a client may open hundreds at once."""

_STOP_SECONDS: Final = 1.0
"""How long to wait for handlers that were told to end. They end at once, bar bugs."""


class LocalClientArguments(TypedDict):
    """What makes any aiobotocore client talk to the server."""

    endpoint_url: str
    region_name: str
    aws_access_key_id: str
    aws_secret_access_key: str


class LocalAWS:
    """AWS services on the loopback interface, in the running event loop.

    It speaks the wire protocols after botocore's own models, keeps a ledger of what calls applied,
    and fails in the ways that it is told to. Nothing leaves the machine.

    ```python
    async with LocalAWS() as aws, aws.client("fms") as client:
        aws.inject(Throttle(times=2))
        ...
        assert aws.ledger.applied() == {("arn:aws:ec2:...",): 1}
    ```

    Attributes:
        ledger: what was applied, how often, and by which calls.

    Args:
        operations: further operations; one that is served already is replaced.
        seed: where all random choices and request ids start.
        keep_calls: whether the ledger keeps each call, or only their number.
        keep_applied: whether the ledger keeps each applied key, or only their number.
        refuse_repeats: whether an item that an operation has applied before fails.

    Raises:
        ValueError: an operation that its service's model does not know, or `refuse_repeats`
            without `keep_applied`.
        botocore.exceptions.UnknownServiceError: an operation of a service that botocore does not
            know.
    """

    def __init__(
        self,
        operations: Iterable[ServedOperation] = (),
        *,
        seed: int = 0,
        keep_calls: bool = True,
        keep_applied: bool = True,
        refuse_repeats: bool = False,
    ) -> None:
        if refuse_repeats and not keep_applied:
            raise ValueError("refuse_repeats needs keep_applied")
        added = tuple(operations)
        for row in added:
            # Now, since a mistake would otherwise come to light in some later call.
            check_paths(bind(row))
        self._routes = Routes((*SERVED_OPERATIONS, *added))
        served = self._routes.names
        self.ledger = Ledger(keep_calls=keep_calls, keep_applied=keep_applied, served=served)
        self._script = FaultScript(seed, served)
        self._handler = CallHandler(
            routes=self._routes,
            script=self._script,
            ledger=self.ledger,
            seed=seed,
            refuse_repeats=refuse_repeats,
        )
        self._runner: web.ServerRunner | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        """Start the server."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server."""
        await self.stop()

    async def start(self) -> None:
        """Listen on a free port of the loopback interface.

        Raises:
            RuntimeError: the server runs already.
        """
        if self._runner is not None:
            raise RuntimeError("the server runs already")
        self._loop = asyncio.get_running_loop()
        server = web.Server(self._handler, access_log=None)
        self._handler.start()
        self._runner = web.ServerRunner(server, shutdown_timeout=_STOP_SECONDS)
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, _HOST, 0, backlog=_BACKLOG).start()
        except BaseException:
            await self.stop()
            raise
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close all connections and end all calls, answered or not. The ledger stays.

        A server that does not run is left alone. It may be started again, on another port.
        """
        runner, self._runner = self._runner, None
        if runner is None:
            return
        try:
            await self._handler.stop()
        finally:
            await runner.cleanup()
        # Transports close in the loop's next round.
        await asyncio.sleep(0)

    @property
    def endpoint_url(self) -> str:
        """The server's address, for all services.

        Raises:
            RuntimeError: the server does not run, or not while this event loop does.
        """
        if self._runner is None:
            raise RuntimeError("the server does not run: use it in `async with`, or start it")
        if _runs_another(self._loop):
            raise RuntimeError(
                "the server runs in another event loop, which stands still while this one runs: "
                "start it in the loop of its clients, or in a thread of its own"
            )
        return f"http://{_HOST}:{self._port}"

    @property
    def client_arguments(self) -> LocalClientArguments:
        """What to pass to any aiobotocore session's ``create_client``, besides the service.

        Raises:
            RuntimeError: the server does not run.
        """
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": "us-east-1",
            "aws_access_key_id": "testing",
            "aws_secret_access_key": "testing",
        }

    def client(
        self,
        service: str,
        *,
        session: AioSession | None = None,
        config: AioConfig | None = None,
        **create_client_arguments: Unpack[ClientArguments],
    ) -> AbstractAsyncContextManager[AioBaseClient]:
        """Open an itemwise client that talks to the server.

        Args:
            service: the service's name in botocore, such as ``fms``.
            session: for `itemwise.open_client`.
            config: for `itemwise.open_client`.
            **create_client_arguments: for `itemwise.open_client`, over `client_arguments`.

        Returns:
            An asynchronous context manager that gives the client.

        Raises:
            RuntimeError: the server does not run.
        """
        # The server works without the rest of the library.
        from itemwise import open_client  # noqa: PLC0415

        merged: ClientArguments = {**self.client_arguments, **create_client_arguments}
        # Some services put a label before the host's name, and here the host is an address.
        ours = AioConfig(inject_host_prefix=False)
        # In this direction, since older versions keep the connector of the first alone.
        return open_client(
            service, session=session, config=config.merge(ours) if config else ours, **merged
        )

    def inject(self, fault: FaultT) -> InjectedFault[FaultT]:
        """Put a fault into force, for calls from now on.

        Faults of one kind are asked in the order in which they were injected.

        Returns:
            A handle to change the fault, take it back, and count its hits.

        Raises:
            TypeError: it is no fault, such as a fault's class.
            ValueError: the fault is about an operation that is not served.
        """
        return self._script.inject(fault)

    @property
    def faults(self) -> Sequence[InjectedFault[Fault]]:
        """The faults in force, in the order in which they were injected."""
        return self._script.in_force

    def clear_faults(self) -> None:
        """Take all faults back."""
        self._script.clear()

    def key(self, operation: str, item: object, *, member: str | None = None) -> Key:
        """Make the key under which the ledger and the faults know an item.

        Args:
            operation: the operation's wire name.
            item: the item as a request of itemwise's or botocore's holds it; of several lists, as
                it stands in one of them.
            member: the request's member that holds the item; ``None`` takes the first.

        Raises:
            ValueError: the operation is not served, or has no such list of items.
            TypeError: the item is none that a request can hold.
        """
        check_served(operation, self._routes.names)
        sources = {source.member: source for source in self._routes.operation(operation).row.items}
        source = sources.get(next(iter(sources)) if member is None else member)
        if source is None:
            lists = ", ".join(sources)
            raise ValueError(f"{operation} has no list of items {member!r}, but {lists}")
        return item_key(source, wire_form(item))


def _runs_another(loop: asyncio.AbstractEventLoop | None) -> bool:
    """Tell whether an event loop runs here, and the given one nowhere."""
    try:
        here = asyncio.get_running_loop()
    except RuntimeError:
        return False
    return loop is not None and loop is not here and not loop.is_running()
