"""Off-board a tenant: take its resources out of five AWS services, and account for each.

Without arguments the job runs against a local AWS that throttles, fails and loses answers on the
loopback interface; the totals are then compared with what the server has really applied:

    python examples/offboard.py --items 10000

With `--region` the same job runs on AWS. What it takes out comes from a JSON file with one request
for each service, under the names of the AWS API or of the Python models:

    {"fms": {"ResourceSetIdentifier": "...", "Items": ["arn:aws:..."]}, "ram": {...}}

    python examples/offboard.py --region eu-west-1 --requests tenant.json --yes
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

from aiobotocore.client import AioBaseClient
from aiobotocore.session import AioSession
from pydantic import TypeAdapter
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from itemwise import BatchResult, BatchRun, ItemwiseError, Operation, Request, open_client
from itemwise.services.connect import disassociate_workspace
from itemwise.services.fms import batch_disassociate_resource
from itemwise.services.greengrassv2 import batch_disassociate_client_device_from_core_device
from itemwise.services.inspector2 import batch_disassociate_code_security_scan_configuration
from itemwise.services.ram import disassociate_resource_share
from itemwise.testing import Drop, FailCalls, FailItems, Fault, LocalAWS, PoisonItems, RateLimit

# The five operations have nothing in common but their form, and the job needs no more.
AnyOperation: TypeAlias = Operation[Any, Any, Any, Any]
AnyRun: TypeAlias = BatchRun[Any, Any, Any, Any]
AnyResult: TypeAlias = BatchResult[Any, Any]
Document: TypeAlias = Mapping[str, object]
Connect: TypeAlias = Callable[[str], AbstractAsyncContextManager[AioBaseClient]]

ITEM_RATE = 4_000
"""Items a second that the local AWS lets through, in full chunks, for each service."""

REQUESTS_FILE = TypeAdapter(dict[str, dict[str, object]])

ACCOUNT = "eu-west-1:111122223333"
SCAN = (
    "arn:aws:inspector2:eu-west-1:111122223333:owner/111122223333/codesecurity-configuration/"
    "7f4ad1a5-0d6c-4c4e-9f0e-6f1f8c2b9a10"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One service's part of the job.

    Attributes:
        operation: what takes the items out.
        name: the name of the sample item with a number.
        document: makes the sample request from names.
        final: the code with which bad items fail for good; `None` is the service's usual one.
        healing: the code with which shaky items fail twice, before they go through.
        poison: the code with which the service rejects a whole call because of one item.
    """

    operation: AnyOperation
    name: str
    document: Callable[[Sequence[str]], Document]
    final: str | None = None
    healing: str | None = None
    poison: str | None = None


JOBS = (
    Job(
        operation=batch_disassociate_resource,
        name=f"arn:aws:ec2:{ACCOUNT}:vpc/vpc-{{:08x}}",
        document=lambda names: {"ResourceSetIdentifier": "rs-tenant-42", "Items": names},
        final="NOT_VALID_ACCOUNT_ID",
        poison="InvalidInputException",
    ),
    Job(
        operation=batch_disassociate_code_security_scan_configuration,
        name="project-00000000-0000-4000-8000-{:012x}",
        document=lambda names: {
            "disassociateConfigurationRequests": [
                {"scanConfigurationArn": SCAN, "resource": {"projectId": name}} for name in names
            ]
        },
        final="RESOURCE_NOT_FOUND",
        healing="INTERNAL_ERROR",
    ),
    Job(
        operation=batch_disassociate_client_device_from_core_device,
        name="tenant-42-device-{:06}",
        document=lambda names: {
            "coreDeviceThingName": "tenant-42-core",
            "entries": [{"thingName": name} for name in names],
        },
        final="ResourceNotFoundException",
        healing="InternalServerException",
    ),
    Job(
        operation=disassociate_workspace,
        name=f"arn:aws:connect:{ACCOUNT}:instance/tenant-42/agent/{{:06}}",
        document=lambda names: {
            "InstanceId": "tenant-42",
            "WorkspaceId": "workspace-1",
            "ResourceArns": names,
        },
        final="404",
        healing="503",
    ),
    Job(
        operation=disassociate_resource_share,
        name=f"arn:aws:ec2:{ACCOUNT}:subnet/subnet-{{:08x}}",
        document=lambda names: {
            "resourceShareArn": f"arn:aws:ram:{ACCOUNT}:resource-share/tenant-42",
            "resourceArns": names,
        },
    ),
)


