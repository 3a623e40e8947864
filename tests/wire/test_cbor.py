"""The protocol rpc-v2-cbor, which newer service models list first."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import cast

import cbor2
import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.exceptions import ClientError
from botocore.loaders import Loader

from itemwise import run_batch
from itemwise.testing import FailCalls, FailItems, Garbage, GarbageKind, LocalAWS, Throttle
from itemwise.testing._bound import service
from tests.wire.cases import FMS
from tests.wire.clients import ApiClient, ClientFactory, Reply
from tests.wire.raw_requests import SIGNED, send

CBOR_PATH = "/service/AWSFMS_20180101/operation/BatchDisassociateResource"
CBOR_HEADERS = {
    "smithy-protocol": "rpc-v2-cbor",
    "Content-Type": "application/cbor",
    "Accept": "application/cbor",
    "Authorization": SIGNED.format("fms"),
}


class CborLoader(Loader):
    """Loads models that know no protocol but CBOR."""

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Mapping[str, object]:
        model = super().load_service_model(service_name, type_name, api_version)
        if type_name != "service-2":
            return cast("Mapping[str, object]", model)
        metadata = {**model["metadata"], "protocols": ["smithy-rpc-v2-cbor"]}
        return {**model, "metadata": metadata}


NO_CBOR = "smithy-rpc-v2-cbor" not in service("fms").protocols


@pytest.mark.skipif(NO_CBOR, reason="in the installed botocore FMS does not speak CBOR yet")
class TestCbor:
    def client(self, aws: LocalAWS) -> AbstractAsyncContextManager[AioBaseClient]:
        session = AioSession()
        session.register_component("data_loader", CborLoader())
        config = AioConfig(retries={"total_max_attempts": 1}, parameter_validation=False)
        factory = cast("ClientFactory", session)
        return factory.create_client("fms", config=config, **aws.client_arguments)

    async def call(self, aws: LocalAWS, *items: str) -> Reply:
        async with self.client(aws) as client:
            assert client.meta.service_model.resolved_protocol == "smithy-rpc-v2-cbor"
            return await cast("ApiClient", client)._make_api_call(
                "BatchDisassociateResource", {"ResourceSetIdentifier": "s", "Items": list(items)}
            )

    async def test_a_call(self, aws: LocalAWS) -> None:
        aws.inject(FailItems(items="b"))
        reply = await self.call(aws, "a", "b")
        assert reply["FailedItems"] == [{"URI": "b", "Reason": "NOT_VALID_ARN"}]
        assert reply["ResourceSetIdentifier"] == "s"
        metadata = cast("dict[str, dict[str, str]]", reply["ResponseMetadata"])
        assert metadata["HTTPHeaders"]["smithy-protocol"] == "rpc-v2-cbor"
        assert aws.ledger.applied() == {("a",): 1}

    async def test_errors(self, aws: LocalAWS) -> None:
        with pytest.raises(ClientError, match=r"InvalidInputException.*Member must have length"):
            await self.call(aws, "")
        aws.inject(Throttle(times=1))
        with pytest.raises(ClientError, match=r"ThrottlingException.*Rate exceeded"):
            await self.call(aws, "a")
        aws.inject(FailCalls(status=503))
        with pytest.raises(ClientError, match="ServiceUnavailable"):
            await self.call(aws, "a")

    async def test_a_run(self, aws: LocalAWS) -> None:
        aws.inject(FailItems(items=FMS.keys(1)))
        async with self.client(aws) as client:
            result = await run_batch(client, FMS.operation, FMS.request(3))

        assert [outcome.status for outcome in result.outcomes] == [
            "succeeded",
            "failed",
            "succeeded",
        ]

    @pytest.mark.parametrize("kind", ["text", "empty", "null", "list"])
    async def test_garbage_is_no_success(self, aws: LocalAWS, kind: GarbageKind) -> None:
        aws.inject(Garbage(kind=kind))
        async with self.client(aws) as client:
            result = await run_batch(client, FMS.operation, FMS.request(2), retry=None)

        assert result.counts["unknown"] == 2

    async def test_by_hand(self, aws: LocalAWS) -> None:
        body = cbor2.dumps({"ResourceSetIdentifier": "s", "Items": ["a"]})
        reply = await send(aws, CBOR_HEADERS, body, CBOR_PATH)
        assert cbor2.loads(reply.body) == {"ResourceSetIdentifier": "s", "FailedItems": []}
        aws.inject(Garbage(kind="null"))
        reply = await send(aws, CBOR_HEADERS, body, CBOR_PATH)
        assert reply.body == cbor2.dumps(None)

    @pytest.mark.parametrize("body", [b"\xff", b"\xa1", b"\x80", b""])
    async def test_a_body_that_cannot_be_read(self, aws: LocalAWS, body: bytes) -> None:
        reply = await send(aws, CBOR_HEADERS, body, CBOR_PATH)
        error = cast("Reply", cbor2.loads(reply.body))
        missing = not body
        assert reply.status == 400
        assert error["__type"] == ("InvalidInputException" if missing else "SerializationException")

    async def test_an_unknown_operation(self, aws: LocalAWS) -> None:
        path = "/service/AWSFMS_20180101/operation/Nothing"
        reply = await send(aws, CBOR_HEADERS, b"", path)
        assert reply.status == 404
        assert cast("Reply", cbor2.loads(reply.body))["__type"] == "UnknownOperationException"

    @pytest.mark.parametrize("path", ["/service/Nobody/operation/Nothing", "/"])
    async def test_an_unknown_service_is_refused_in_cbor(self, aws: LocalAWS, path: str) -> None:
        # botocore takes JSON for a CBOR string of some terabytes, and runs out of memory.
        reply = await send(aws, CBOR_HEADERS, b"", path)
        assert (reply.status, reply.headers["smithy-protocol"]) == (404, "rpc-v2-cbor")
        assert cast("Reply", cbor2.loads(reply.body))["__type"] == "UnknownOperationException"

    async def test_without_the_library(
        self, aws: LocalAWS, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "cbor2", None)
        service("fms").__dict__.pop("cbor", None)
        with pytest.raises(ClientError, match=r"pip install itemwise\[testing\]"):
            await self.call(aws, "a")
