"""itemwise's pytest plugin: `LocalAWS` and clients on it as fixtures.

pytest loads it in every environment that has itemwise, so it stands outside of the package: to
import a module imports the packages around it, and `itemwise.testing` brings pydantic and
aiobotocore. These are loaded by the first test that asks for a fixture, and by no other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import ModuleType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

import pytest

if TYPE_CHECKING:
    from itemwise.testing import LocalAWS, LocalClients

__all__ = ["local_aws", "local_aws_client", "pytest_configure"]

_TEST_LOOP: Final = "asyncio_default_test_loop_scope"
_Scope: TypeAlias = Literal["function", "class", "module", "package", "session"]
_SCOPES: Final[tuple[_Scope, ...]] = ("function", "class", "module", "package", "session")


@pytest.fixture
def local_aws(request: pytest.FixtureRequest) -> LocalAWS:
    """A server of AWS batch operations for this test, in its event loop: a `LocalAWS`."""
    return cast("LocalAWS", _in_the_loop(request, "server"))


@pytest.fixture
def local_aws_client(
    request: pytest.FixtureRequest,
    local_aws: LocalAWS,  # noqa: ARG001 - it outlives its clients
) -> LocalClients:
    """A function that opens clients on `local_aws`, to be awaited; they are closed at the end."""
    return cast("LocalClients", _in_the_loop(request, "clients"))


def pytest_configure(config: pytest.Config) -> None:
    """Add the asynchronous parts of the fixtures, where pytest-asyncio is at work."""
    if _default_loop(config) is not None:
        config.pluginmanager.register(_asynchronous(), "itemwise-asynchronous")


def _in_the_loop(request: pytest.FixtureRequest, part: str) -> object:
    """Get a part of a fixture that lives in the loop of the test, whichever that is."""
    scope = _default_loop(request.config)
    if scope is None:
        pytest.fail(
            "local_aws needs pytest-asyncio, which is not installed or not active: "
            "pip install itemwise[testing]",
            pytrace=False,
        )
    if _is_anyios(request):
        pytest.fail(
            "local_aws serves in an event loop of pytest-asyncio, and anyio runs this test in "
            "another: use `async with LocalAWS() as aws` within the test, or mark it with "
            "pytest.mark.asyncio alone",
            pytrace=False,
        )
    marker = request.node.get_closest_marker("asyncio")
    if marker is None:
        pytest.fail(
            "local_aws serves in the event loop of the test, and this test has none of "
            "pytest-asyncio's: make it an `async def`, marked with pytest.mark.asyncio",
            pytrace=False,
        )
    scope = marker.kwargs.get("loop_scope") or marker.kwargs.get("scope") or scope
    return request.getfixturevalue(_name(part, scope))


def _is_anyios(request: pytest.FixtureRequest) -> bool:
    marked = request.node.get_closest_marker("anyio") is not None
    return marked and request.config.pluginmanager.has_plugin("anyio")


def _default_loop(config: pytest.Config) -> str | None:
    try:
        return cast("str", config.getini(_TEST_LOOP))
    except (KeyError, ValueError):
        return None  # pytest-asyncio would have defined it


def _name(part: str, scope: str) -> str:
    return f"_itemwise_{part}_in_{scope}_loop"


def _asynchronous() -> ModuleType:
    """Make a plugin of the parts, each once for every loop that a test can run in."""
    plugin = ModuleType("itemwise_asynchronous")
    for scope in _SCOPES:
        _add_parts(plugin, scope)
    return plugin


def _add_parts(plugin: ModuleType, scope: _Scope) -> None:
    from pytest_asyncio import fixture  # noqa: PLC0415 - optional

    # Functions of their own for each loop, since pytest-asyncio writes the loop onto the function.
    @fixture(loop_scope=scope, name=_name("server", scope))
    async def server() -> AsyncIterator[LocalAWS]:
        from itemwise.testing import LocalAWS  # noqa: PLC0415 - nobody pays who does not ask

        async with LocalAWS() as aws:
            yield aws

    @fixture(loop_scope=scope, name=_name("clients", scope))
    async def clients(local_aws: LocalAWS) -> AsyncIterator[LocalClients]:
        from itemwise.testing import LocalClients  # noqa: PLC0415 - the same

        async with LocalClients(local_aws) as opened:
            yield opened

    setattr(plugin, _name("server", scope), server)
    setattr(plugin, _name("clients", scope), clients)