def sample_documents(items: int) -> dict[str, Document]:
    """Make what a requests file holds: one request for each service."""
    return {
        job.operation.service: job.document([job.name.format(n) for n in range(items)])
        for job in JOBS
    }


def faults(job: Job, items: int, random: Random) -> list[Fault]:
    """Make what goes wrong in one service: too many calls, its own faults, and a few bad items."""
    operation = job.operation.name
    names = [job.name.format(n) for n in random.sample(range(items), min(items, 16))]
    poisoned, final, healing = names[:1], names[1:6], names[6:]
    found: list[Fault] = [
        RateLimit(operation=operation, rate=ITEM_RATE / job.operation.max_items, burst=10),
        FailCalls(operation=operation, status=500, probability=0.02),
        Drop(operation=operation, when="after", probability=0.01),
        FailItems(operation=operation, items=final, code=job.final),
    ]
    if job.healing:
        found.append(FailItems(operation=operation, items=healing, code=job.healing, times=2))
    if job.poison:
        found.append(PoisonItems(operation=operation, items=poisoned, code=job.poison))
    return found


@dataclass(slots=True, kw_only=True)
class Run:
    """One service's run, and how long it took."""

    batch: AnyRun
    operation: AnyOperation
    seconds: float = 0.0

    async def execute(self) -> None:
        """Run to the end."""
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            await self.batch.execute()
        finally:
            self.seconds = clock() - started


async def carry_out(
    requests: Mapping[str, Request], connect: Connect, console: Console
) -> Sequence[AnyResult]:
    """Run the whole job, all services side by side, and print what became of it.

    Args:
        requests: by service.
        connect: opens a client of a service.
        console: where to print.

    Returns:
        One result for each request.
    """
    async with AsyncExitStack() as clients:
        runs: list[Run] = []
        for operation in (job.operation for job in JOBS if job.operation.service in requests):
            client = await clients.enter_async_context(connect(operation.service))
            batch: AnyRun = BatchRun(client, operation, requests[operation.service])
            runs.append(Run(batch=batch, operation=operation))
        try:
            async with asyncio.TaskGroup() as group:
                watcher = group.create_task(watch(runs, console))
                await asyncio.gather(*(run.execute() for run in runs))
                watcher.cancel()
        finally:
            # Also after Ctrl-C: the result of a run is complete at any moment.
            report(runs, console)
    return [run.batch.result for run in runs]


async def watch(runs: Sequence[Run], console: Console) -> None:
    """Show how far the runs have come, until cancelled."""
    columns = (TextColumn("{task.description:<57}"), BarColumn(8), MofNCompleteColumn())
    with Progress(*columns, console=console) as bars:
        tasks = [bars.add_task(f"{r.operation.service} {r.operation.name}") for r in runs]

        def update() -> None:
            for run, task in zip(runs, tasks, strict=True):
                progress = run.batch.progress
                bars.update(task, total=progress.total, completed=progress.settled)

        try:
            while True:
                update()
                await asyncio.sleep(0.1)
        finally:
            update()


def report(runs: Sequence[Run], console: Console) -> None:
    """Print the table, and a line for each run in which an item did not succeed."""
    table = Table("service", box=box.SIMPLE_HEAD, show_edge=False, padding=0)
    for name in ("items", "calls", "retries", "throttled", "succeeded", "failed", "unknown"):
        table.add_column(name, justify="right")
    table.add_column("seconds", justify="right")
    for run in runs:
        sent, ended = run.batch.progress, run.batch.result.counts
        counts = [sent.total, sent.calls, sent.retries, sent.throttled]
        counts += [ended["succeeded"], ended["failed"], ended["unknown"]]
        table.add_row(run.operation.service, *map(str, counts), f"{run.seconds:.1f}")
    console.print()
    console.print(table)
    console.print()
    for run in runs:
        if not run.batch.result.ok:
            console.print(run.batch.result.summary(), highlight=False, markup=False, soft_wrap=True)


