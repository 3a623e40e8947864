"""Calls of LocalAWS without itemwise: by aiobotocore's clients, and by bare HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

import aiohttp
import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import ClientError

from itemwise.testing import Key, LocalAWS
from tests.wire.clients import ApiClient, ClientFactory, Reply

Entries = list[dict[str, object]]

CONFIG = AioConfig(retries={"total_max_attempts": 1}, parameter_validation=False)

# One for all, since it keeps the models that it has loaded.
SESSION = cast("ClientFactory", get_session())


async def call(aws: LocalAWS, service: str, operation: str, **params: object) -> Reply:
    async with SESSION.create_client(service, config=CONFIG, **aws.client_arguments) as client:
        return await cast("ApiClient", client)._make_api_call(operation, params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """How to call one operation with items of plain names, and how to read its answer."""

    service: str
    operation: str
    limit: int
    params: Callable[[list[str]], dict[str, object]]
    key: Callable[[str], Key]
    failed: Callable[[Reply], list[str]]
    succeeded: Callable[[Reply], list[str] | None]
    error: str

    async def __call__(self, aws: LocalAWS, *names: str) -> Reply:
        return await call(aws, self.service, self.operation, **self.params(list(names)))

    async def error_of(self, aws: LocalAWS, *names: str) -> tuple[str, int, str]:
        with pytest.raises(ClientError) as caught:
            await self(aws, *names)
        response = cast("Mapping[str, Mapping[str, object]]", caught.value.response)
        return (
            str(response["Error"].get("Code")),
            cast("int", response["ResponseMetadata"]["HTTPStatusCode"]),
            str(response["Error"].get("Message")),
        )


def entries(reply: Reply, member: str) -> Entries:
    return cast("Entries", reply[member])


def names(reply: Reply, member: str, name: str) -> list[str]:
    return [str(entry[name]) for entry in entries(reply, member)]


def project(entry: dict[str, object]) -> str:
    return cast("dict[str, str]", entry["resource"])["projectId"]


def of_status(reply: Reply, status: str) -> list[str]:
    associations = entries(reply, "resourceShareAssociations")
    return [str(entry["associatedEntity"]) for entry in associations if entry["status"] == status]


FMS = Sample(
    service="fms",
    operation="BatchDisassociateResource",
    limit=100,
    params=lambda names: {"ResourceSetIdentifier": "set", "Items": names},
    key=lambda name: (name,),
    failed=lambda reply: names(reply, "FailedItems", "URI"),
    succeeded=lambda _: None,
    error="InvalidInputException",
)
INSPECTOR = Sample(
    service="inspector2",
    operation="BatchDisassociateCodeSecurityScanConfiguration",
    limit=25,
    params=lambda names: {
        "disassociateConfigurationRequests": [
            {"scanConfigurationArn": "arn:scan", "resource": {"projectId": name}} for name in names
        ]
    },
    key=lambda name: ("arn:scan", "projectId", name),
    failed=lambda reply: [project(entry) for entry in entries(reply, "failedAssociations")],
    succeeded=lambda reply: [project(entry) for entry in entries(reply, "successfulAssociations")],
    error="ValidationException",
)
GREENGRASS = Sample(
    service="greengrassv2",
    operation="BatchDisassociateClientDeviceFromCoreDevice",
    limit=100,
    params=lambda names: {
        "coreDeviceThingName": "core:1/a b",
        "entries": [{"thingName": name} for name in names],
    },
    key=lambda name: (name,),
    failed=lambda reply: names(reply, "errorEntries", "thingName"),
    succeeded=lambda _: None,
    error="ValidationException",
)
CONNECT = Sample(
    service="connect",
    operation="DisassociateWorkspace",
    limit=25,
    params=lambda names: {"InstanceId": "i/1", "WorkspaceId": "w", "ResourceArns": names},
    key=lambda name: (name,),
    failed=lambda reply: names(reply, "FailedList", "ResourceArn"),
    succeeded=lambda reply: names(reply, "SuccessfulList", "ResourceArn"),
    error="InvalidParameterException",
)
RAM = Sample(
    service="ram",
    operation="DisassociateResourceShare",
    limit=100,
    params=lambda names: {"resourceShareArn": "arn:share", "resourceArns": names},
    key=lambda name: ("RESOURCE", name),
    failed=lambda reply: of_status(reply, "FAILED"),
    succeeded=lambda reply: of_status(reply, "DISASSOCIATING"),
    error="InvalidParameterException",
)
SAMPLES = [FMS, INSPECTOR, GREENGRASS, CONNECT, RAM]

every_operation = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.service)

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FMS_HEADERS = {
    "X-Amz-Target": "AWSFMS_20180101.BatchDisassociateResource",
    "Content-Type": "application/x-amz-json-1.1",
    "Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/fms/aws4_request, "
    "Signature=0",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


async def post(aws: LocalAWS, headers: Mapping[str, str], body: bytes, path: str = "/") -> Answer:
    async with (
        aiohttp.ClientSession() as session,
        session.post(aws.endpoint_url + path, data=body, headers=headers) as answer,
    ):
        return Answer(status=answer.status, body=await answer.read(), headers=dict(answer.headers))
