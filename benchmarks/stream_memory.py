"""How much memory a stream of a million items takes: ``python -m benchmarks.stream_memory``.

The server runs in a process of its own. Printed is how far the peak of the client's resident memory
has grown above what it was after a first, short stream.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import re
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

from itemwise import Status, open_client, stream_batch
from itemwise.services.fms import BatchDisassociateResourceRequest, batch_disassociate_resource
from itemwise.testing import LocalAWS, LocalClientArguments

_WARM_UP = 5_000


def _serve(pipe: Connection) -> None:
    async def serve() -> None:
        async with LocalAWS(keep_calls=False, keep_applied=False) as aws:
            pipe.send(aws.client_arguments)
            # Until the other side closes its end.
            await asyncio.to_thread(pipe.poll, None)

    asyncio.run(serve())


async def _stream(arguments: LocalClientArguments, count: int, concurrency: int) -> None:
    request = BatchDisassociateResourceRequest(resource_set_identifier="rs-1", items=[])
    async with open_client("fms", **arguments) as client:
        for number in (_WARM_UP, count):
            items = (f"arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-{i}" for i in range(number))
            before, began, succeeded = _restart_peak(), time.perf_counter(), 0
            async with stream_batch(
                client, batch_disassociate_resource, request, items, concurrency=concurrency
            ) as stream:
                async for outcome in stream:
                    succeeded += outcome.status is Status.SUCCEEDED
            assert succeeded == number
            if number == count:
                seconds, growth = time.perf_counter() - began, _peak() - before
                sys.stdout.write(
                    f"{count:,} items in {seconds:.0f} s ({count / seconds:,.0f} a second), "
                    f"{before / 2**20:.0f} MiB before, peak {growth / 2**20:.1f} MiB above\n"
                )


def _restart_peak() -> int:
    """Let the kernel forget the highest resident size, and give the present one, in bytes."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _peak()


def _peak() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024


def main() -> None:
    """Measure once, and print one line. Linux only, for its ``/proc``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--concurrency", type=int, default=8)
    asked = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    # Else the other end stays open here, and the server never learns that we are gone.
    theirs.close()
    arguments: LocalClientArguments = ours.recv()
    try:
        asyncio.run(_stream(arguments, asked.items, asked.concurrency))
    finally:
        ours.close()
        server.join()


if __name__ == "__main__":
    main()
