"""The protocols from the server's side, held against botocore's own client side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol, cast
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import prepare_request_dict
from botocore.model import OperationModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from multidict import CIMultiDict

from itemwise.testing._bodies import CborForm, JsonForm
from itemwise.testing._bound import service
from itemwise.testing._paths import RestPath
from itemwise.testing._protocols import WireProtocol
from itemwise.testing._request_rules import checker
from itemwise.testing._wire import MalformedRequestError, ServiceError, WireReply, WireRequest
from tests.wire.clients import Reply
from tests.wire.raw_requests import SIGNED

NOON = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)


class Serializer(Protocol):
    def serialize_to_request(
        self, parameters: Mapping[str, object], operation_model: OperationModel
    ) -> dict[str, object]: ...


class Parser(Protocol):
    def parse(self, response: Mapping[str, object], shape: object) -> Reply: ...


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