def agree(results: Sequence[AnyResult], aws: LocalAWS, console: Console) -> bool:
    """Compare, for each service, what the results call succeeded with what the server applied."""
    claimed = {result.operation: len(result.succeeded) for result in results}
    applied = {operation: len(aws.ledger.applied(operation.name)) for operation in claimed}
    same = claimed == applied
    console.print(
        f"ledger: {sum(claimed.values())} succeeded, {sum(applied.values())} distinct items "
        f"applied by the server: {'they agree for every service' if same else 'THEY DIFFER'}",
        highlight=False,
        soft_wrap=True,
    )
    return same


async def run_locally(requests: Mapping[str, Request], items: int, seed: int) -> bool:
    """Run the job against a local AWS on which much goes wrong.

    Returns:
        Whether the totals agree with the server's ledger. That bad items fail is expected.
    """
    random = Random(seed)  # noqa: S311 - repeatable
    console = Console()
    async with LocalAWS(seed=seed, keep_calls=False) as aws:
        for job in JOBS:
            for fault in faults(job, items, random):
                aws.inject(fault)
        return agree(await carry_out(requests, aws.client, console), aws, console)


async def run_on_aws(requests: Mapping[str, Request], region: str, profile: str | None) -> bool:
    """Run the job on AWS.

    Returns:
        Whether every item succeeded.
    """
    connect = partial(open_client, session=AioSession(profile=profile), region_name=region)
    return all(result.ok for result in await carry_out(requests, connect, Console()))


def typed(documents: Mapping[str, Document]) -> dict[str, Request]:
    """Turn the requests of a file into the models of their operations.

    Raises:
        ValueError: a service that the job does not know, or a request that does not fit its model.
    """
    operations = {job.operation.service: job.operation for job in JOBS}
    unknown = sorted(documents.keys() - operations.keys())
    if unknown:
        raise ValueError(
            f"no such service: {', '.join(unknown)}; there are {', '.join(operations)}"
        )
    requests: dict[str, Request] = {}
    for service, document in documents.items():
        requests[service] = operations[service].request.model_validate(document)
    return requests


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    described = argparse.ArgumentParser(description="Take a tenant's resources out of AWS.")
    described.add_argument("--items", type=int, default=10_000, help="sample items per service")
    described.add_argument("--seed", type=int, default=0, help="of the local AWS's faults")
    described.add_argument("--requests", type=Path, help="JSON: one request for each service")
    described.add_argument("--region", help="run on AWS, there")
    described.add_argument("--profile", help="the AWS profile to use; with --region")
    described.add_argument("--yes", action="store_true", help="really change resources on AWS")
    return described


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program, and return its exit status."""
    command = parser()
    given = command.parse_args(arguments)
    region: str | None = given.region
    items: int = given.items
    if items < 1:
        command.error("--items must be at least 1")
    if given.profile and not region:
        command.error("--profile is for AWS: name the --region too")
    if region and not given.requests:
        command.error(
            f"--region {region} runs on AWS, and there are no sample items there: say with "
            "--requests FILE what to take out"
        )
    if region and not given.yes:
        command.error(f"this changes resources in {region}: say --yes if that is what you want")
    try:
        requests = typed(
            REQUESTS_FILE.validate_json(given.requests.read_bytes())
            if given.requests
            else sample_documents(items)
        )
    except (OSError, ValueError) as error:
        command.error(f"{given.requests}: {error}")
    try:
        if region:
            good = asyncio.run(run_on_aws(requests, region, given.profile))
        else:
            good = asyncio.run(run_locally(requests, items, given.seed))
    except ItemwiseError as error:
        command.error(str(error))
    except KeyboardInterrupt:
        return 130
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
