"""One cold start: import, open, call, open again. Prints seconds of CPU as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

_BEGUN = time.process_time()


async def _start(
    client: Callable[[], AbstractAsyncContextManager[Any]], call: Callable[[Any], Any]
) -> dict[str, float]:
    times = [time.process_time()]
    async with client() as opened:
        times.append(time.process_time())
        await call(opened)
        times.append(time.process_time())
    times.append(time.process_time())
    async with client():
        times.append(time.process_time())
    return {
        "imported": times[0] - _BEGUN,
        "opened": times[1] - times[0],
        "called": times[2] - times[1],
        "reopened": times[4] - times[3],
    }


def _main(who: str, url: str) -> None:
    # The imports are part of what is measured.
    where: dict[str, Any] = {
        "endpoint_url": url,
        "region_name": "eu-west-1",
        "aws_access_key_id": "benchmark",
        "aws_secret_access_key": "benchmark",
    }
    if who == "itemwise":
        from itemwise import open_client  # noqa: PLC0415
        from itemwise.services import fms  # noqa: PLC0415

        request = fms.BatchDisassociateResourceRequest(
            resource_set_identifier="rs-1", items=["arn"]
        )
        found = _start(
            lambda: open_client("fms", **where),
            lambda client: fms.batch_disassociate_resource(client, request),
        )
    else:
        from aiobotocore.session import get_session  # noqa: PLC0415

        # As for its users who have no stubs.
        session: Any = get_session()
        found = _start(
            lambda: session.create_client("fms", **where),
            lambda client: client.batch_disassociate_resource(
                ResourceSetIdentifier="rs-1", Items=["arn"]
            ),
        )
    sys.stdout.write(json.dumps(asyncio.run(found)))


if __name__ == "__main__":
    _main(*sys.argv[1:])
