"""`open_client`: an aiobotocore client tuned for batches."""

from __future__ import annotations

import platform
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Protocol, TypedDict, Unpack, cast

import aiobotocore
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession, get_session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, NoRegionError

from itemwise._botocore.body import write_bodies
from itemwise._botocore.events import skip_parse
from itemwise._botocore.own_retries import NO_RETRIES, forget_retries
from itemwise._botocore.signature import sign_quickly
from itemwise._botocore.transport import set_transport
from itemwise._errors import ConfigurationError

if TYPE_CHECKING:
    from aiobotocore.client import AioBaseClient

__all__ = ["ClientArguments", "open_client"]

# Imported now, for the first call needs it: to import it then, and tenacity with it, would block
# the event loop.
import_module("itemwise._call.call")

_POOL_SIZE = 256
"""Connections. More than the concurrency of any sane run, below the usual limit of open files:
botocore's default of 10 would silently cap the concurrency of a run."""


class ClientArguments(TypedDict, total=False):
    """What `aiobotocore.session.AioSession.create_client` takes besides service and config."""

    region_name: str | None
    api_version: str | None
    use_ssl: bool
    verify: bool | str | None
    endpoint_url: str | None
    aws_access_key_id: str | None
    aws_secret_access_key: str | None
    aws_session_token: str | None
    aws_account_id: str | None


def _defaults() -> AioConfig:
    # The session adds botocore's part.
    agent = (
        f"itemwise/{_version()} aiobotocore/{aiobotocore.__version__} "
        f"python/{platform.python_version()}"
    )
    return AioConfig(
        # One retry layer: ours.
        retries=dict(NO_RETRIES),
        # Pydantic has validated.
        parameter_validation=False,
        max_pool_connections=_POOL_SIZE,
        # A fixed text: botocore otherwise builds its own, twice for every request.
        user_agent=agent,
    )


def _version() -> str:
    try:
        return version("itemwise")
    except PackageNotFoundError:
        # Zipped, vendored, or in a Lambda layer that was slimmed: packages are without metadata.
        return "unknown"


class _ClientSource(Protocol):
    def create_client(
        self, service_name: str, /, *, config: AioConfig, **arguments: Unpack[ClientArguments]
    ) -> AbstractAsyncContextManager[AioBaseClient]: ...


@asynccontextmanager
async def open_client(
    service: str,
    *,
    session: AioSession | None = None,
    config: AioConfig | None = None,
    **create_client_arguments: Unpack[ClientArguments],
) -> AsyncGenerator[AioBaseClient]:
    """Open an aiobotocore client tuned for this library.

    botocore's own retries are off, so that there is one retry layer; its parameter validation is
    off, since the models validate; the pool is large enough for any concurrency; a fixed user agent
    names itemwise. What `config` says wins over all of these. Keep the client open for the life of
    the application: opening one costs tens of milliseconds.

    Args:
        service: the service's name in botocore.
        session: the aiobotocore session to use, for its credentials and profile.
        config: an aiobotocore configuration, merged over itemwise's.
        **create_client_arguments: passed on to aiobotocore: ``region_name``, ``endpoint_url``,
            ``verify``, explicit credentials.

    Yields:
        The open client; it is closed on leaving the block.

    Raises:
        ConfigurationError: no region, an unknown service or profile, half a pair of credentials.
        TypeError: `session` or `config` is of another kind.
    """
    _check_kinds(session, config)
    session = session or get_session()
    merged = _defaults() if config is None else _defaults().merge(config)
    merged = set_transport(merged, config, session.get_default_client_config())
    # The stubs list every service by name, and here it is only known at run time.
    source = cast("_ClientSource", session)
    try:
        context = source.create_client(service, config=merged, **create_client_arguments)
        client = await context.__aenter__()
    except NoRegionError as error:
        raise ConfigurationError(
            f"no region for {service}: pass region_name, or set AWS_DEFAULT_REGION, or name a "
            "profile that has one"
        ) from error
    except (BotoCoreError, ValueError) as error:
        raise ConfigurationError(f"cannot open a client of {service}: {error}") from error
    try:
        skip_parse(client)
        sign_quickly(client)
        # The stubs have none of a configuration's attributes, which it makes at run time.
        if not getattr(merged, "parameter_validation", True):
            write_bodies(client)
        if getattr(merged, "retries", None) == NO_RETRIES:
            forget_retries(client)
        yield client
    finally:
        await context.__aexit__(None, None, None)


def _check_kinds(session: object, config: object) -> None:
    if session is not None and not isinstance(session, AioSession):
        kind = f"{type(session).__module__}.{type(session).__qualname__}"
        raise TypeError(
            f"session must be an aiobotocore.session.AioSession or None, not a {kind}: clients of "
            "an aioboto3 session are used as they are, without open_client"
        )
    if config is not None and not isinstance(config, Config):
        kind = type(config).__name__
        raise TypeError(f"config must be an aiobotocore.config.AioConfig or None, not a {kind}")
