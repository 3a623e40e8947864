"""The protocols from the server's side, held against botocore's own client side."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Protocol, cast
from urllib.parse import urlsplit

import aiohttp
import cbor2
import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.awsrequest import prepare_request_dict
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import OperationModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from multidict import CIMultiDict
from yarl import URL

from itemwise import run_batch
from itemwise.testing import (
    Delay,
    FailCalls,
    FailItems,
    Garbage,
    GarbageKind,
    LocalAWS,
    Throttle,
)
from itemwise.testing._bodies import CborForm, JsonForm
from itemwise.testing._bound import service
from itemwise.testing._paths import RestPath
from itemwise.testing._protocols import WireProtocol
from itemwise.testing._request_rules import checker
from itemwise.testing._wire import MalformedRequestError, ServiceError, WireReply, WireRequest
from tests.wire.cases import FMS
from tests.wire.clients import ApiClient, ClientFactory, Reply

SIGNED = "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/{}/aws4_request, Signature=0"
TARGET = "AWSFMS_20180101.BatchDisassociateResource"
CBOR_PATH = "/service/AWSFMS_20180101/operation/BatchDisassociateResource"
CBOR_HEADERS = {
    "smithy-protocol": "rpc-v2-cbor",
    "Content-Type": "application/cbor",
    "Accept": "application/cbor",
    "Authorization": SIGNED.format("fms"),
}
NOON = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)


class Serializer(Protocol):
    def serialize_to_request(
        self, parameters: Mapping[str, object], operation_model: OperationModel
    ) -> dict[str, object]: ...


class Parser(Protocol):
    def parse(self, response: Mapping[str, object], shape: object) -> Reply: ...


async def send(
    aws: LocalAWS, headers: Mapping[str, str], body: bytes, path: str = "/", method: str = "POST"
) -> WireReply:
    url = URL(aws.endpoint_url + path, encoded=True)
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=io.BytesIO(body), headers=headers) as answer,
    ):
        return WireReply(
            status=answer.status,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=await answer.read(),
        )


async def connection(
    aws: LocalAWS,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = URL(aws.endpoint_url)
    return await asyncio.open_connection(url.host, url.port)


def error_of(reply: WireReply) -> tuple[int, object]:
    body = cast("Reply", json.loads(reply.body))
    return reply.status, body.get("__type", reply.headers.get("x-amzn-errortype"))


def sent_by_botocore(
    model: OperationModel, protocol: str, params: Mapping[str, object]
) -> WireRequest:
    serializer = cast("Serializer", create_serializer(protocol))
    request = serializer.serialize_to_request(params, model)
    prepare_request_dict(request, endpoint_url="http://localhost")
    url = urlsplit(str(request["url"]))
    headers = CIMultiDict(cast("Mapping[str, str]", request["headers"]))
    headers["Authorization"] = SIGNED.format(model.service_model.signing_name)
    return WireRequest(
        method=str(request["method"]),
        path=url.path,
        query=url.query,
        headers=headers,
        body=cast("bytes", request["body"]),
    )


def protocol_of(name: str, protocol: str) -> WireProtocol:
    known = service(name)
    protocols: Mapping[str, WireProtocol] = {
        "json": known.json,
        "rest-json": known.rest,
        "smithy-rpc-v2-cbor": known.cbor,
    }
    return protocols[protocol]


def read_by_server(name: str, model: OperationModel, protocol: str, request: WireRequest) -> Reply:
    labels: Mapping[str, str] = {}
    if protocol == "rest-json":
        found = RestPath(model).match(request)
        assert found is not None
        labels = found
    return protocol_of(name, protocol).read(model, request, labels)


def read_by_botocore(model: OperationModel, protocol: str, reply: WireReply) -> Reply:
    parser = cast("Parser", create_parser(protocol))
    response = {
        "status_code": reply.status,
        "headers": CIMultiDict(reply.headers),
        "body": reply.body,
    }
    return parser.parse(response, model.output_shape)


REQUESTS: list[tuple[str, str, str, Reply]] = [
    # Recursive structures, maps, binary data, numbers, booleans.
    (
        "dynamodb",
        "BatchWriteItem",
        "json",
        {
            "RequestItems": {
                "table": [
                    {
                        "PutRequest": {
                            "Item": {
                                "a": {"S": "text", "BOOL": True},
                                "b": {"L": [{"B": b"\x00\xff"}, {"M": {"c": {"N": "1"}}}]},
                            }
                        }
                    }
                ]
            }
        },
    ),
    # Timestamps, integers.
    (
        "cloudwatch",
        "GetMetricStatistics",
        "smithy-rpc-v2-cbor",
        {
            "Namespace": "n",
            "MetricName": "m",
            "StartTime": NOON,
            "EndTime": NOON,
            "Period": 60,
            "Statistics": ["Sum"],
        },
    ),
    (
        "cloudwatch",
        "PutMetricData",
        "json",
        {
            "Namespace": "n",
            "MetricData": [
                {"MetricName": "m", "Timestamp": NOON, "Value": 1.5, "Values": [float("inf")]}
            ],
        },
    ),
    # A label in the path, headers, a query, and a binary body.
    (
        "lambda",
        "Invoke",
        "rest-json",
        {
            "FunctionName": "arn:aws:lambda:us-east-1:1:function:f/x y",
            "InvocationType": "Event",
            "Qualifier": "a&b=c",
            "Payload": b"\x00\x01",
        },
    ),
    # Timestamps, booleans, integers and lists in a query.
    (
        "iotsitewise",
        "GetAssetPropertyValueHistory",
        "rest-json",
        {
            "assetId": "0" * 36,
            "startDate": NOON,
            "qualities": ["GOOD", "BAD"],
            "maxResults": 7,
        },
    ),
    ("mediastore-data", "GetObject", "rest-json", {"Path": "a/b c/d", "Range": "bytes=0-1"}),
    # A structure as the whole body, and JSON in a header.
    (
        "lex-runtime",
        "PostContent",
        "rest-json",
        {
            "botName": "b",
            "botAlias": "a",
            "userId": "user",
            "sessionAttributes": {"k": "v"},
            "contentType": "text/plain",
            "inputStream": b"hello",
        },
    ),
    (
        "apigateway",
        "GetSdk",
        "rest-json",
        {"restApiId": "r", "stageName": "s", "sdkType": "java", "parameters": {"p": "q"}},
    ),
]


class TestAgainstBotocore:
    @pytest.mark.parametrize(
        ("name", "operation", "protocol", "params"),
        REQUESTS,
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_botocore_sends_is_read(
        self, name: str, operation: str, protocol: str, params: Reply
    ) -> None:
        model = service(name).model.operation_model(operation)
        request = sent_by_botocore(model, protocol, params)
        assert read_by_server(name, model, protocol, request) == params

    @pytest.mark.parametrize(
        ("name", "operation", "protocol", "members"),
        [
            (
                "dynamodb",
                "BatchGetItem",
                "json",
                {"Responses": {"t": [{"a": {"B": b"\x00", "L": [{"N": "1"}]}}]}},
            ),
            (
                "iotsitewise",
                "DescribeAsset",
                "rest-json",
                {"assetId": "0", "assetCreationDate": NOON},
            ),
            (
                "cloudwatch",
                "GetMetricStatistics",
                "smithy-rpc-v2-cbor",
                {"Label": "l", "Datapoints": [{"Timestamp": NOON, "Sum": 1.5}]},
            ),
            (
                "lambda",
                "PublishLayerVersion",
                "rest-json",
                {"Version": 1, "CompatibleRuntimes": ["python3.13"], "CreatedDate": "x"},
            ),
            (
                "mediastore-data",
                "DescribeObject",
                "rest-json",
                {"ContentType": "application/json", "LastModified": NOON},
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_what_the_server_sends_is_read(
        self, name: str, operation: str, protocol: str, members: Reply
    ) -> None:
        model = service(name).model.operation_model(operation)
        reply = protocol_of(name, protocol).reply(model, members)
        parsed = read_by_botocore(model, protocol, reply)
        metadata = cast("Reply", parsed.pop("ResponseMetadata"))
        assert parsed == members
        assert metadata["HTTPStatusCode"] == reply.status

    def test_the_modelled_status_of_an_answer(self) -> None:
        model = service("lambda").model.operation_model("PublishLayerVersion")
        assert service("lambda").rest.reply(model, {}).status == 201

    def test_a_body_that_is_one_member(self) -> None:
        model = service("lambda").model.operation_model("Invoke")
        reply = service("lambda").rest.reply(
            model, {"Payload": b"out", "FunctionError": "Unhandled"}
        )
        assert (reply.body, reply.headers["X-Amz-Function-Error"]) == (b"out", "Unhandled")

    @pytest.mark.parametrize(
        ("name", "operation", "code", "status"),
        [
            ("dynamodb", "PutItem", "InternalServerError", 500),
            ("dynamodb", "PutItem", "ConditionalCheckFailedException", 400),
            ("cloudwatch", "GetDashboard", "InternalServiceFault", 500),
            ("connect", "DisassociateWorkspace", "ResourceNotFoundException", 404),
            ("connect", "DisassociateWorkspace", "Unheard", 400),
        ],
    )
    def test_the_modelled_status_of_an_error(
        self, name: str, operation: str, code: str, status: int
    ) -> None:
        model = service(name).model.operation_model(operation)
        error = ServiceError(code=code, message="m")
        assert service(name).rest.error(model, error).status == status


class TestShapes:
    def test_rules_reach_into_structures_and_end_in_recursion(self) -> None:
        shape = service("dynamodb").model.operation_model("PutItem").input_shape
        assert shape is not None
        check = checker(shape)
        assert check is not None
        assert check({"TableName": "t"}) == (".Item", "Member must not be null")
        assert check({"TableName": "t", "Item": {"a": {"M": {"b": {"S": ""}}}}}) is None

    @pytest.mark.parametrize(
        ("shape", "value"),
        [
            ("TableName", 1),
            ("BooleanObject", "true"),
            ("PositiveIntegerObject", True),
            ("DoubleObject", "much"),
            ("Date", "yesterday"),
            ("Date", []),
            ("BinaryAttributeValue", 1),
            ("BinaryAttributeValue", "?"),
            ("ListAttributeValue", {}),
            ("MapAttributeValue", []),
            ("AttributeValue", []),
        ],
    )
    def test_a_value_of_another_type_is_malformed(self, shape: str, value: object) -> None:
        read = JsonForm().reader(service("dynamodb").model.shape_for(shape))
        with pytest.raises(MalformedRequestError):
            read(value)

    def test_binary_data_of_another_type_is_malformed(self) -> None:
        shape = service("dynamodb").model.shape_for("BinaryAttributeValue")
        with pytest.raises(MalformedRequestError):
            CborForm().reader(shape)("text")


class TestRefusals:
    FMS: Mapping[str, str] = {"X-Amz-Target": TARGET, "Authorization": SIGNED.format("fms")}
    REST: Mapping[str, str] = {"Authorization": SIGNED.format("connect")}
    REST_PATH = "/workspaces/i/w/disassociate"

    async def test_an_unsigned_request(self, aws: LocalAWS) -> None:
        for headers, path in (({"X-Amz-Target": TARGET}, "/"), ({}, self.REST_PATH)):
            reply = await send(aws, headers, b"{}", path)
            status, code = error_of(reply)
            assert (status, str(code)) == (403, "MissingAuthenticationTokenException")
        assert aws.ledger.applied_count() == 0
        (record,) = aws.ledger.calls
        assert (record.status, record.code) == (403, "MissingAuthenticationTokenException")

    async def test_a_signature_without_scope(self, aws: LocalAWS) -> None:
        headers = {"X-Amz-Target": TARGET, "Authorization": "Bearer me"}
        assert error_of(await send(aws, headers, b"{}")) == (403, "IncompleteSignatureException")

    @pytest.mark.parametrize(
        "target", ["AWSFMS_20180101.Nothing", "Nobody.Nothing", "Nothing", "AWSFMS_20180101."]
    )
    async def test_an_unknown_target(self, aws: LocalAWS, target: str) -> None:
        reply = await send(aws, {**self.FMS, "X-Amz-Target": target}, b"{}")
        assert error_of(reply) == (400, "UnknownOperationException")
        assert reply.headers["x-amzn-requestid"]
        assert aws.ledger.call_count() == 0

    async def test_a_known_operation_that_is_not_served(self, aws: LocalAWS) -> None:
        reply = await send(aws, {**self.FMS, "X-Amz-Target": "AWSFMS_20180101.GetPolicy"}, b"{}")
        assert error_of(reply) == (400, "UnknownOperationException")
        assert b"ServedOperation" in reply.body

    @pytest.mark.parametrize(
        ("method", "path", "signing_name"),
        [
            ("POST", "/nowhere", "connect"),
            ("GET", REST_PATH, "connect"),
            ("POST", REST_PATH, "ram"),
            ("POST", "/workspaces/i/w/x/disassociate", "connect"),
        ],
    )
    async def test_an_unknown_path(
        self, aws: LocalAWS, method: str, path: str, signing_name: str
    ) -> None:
        headers = {"Authorization": SIGNED.format(signing_name)}
        reply = await send(aws, headers, b"{}", path, method)
        assert error_of(reply) == (404, "UnknownOperationException")

    @pytest.mark.parametrize(
        "body",
        [b"{", b"[]", b"null", b"\xff", b'{"Items": "a"}', b'{"Items": [1]}', b'{"Items": [null]}'],
    )
    async def test_a_body_that_cannot_be_read(self, aws: LocalAWS, body: bytes) -> None:
        reply = await send(aws, self.FMS, body)
        assert error_of(reply) == (400, "SerializationException")
        (record,) = aws.ledger.calls
        assert (record.items, record.code) == ((), "SerializationException")

    async def test_a_rest_body_that_cannot_be_read(self, aws: LocalAWS) -> None:
        reply = await send(aws, self.REST, b"{", self.REST_PATH)
        assert error_of(reply) == (400, "SerializationException")

    async def test_unknown_members_and_nulls_are_ignored(self, aws: LocalAWS) -> None:
        body = b'{"Items": ["a"], "ResourceSetIdentifier": "s", "New": 1, "Newer": null}'
        assert (await send(aws, self.FMS, body)).status == 200

    async def test_a_large_request(self, aws: LocalAWS) -> None:
        items = [f"{number:05}" + "x" * 30_000 for number in range(100)]
        body = json.dumps({"Items": items, "ResourceSetIdentifier": "s"}).encode()
        assert (await send(aws, self.FMS, body)).status == 200
        assert aws.ledger.applied_count() == 100

    async def test_a_client_that_leaves_while_it_sends(
        self, aws: LocalAWS, caplog: pytest.LogCaptureFixture
    ) -> None:
        _, writer = await connection(aws)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        assert (await send(aws, self.FMS, b"{}")).status == 400
        assert not caplog.records

    async def test_a_call_whose_client_left_goes_on(
        self, aws: LocalAWS, caplog: pytest.LogCaptureFixture
    ) -> None:
        delay = aws.inject(Delay(seconds=0.01, times=1))
        body = b'{"Items": ["a"], "ResourceSetIdentifier": "s"}'
        sending = asyncio.create_task(send(aws, self.FMS, body))
        while not delay.fired:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0)
        sending.cancel()
        while not aws.ledger.call_count():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.001)
        assert aws.ledger.applied() == {("a",): 1}
        assert not caplog.records


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


@pytest.mark.skipif(
    "smithy-rpc-v2-cbor" not in service("fms").protocols,
    reason="in the installed botocore FMS does not speak CBOR yet",
)
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
