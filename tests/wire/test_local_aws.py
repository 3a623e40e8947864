"""`LocalAWS` through real aiobotocore clients, over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Literal, cast

import aiohttp
import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    ResponseStreamingError,
)
from botocore.parsers import ResponseParserError

from itemwise import testing
from itemwise.services.fms import batch_disassociate_resource
from itemwise.testing import (
    SERVED_OPERATIONS,
    ContradictItems,
    Delay,
    Drop,
    EntryList,
    ExtraFailures,
    FailCalls,
    FailItems,
    Fault,
    ForgetItems,
    Garbage,
    ItemList,
    Key,
    Ledger,
    LocalAWS,
    LowerLimit,
    PoisonItems,
    RateLimit,
    RenameItems,
    ServedOperation,
    Throttle,
)
from tests.conftest import Clock
from tests.wire.cases import rounds, until
from tests.wire.clients import ApiClient, ClientFactory, Reply

Entries = list[dict[str, object]]

CONFIG = AioConfig(retries={"total_max_attempts": 1}, parameter_validation=False)
SIGNED = "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/{}/aws4_request, Signature=0"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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


class TestOperations:
    def test_the_samples_are_in_the_table(self) -> None:
        served = {(row.service, row.operation, row.limit) for row in SERVED_OPERATIONS}
        assert served >= {(sample.service, sample.operation, sample.limit) for sample in SAMPLES}

    @every_operation
    async def test_all_items_succeed(self, aws: LocalAWS, sample: Sample) -> None:
        reply = await sample(aws, "a", "b")

        assert sample.failed(reply) == []
        assert sample.succeeded(reply) in (None, ["a", "b"])
        assert aws.ledger.applied(sample.operation) == {sample.key("a"): 1, sample.key("b"): 1}

    @every_operation
    async def test_an_item_fails_and_is_not_applied(self, aws: LocalAWS, sample: Sample) -> None:
        aws.inject(FailItems(items=[sample.key("b")]))

        reply = await sample(aws, "a", "b", "c")

        assert sample.failed(reply) == ["b"]
        assert sample.succeeded(reply) in (None, ["a", "c"])
        assert aws.ledger.applied() == {sample.key("a"): 1, sample.key("c"): 1}

    @every_operation
    async def test_more_items_than_the_limit_are_refused(
        self, aws: LocalAWS, sample: Sample
    ) -> None:
        many = [f"item-{number}" for number in range(sample.limit + 1)]

        code, status, message = await sample.error_of(aws, *many)

        assert (code, status) == (sample.error, 400)
        assert str(sample.limit) in message
        assert aws.ledger.applied_count() == 0
        await sample(aws, *many[1:])
        assert aws.ledger.applied_count() == sample.limit

    @every_operation
    async def test_the_same_item_twice_is_refused(self, aws: LocalAWS, sample: Sample) -> None:
        code, status, message = await sample.error_of(aws, "a", "b", "a")

        assert (code, status) == (sample.error, 400)
        assert "unique" in message

    async def test_failure_entries_tell_code_and_message(self, aws: LocalAWS) -> None:
        aws.inject(FailItems(items="x", code="418", message="tea"))
        assert entries(await CONNECT(aws, "x"), "FailedList") == [
            {"ResourceArn": "x", "ErrorCode": "418", "ErrorMessage": "tea"}
        ]
        assert entries(await INSPECTOR(aws, "x"), "failedAssociations") == [
            {
                "scanConfigurationArn": "arn:scan",
                "resource": {"projectId": "x"},
                "statusCode": "418",
                "statusMessage": "tea",
            }
        ]
        assert entries(await GREENGRASS(aws, "x"), "errorEntries") == [
            {"thingName": "x", "code": "418", "message": "tea"}
        ]
        reply = await FMS(aws, "x")
        assert reply["ResourceSetIdentifier"] == "set"
        assert entries(reply, "FailedItems") == [{"URI": "x", "Reason": "418"}]

    async def test_three_lists_of_items_share_one_list_of_entries(self, aws: LocalAWS) -> None:
        aws.inject(FailItems(items=[("RESOURCE", "1")], message="no"))

        reply = await call(
            aws,
            "ram",
            "DisassociateResourceShare",
            resourceShareArn="arn:share",
            sources=["1"],
            resourceArns=["1"],
            principals=["1", "2"],
            clientToken="t",
        )

        assert reply["clientToken"] == "t"
        associations = entries(reply, "resourceShareAssociations")
        assert [(entry["associationType"], entry["status"]) for entry in associations] == [
            ("PRINCIPAL", "DISASSOCIATING"),
            ("PRINCIPAL", "DISASSOCIATING"),
            ("RESOURCE", "FAILED"),
            ("SOURCE", "DISASSOCIATING"),
        ]
        assert [entry.get("statusMessage") for entry in associations] == [None, None, "no", None]
        assert {entry["resourceShareArn"] for entry in associations} == {"arn:share"}
        assert aws.ledger.applied() == {
            ("PRINCIPAL", "1"): 1,
            ("PRINCIPAL", "2"): 1,
            ("SOURCE", "1"): 1,
        }

    async def test_a_missing_member_is_refused(self, aws: LocalAWS) -> None:
        with pytest.raises(ClientError, match=r"at 'ResourceSetIdentifier'.*must not be null"):
            await call(aws, "fms", "BatchDisassociateResource", Items=["a"])

    async def test_a_short_string_is_refused(self, aws: LocalAWS) -> None:
        code, _, message = await FMS.error_of(aws, "a", "")
        assert code == "InvalidInputException"
        assert "at 'Items.2.member'" in message

    async def test_an_empty_list_is_refused_where_the_model_says_so(self, aws: LocalAWS) -> None:
        assert (await CONNECT.error_of(aws))[0] == "InvalidParameterException"
        assert (await FMS(aws))["FailedItems"] == []

    async def test_required_members_of_a_modelled_error_are_there(self, aws: LocalAWS) -> None:
        with pytest.raises(ClientError) as caught:
            await INSPECTOR(aws)
        assert cast("Reply", caught.value.response)["reason"] == "OTHER"

    async def test_keys_are_made_from_items(self, aws: LocalAWS) -> None:
        item = {"scanConfigurationArn": "arn:scan", "resource": {"projectId": "p"}}
        assert aws.key(INSPECTOR.operation, item) == INSPECTOR.key("p")
        assert aws.key(RAM.operation, "1") == ("PRINCIPAL", "1")
        assert aws.key(RAM.operation, "1", member="sources") == ("SOURCE", "1")
        with pytest.raises(KeyError):
            aws.key("Nothing", "1")


class TestFurtherOperations:
    async def test_items_known_by_an_id(self) -> None:
        row = ServedOperation(
            service="sqs",
            operation="DeleteMessageBatch",
            items=(ItemList(member="Entries", key=("Id",)),),
            limit=10,
            failures=EntryList(
                member="Failed",
                names=(("Id", "Id"),),
                code="Code",
                message="Message",
                fixed=(("SenderFault", True),),
            ),
            successes=EntryList(member="Successful", names=(("Id", "Id"),)),
        )
        async with LocalAWS([row]) as aws:
            aws.inject(FailItems(items="2", code="InternalError", message="later"))
            reply = await call(
                aws,
                "sqs",
                "DeleteMessageBatch",
                QueueUrl=f"{aws.endpoint_url}/1/queue",
                Entries=[{"Id": "1", "ReceiptHandle": "a"}, {"Id": "2", "ReceiptHandle": "b"}],
            )
            assert entries(reply, "Successful") == [{"Id": "1"}]
            assert entries(reply, "Failed") == [
                {"Id": "2", "Code": "InternalError", "Message": "later", "SenderFault": True}
            ]
            assert aws.ledger.applied() == {("1",): 1}

    async def test_items_known_by_their_place(self) -> None:
        row = ServedOperation(
            service="firehose",
            operation="PutRecordBatch",
            items=(ItemList(member="Records"),),
            limit=500,
            failures=EntryList(member="RequestResponses", code="ErrorCode", message="ErrorMessage"),
            successes=EntryList(member="RequestResponses", fixed=(("RecordId", "0"),)),
            unique_items=False,
        )
        async with LocalAWS([row]) as aws:
            aws.inject(FailItems(items=lambda key: "b'y'" in key, code="Slow", message="down"))
            reply = await call(
                aws,
                "firehose",
                "PutRecordBatch",
                DeliveryStreamName="stream",
                Records=[{"Data": data} for data in (b"x", b"y", b"x")],
            )
            assert entries(reply, "RequestResponses") == [
                {"RecordId": "0"},
                {"ErrorCode": "Slow", "ErrorMessage": "down"},
                {"RecordId": "0"},
            ]
            assert aws.ledger.applied() == {("Data", "b'x'"): 2}

    async def test_a_row_replaces_the_one_of_the_table(self) -> None:
        row = next(row for row in SERVED_OPERATIONS if row.service == "fms")
        async with LocalAWS([dataclasses.replace(row, limit=1)]) as aws:
            assert (await FMS.error_of(aws, "a", "b"))[0] == "InvalidInputException"

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"operation": "Nothing"}, "no operation Nothing"),
            ({"items": (ItemList(member="Nothing"),)}, "no member Nothing in its request"),
            ({"failures": EntryList(member="Nothing")}, "no member Nothing in its response"),
            ({"items": (ItemList(member="ResourceSetIdentifier"),)}, "is not a list"),
        ],
    )
    def test_a_row_that_does_not_fit_its_model(
        self, change: dict[str, object], message: str
    ) -> None:
        row = next(row for row in SERVED_OPERATIONS if row.service == "fms")
        with pytest.raises(ValueError, match=message):
            LocalAWS([dataclasses.replace(row, **change)])  # type: ignore[arg-type]  # by design

    def test_a_service_of_another_protocol(self) -> None:
        row = ServedOperation(
            service="iam",
            operation="TagRole",
            items=(ItemList(member="Tags"),),
            limit=50,
            failures=EntryList(member="Tags"),
        )
        with pytest.raises(ValueError, match="iam speaks query, which LocalAWS does not"):
            LocalAWS([row])


class TestClientToken:
    PARAMS: Mapping[str, object] = {
        "resourceShareArn": "arn:share",
        "principals": ["1"],
        "clientToken": "t",
    }

    async def test_the_same_call_is_answered_again_and_not_applied_again(
        self, aws: LocalAWS
    ) -> None:
        first = await call(aws, "ram", RAM.operation, **self.PARAMS)
        second = await call(aws, "ram", RAM.operation, **self.PARAMS)

        assert first["resourceShareAssociations"] == second["resourceShareAssociations"]
        assert aws.ledger.applied() == {("PRINCIPAL", "1"): 1}
        assert [record.replay for record in aws.ledger.calls] == [False, True]
        assert [record.client_token for record in aws.ledger.calls] == ["t", "t"]
        assert aws.ledger.replay_count() == 1

    async def test_another_payload_is_refused(self, aws: LocalAWS) -> None:
        await call(aws, "ram", RAM.operation, **self.PARAMS)
        with pytest.raises(ClientError, match="IdempotentParameterMismatchException"):
            await call(aws, "ram", RAM.operation, **{**self.PARAMS, "principals": ["2"]})

    async def test_a_call_whose_answer_was_lost_is_replayed(self, aws: LocalAWS) -> None:
        aws.inject(Drop(when="after", times=1))
        with pytest.raises(ConnectionClosedError):
            await call(aws, "ram", RAM.operation, **self.PARAMS)
        reply = await call(aws, "ram", RAM.operation, **self.PARAMS)
        assert of_status(reply, "DISASSOCIATING") == ["1"]
        assert aws.ledger.applied() == {("PRINCIPAL", "1"): 1}

    async def test_a_call_that_was_refused_leaves_no_token(self, aws: LocalAWS) -> None:
        aws.inject(Throttle(times=1))
        with pytest.raises(ClientError, match="ThrottlingException"):
            await call(aws, "ram", RAM.operation, **self.PARAMS)
        await call(aws, "ram", RAM.operation, **self.PARAMS)
        assert aws.ledger.replay_count() == 0


class TestThrottling:
    async def test_the_modelled_error(self, aws: LocalAWS) -> None:
        aws.inject(Throttle(times=2))
        # Firewall Manager models no throttling; Connect does.
        assert await FMS.error_of(aws, "a") == ("ThrottlingException", 400, "Rate exceeded")
        assert await CONNECT.error_of(aws, "a") == ("ThrottlingException", 429, "Rate exceeded")
        await FMS(aws, "a")
        assert aws.ledger.applied() == {("a",): 1}

    async def test_styles(self, aws: LocalAWS) -> None:
        aws.inject(Throttle(style="400", code="TooManyRequestsException", times=1))
        aws.inject(Throttle(style="429", times=1))
        aws.inject(Throttle(style="bare", times=1))
        assert (await CONNECT.error_of(aws, "a"))[:2] == ("TooManyRequestsException", 400)
        assert (await FMS.error_of(aws, "a"))[:2] == ("ThrottlingException", 429)
        assert (await FMS.error_of(aws, "a"))[:2] == ("429", 429)
        assert [record.code for record in aws.ledger.calls][-1] is None

    async def test_a_retry_after_header(self, aws: LocalAWS) -> None:
        aws.inject(Throttle(retry_after=7))
        with pytest.raises(ClientError) as caught:
            await INSPECTOR(aws, "a")
        response = cast("Reply", caught.value.response)
        metadata = cast("dict[str, dict[str, str]]", response["ResponseMetadata"])
        assert metadata["HTTPHeaders"]["retry-after"] == "7"
        assert response["retryAfterSeconds"] == 7

    async def test_a_bucket_gives_its_burst_and_can_change(self, aws: LocalAWS) -> None:
        bucket = aws.inject(RateLimit(rate=0, burst=2))
        await FMS(aws, "a")
        await FMS(aws, "b")
        assert (await FMS.error_of(aws, "c"))[0] == "ThrottlingException"
        assert bucket.fired == 1
        bucket.replace(dataclasses.replace(bucket.fault, rate=1e9))
        await FMS(aws, "c")

    async def test_chance_repeats_with_the_seed(self) -> None:
        async def outcomes(seed: int) -> list[str | None]:
            async with LocalAWS(seed=seed) as aws:
                aws.inject(Throttle(probability=0.5))
                for _ in range(12):
                    with contextlib.suppress(ClientError):
                        await FMS(aws, "a")
                return [record.code for record in aws.ledger.calls]

        first = await outcomes(1)
        assert first == await outcomes(1)
        assert set(first) == {None, "ThrottlingException"}
        assert first != await outcomes(2)


class TestItemFaults:
    async def test_items_heal_after_so_many_attempts_each(self, aws: LocalAWS) -> None:
        fault = aws.inject(FailItems(items=lambda key: key[0] in "ab", times=2))
        assert FMS.failed(await FMS(aws, "a", "c")) == ["a"]
        assert FMS.failed(await FMS(aws, "a", "b")) == ["a", "b"]
        assert FMS.failed(await FMS(aws, "a", "b")) == ["b"]
        assert FMS.failed(await FMS(aws, "a", "b")) == []
        assert fault.fired == 4

    async def test_a_string_is_one_item_and_any_part_of_a_key(self, aws: LocalAWS) -> None:
        aws.inject(FailItems(items="PRINCIPAL"))
        reply = await call(
            aws, "ram", RAM.operation, resourceShareArn="s", principals=["P"], resourceArns=["R"]
        )
        assert of_status(reply, "FAILED") == ["P"]

    async def test_poison_rejects_the_whole_call(self, aws: LocalAWS) -> None:
        aws.inject(PoisonItems(items="bad"))
        first = await FMS.error_of(aws, "a", "bad")
        assert first == ("InvalidInputException", 400, "The request is not valid.")
        assert await FMS.error_of(aws, "bad") == first
        assert aws.ledger.applied_count() == 0
        await FMS(aws, "a")

    async def test_forgotten_items_are_applied_and_not_named(self, aws: LocalAWS) -> None:
        aws.inject(FailItems(items="b"))
        aws.inject(ForgetItems(items=["a", "b"]))
        reply = await CONNECT(aws, "a", "b", "c")
        assert CONNECT.failed(reply) == []
        assert CONNECT.succeeded(reply) == ["c"]
        assert aws.ledger.applied() == {("a",): 1, ("c",): 1}

    async def test_failures_under_other_names(self, aws: LocalAWS) -> None:
        aws.inject(FailItems(items="a"))
        aws.inject(RenameItems(rename=str.upper))
        reply = await INSPECTOR(aws, "a", "b")
        assert INSPECTOR.failed(reply) == ["A"]
        assert INSPECTOR.succeeded(reply) == ["b"]

    @pytest.mark.parametrize("sample", [INSPECTOR, CONNECT, RAM], ids=lambda s: s.service)
    async def test_items_in_both_lists(self, aws: LocalAWS, sample: Sample) -> None:
        aws.inject(ContradictItems(items="a"))
        reply = await sample(aws, "a", "b")
        assert sample.failed(reply) == ["a"]
        assert sample.succeeded(reply) == ["a", "b"]
        assert aws.ledger.applied_count() == 2

    async def test_contradiction_needs_two_lists(self, aws: LocalAWS) -> None:
        aws.inject(ContradictItems(items="a"))
        assert FMS.failed(await FMS(aws, "a")) == []

    async def test_failures_of_items_that_were_never_sent(self, aws: LocalAWS) -> None:
        aws.inject(ExtraFailures(sent=("ghost",), code="404", times=1, operation=CONNECT.operation))
        reply = await CONNECT(aws, "a")
        assert CONNECT.failed(reply) == ["ghost"]
        assert CONNECT.succeeded(reply) == ["a"]
        assert CONNECT.failed(await CONNECT(aws, "b")) == []

    async def test_a_failure_without_a_name(self, aws: LocalAWS) -> None:
        aws.inject(ExtraFailures(sent=({},)))
        assert entries(await GREENGRASS(aws, "a"), "errorEntries") == [
            {
                "code": "ResourceNotFoundException",
                "message": "The client device is not associated.",
            }
        ]

    @every_operation
    async def test_repeats_are_refused_on_demand(self, sample: Sample) -> None:
        async with LocalAWS(refuse_repeats=True) as aws:
            await sample(aws, "a")
            reply = await sample(aws, "a", "b")
            assert sample.failed(reply) == ["a"]
            assert aws.ledger.applied() == {sample.key("a"): 1, sample.key("b"): 1}

    def test_refused_repeats_need_the_applied_keys(self) -> None:
        with pytest.raises(ValueError, match="refuse_repeats needs keep_applied"):
            LocalAWS(refuse_repeats=True, keep_applied=False)


NO_ITEMS: list[Collection[str]] = [[], (), set(), frozenset(), ""]


class TestCallFaults:
    @pytest.mark.parametrize(
        ("fault", "code", "status"),
        [
            (FailCalls(), "InternalFailure", 500),
            (FailCalls(status=503), "ServiceUnavailable", 503),
            (FailCalls(status=502), "InternalFailure", 502),
            (FailCalls(status=400), "InvalidParameterException", 400),
            (FailCalls(code="AccessDeniedException"), "AccessDeniedException", 403),
            (FailCalls(code="ResourceNotFoundException"), "ResourceNotFoundException", 404),
            (FailCalls(code="Unheard"), "Unheard", 400),
            (FailCalls(code="Unheard", status=409), "Unheard", 409),
        ],
    )
    async def test_errors(self, aws: LocalAWS, fault: FailCalls, code: str, status: int) -> None:
        aws.inject(fault)
        assert (await CONNECT.error_of(aws, "a"))[:2] == (code, status)
        assert aws.ledger.applied_count() == 0
        record = aws.ledger.calls[0]
        assert (record.code, record.status, record.items) == (code, status, (("a",),))

    async def test_an_error_after_the_call_was_applied(self, aws: LocalAWS) -> None:
        aws.inject(FailCalls(status=500, apply=True, times=1))
        assert (await FMS.error_of(aws, "a"))[1] == 500
        await FMS(aws, "a")
        assert aws.ledger.applied() == {("a",): 2}

    async def test_a_delay_comes_before_the_decision(self, aws: LocalAWS) -> None:
        aws.inject(Delay(seconds=0.002, times=1))
        aws.inject(Delay(seconds=0.003, times=1))
        await FMS(aws, "a")
        record = aws.ledger.calls[0]
        assert record.ended - record.started >= 0.005

    @pytest.mark.parametrize(
        ("fault", "applied"),
        [(Drop(when="before", times=1), {}), (Drop(when="after", times=1), {("a",): 1})],
        ids=["before", "after"],
    )
    async def test_a_dropped_connection(
        self,
        aws: LocalAWS,
        fault: Drop,
        applied: dict[Key, int],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        aws.inject(fault)
        with pytest.raises(ConnectionClosedError):
            await FMS(aws, "a")
        assert not caplog.records
        assert aws.ledger.applied() == applied
        assert aws.ledger.calls[0].status is None
        await FMS(aws, "b")

    async def test_a_truncated_answer(self, aws: LocalAWS) -> None:
        aws.inject(Drop(when="midway", times=1))
        with pytest.raises((HTTPClientError, ResponseStreamingError, aiohttp.ClientPayloadError)):
            await FMS(aws, "a")
        assert aws.ledger.applied() == {("a",): 1}

    @pytest.mark.parametrize(
        "fault",
        [Drop(when="midway"), Garbage(kind="huge", size=200_000)],
        ids=lambda fault: type(fault).__name__,
    )
    async def test_a_client_that_has_gone_gets_no_answer_and_makes_no_noise(
        self, aws: LocalAWS, clock: Clock, fault: Fault, caplog: pytest.LogCaptureFixture
    ) -> None:
        delay = aws.inject(Delay(seconds=1))
        aws.inject(fault)
        body = b'{"ResourceSetIdentifier":"s","Items":["a"]}'
        asking = asyncio.create_task(post(aws, FMS_HEADERS, body))
        await until(lambda: delay.fired > 0)
        asking.cancel()
        await asyncio.wait({asking})
        await rounds(10)
        clock.now += 1
        await until(lambda: not aws._handler._running)
        assert not caplog.records
        assert aws.ledger.applied() == {("a",): 1}

    async def test_a_lower_limit(self, aws: LocalAWS) -> None:
        aws.inject(LowerLimit(limit=2))
        code, _, message = await FMS.error_of(aws, "a", "b", "c")
        assert code == "InvalidInputException"
        assert "less than or equal to 2" in message
        await FMS(aws, "a", "b")

    @pytest.mark.parametrize(
        ("fault", "body"),
        [
            (Garbage(), b"<html>It works!</html>"),
            (Garbage(kind="empty"), b""),
            (Garbage(kind="null"), b"null"),
            (Garbage(kind="list"), b"[]"),
            (Garbage(kind="string"), b'{"FailedItems":"none"}'),
            (Garbage(kind="huge", size=200_000), b"x" * 200_000),
        ],
        ids=lambda value: value.kind if isinstance(value, Garbage) else "",
    )
    async def test_garbage(self, aws: LocalAWS, fault: Garbage, body: bytes) -> None:
        aws.inject(fault)
        answer = await post(aws, FMS_HEADERS, b'{"ResourceSetIdentifier":"s","Items":["a"]}')
        assert (answer.status, answer.body) == (200, body)
        assert UUID.fullmatch(answer.headers["x-amzn-RequestId"])
        assert aws.ledger.applied() == {("a",): 1}

    @pytest.mark.parametrize("kind", ["list", "string"])
    async def test_garbage_upsets_botocore(
        self, aws: LocalAWS, kind: Literal["list", "string"]
    ) -> None:
        aws.inject(Garbage(kind=kind))
        with pytest.raises((AttributeError, TypeError, ResponseParserError)):
            await FMS(aws, "a")

    async def test_faults_are_asked_in_order_and_only_when_reached(self, aws: LocalAWS) -> None:
        aws.inject(FailCalls(status=500, times=1))
        throttle = aws.inject(Throttle(times=1))
        drop = aws.inject(Drop(times=1))
        with pytest.raises(ConnectionClosedError):
            await FMS(aws, "a")
        assert (drop.fired, throttle.fired) == (1, 0)
        assert (await FMS.error_of(aws, "a"))[0] == "ThrottlingException"
        assert (await FMS.error_of(aws, "a"))[0] == "InternalFailure"
        await FMS(aws, "a")

    async def test_a_fault_of_one_operation_spares_the_others(self, aws: LocalAWS) -> None:
        aws.inject(Throttle(operation=CONNECT.operation))
        await FMS(aws, "a")
        assert (await CONNECT.error_of(aws, "a"))[0] == "ThrottlingException"

    async def test_faults_can_be_taken_back(self, aws: LocalAWS) -> None:
        one = aws.inject(Throttle())
        other = aws.inject(FailItems(items="a"))
        one.remove()
        assert not one.in_force
        assert FMS.failed(await FMS(aws, "a")) == ["a"]
        aws.clear_faults()
        assert not other.in_force
        assert FMS.failed(await FMS(aws, "a")) == []

    def test_a_fault_of_an_operation_that_is_not_served(self) -> None:
        with pytest.raises(ValueError, match=r"^no operation Nothing is served$"):
            LocalAWS().inject(Throttle(operation="Nothing"))
        handle = LocalAWS().inject(Throttle())
        with pytest.raises(ValueError, match=r"^no operation Nothing is served$"):
            handle.replace(Throttle(operation="Nothing"))

    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            ("batch_disassociate_resource", "BatchDisassociateResource"),
            ("batchDisassociateResource", "BatchDisassociateResource"),
            ("DisasociateWorkspace", r"DisassociateWorkspace or \w+"),
        ],
    )
    def test_the_name_that_was_meant_is_given(self, name: str, meant: str) -> None:
        aws = LocalAWS()
        message = rf"^no operation {name} is served: did you mean {meant}\?$"
        with pytest.raises(ValueError, match=message):
            aws.inject(Throttle(operation=name))
        with pytest.raises(ValueError, match=message):
            aws.ledger.call_count(name)

    async def test_a_tuple_of_strings_is_one_key(self, aws: LocalAWS) -> None:
        one = aws.inject(FailItems(items=("a",)))
        other = aws.inject(FailItems(items=("b", "c")))
        await FMS(aws, "a", "b", "c")
        assert (one.fired, other.fired) == (1, 0)

    @pytest.mark.parametrize("items", NO_ITEMS)
    async def test_a_fault_of_no_items_hits_none(
        self, aws: LocalAWS, items: Collection[str]
    ) -> None:
        faults = [aws.inject(kind(items=items)) for kind in (FailItems, ForgetItems, PoisonItems)]
        await FMS(aws, "a")
        assert [fault.fired for fault in faults] == [0, 0, 0]

    @pytest.mark.parametrize(
        ("slip", "shown"),
        [(FailItems, "the class FailItems"), ("Throttle", "'Throttle'"), (None, "None")],
    )
    def test_what_is_no_fault_is_refused(self, slip: Fault, shown: str) -> None:
        message = rf"^fault must be a fault, such as Throttle\(times=1\), not {shown}$"
        with pytest.raises(TypeError, match=message):
            LocalAWS().inject(slip)
        with pytest.raises(TypeError, match=message):
            LocalAWS().inject(Throttle()).replace(cast("Throttle", slip))

    async def test_a_handle_shows_the_fault_and_its_hits_and_no_items(self, aws: LocalAWS) -> None:
        handle = aws.inject(FailItems(items=["secret"], code="GONE", message="secret", times=3))
        assert repr(handle) == "<InjectedFault FailItems(code='GONE', times=3): fired 0>"
        await FMS(aws, "secret")
        handle.remove()
        assert repr(handle) == "<InjectedFault FailItems(code='GONE', times=3): fired 1, removed>"
        for hidden in (ExtraFailures(sent=("secret",)), RenameItems(rename=str.upper)):
            shown = f"<InjectedFault {type(hidden).__name__}(): fired 0>"
            assert repr(aws.inject(hidden)) == shown


NEEDED: dict[str, dict[str, object]] = {
    "ContradictItems": {"items": "a"},
    "Delay": {"seconds": 1},
    "ExtraFailures": {"sent": ("a",)},
    "FailItems": {"items": "a"},
    "ForgetItems": {"items": "a"},
    "ItemFault": {"items": "a"},
    "LowerLimit": {"limit": 1},
    "PoisonItems": {"items": "a"},
    "RateLimit": {"rate": 1},
    "RenameItems": {"rename": str.upper},
}
FAULTS: dict[str, type[Fault]] = {
    name: kind
    for name, kind in vars(testing).items()
    if isinstance(kind, type) and issubclass(kind, Fault)
}


def made(kind: str, /, **values: object) -> Fault:
    make = cast("Callable[..., Fault]", FAULTS[kind])
    return make(**NEEDED.get(kind, {}) | values)


class TestValues:
    @pytest.mark.parametrize(
        ("kind", "field"),
        [(name, field.name) for name, kind in FAULTS.items() for field in dataclasses.fields(kind)],
    )
    def test_no_field_takes_a_value_of_any_kind(self, kind: str, field: str) -> None:
        with pytest.raises(TypeError, match=rf"^{field} must be .+, not <object"):
            made(kind, **{field: object()})

    @pytest.mark.parametrize(
        ("kind", "field", "value"),
        [
            ("Throttle", "operation", batch_disassociate_resource),
            ("Throttle", "times", 1.5),
            ("Throttle", "times", True),
            ("Throttle", "times", "1"),
            ("Throttle", "probability", "0.5"),
            ("Throttle", "probability", True),
            ("Throttle", "probability", None),
            ("Throttle", "style", 429),
            ("Throttle", "style", None),
            ("Throttle", "code", 400),
            ("Throttle", "retry_after", "1"),
            ("Drop", "when", None),
            ("Delay", "seconds", None),
            ("FailCalls", "code", 5),
            ("FailCalls", "status", "500"),
            ("FailCalls", "status", 500.0),
            ("FailCalls", "message", None),
            ("FailCalls", "apply", "no"),
            ("FailCalls", "apply", 1),
            ("FailItems", "items", 5),
            ("FailItems", "items", None),
            ("FailItems", "items", b"arn"),
            ("FailItems", "items", [b"arn"]),
            ("FailItems", "items", ["a", 5]),
            ("FailItems", "items", [("a", 5)]),
            ("FailItems", "items", [["a"]]),
            ("FailItems", "items", iter(["a"])),
            ("FailItems", "code", 404),
            ("PoisonItems", "message", None),
            ("LowerLimit", "limit", None),
            ("LowerLimit", "limit", 2.0),
            ("RenameItems", "rename", "x"),
            ("ExtraFailures", "sent", "a"),
            ("ExtraFailures", "sent", {"thingName": "a"}),
            ("Garbage", "size", 1e6),
        ],
    )
    def test_a_value_of_another_kind_is_refused(self, kind: str, field: str, value: object) -> None:
        with pytest.raises(TypeError, match=rf"^{field} must be .+, not "):
            made(kind, **{field: value})

    @pytest.mark.parametrize(
        ("kind", "field", "value"),
        [
            ("Throttle", "times", 0),
            ("FailItems", "times", -1),
            ("Throttle", "probability", 1.5),
            ("Throttle", "probability", -0.1),
            ("Throttle", "probability", math.nan),
            ("Throttle", "style", "foo"),
            ("Throttle", "retry_after", -1),
            ("Throttle", "retry_after", math.inf),
            ("RateLimit", "style", "foo"),
            ("RateLimit", "rate", -1),
            ("RateLimit", "rate", math.nan),
            ("RateLimit", "rate", math.inf),
            ("RateLimit", "burst", 0.5),
            ("RateLimit", "burst", math.inf),
            ("RateLimit", "retry_after", math.nan),
            ("Drop", "when", "befor"),
            ("Delay", "seconds", -1),
            ("Delay", "seconds", math.nan),
            ("Delay", "seconds", math.inf),
            ("FailCalls", "status", 42),
            ("FailCalls", "status", 200),
            ("FailCalls", "status", 600),
            ("FailCalls", "retry_after", -1),
            ("LowerLimit", "limit", 0),
            ("ExtraFailures", "sent", ()),
            ("Garbage", "kind", "foo"),
            ("Garbage", "size", 0),
            ("Garbage", "size", -1),
        ],
    )
    def test_a_value_out_of_range_is_refused(self, kind: str, field: str, value: object) -> None:
        message = rf"^{field} must be .+, not {re.escape(repr(value))}$"
        with pytest.raises(ValueError, match=message):
            made(kind, **{field: value})
        with pytest.raises(ValueError, match=message):
            dataclasses.replace(made(kind), **{field: value})  # type: ignore[arg-type]  # by name

    @pytest.mark.parametrize(
        ("kind", "values"),
        [
            ("Throttle", {"times": None, "code": None, "retry_after": None, "operation": None}),
            ("Throttle", {"probability": 0, "retry_after": 0}),
            ("FailCalls", {"status": 400}),
            ("FailCalls", {"status": 599, "probability": 1}),
            ("RateLimit", {"rate": 0, "burst": 1}),
            ("FailItems", {"items": ["a", ("b", "c")]}),
            ("FailItems", {"items": {"a": 1}.keys(), "code": "", "message": ""}),
            ("Garbage", {"size": 1}),
        ],
    )
    def test_a_value_on_the_edge_is_taken(self, kind: str, values: dict[str, object]) -> None:
        fault = made(kind, **values)
        assert {name: getattr(fault, name) for name in values} == values

    def test_a_choice_is_refused_with_those_that_there_are(self) -> None:
        with pytest.raises(
            ValueError, match=r"^when must be one of 'before', 'after', 'midway', not 'befor'$"
        ):
            made("Drop", when="befor")


def was_applied(ledger: Ledger, operation: str) -> bool:
    return ledger.was_applied(operation, ("a",))


QUERIES: list[Callable[[Ledger, str], object]] = [
    Ledger.applied,
    Ledger.call_count,
    Ledger.applied_count,
    Ledger.replay_count,
    was_applied,
]


class TestLedger:
    async def test_a_call_is_recorded_in_full(self, aws: LocalAWS) -> None:
        aws.inject(FailItems(items="b"))
        before = time.monotonic()
        reply = await FMS(aws, "a", "b")
        (record,) = aws.ledger.calls
        metadata = cast("Reply", reply["ResponseMetadata"])
        assert record.request_id == metadata["RequestId"]
        assert UUID.fullmatch(record.request_id)
        assert (record.service, record.operation) == ("fms", "BatchDisassociateResource")
        assert (record.items, record.applied) == ((("a",), ("b",)), (("a",),))
        assert (record.status, record.code, record.client_token) == (200, None, None)
        assert before <= record.started <= record.ended <= time.monotonic()
        assert not record.replay

    async def test_counts_add_up_over_operations(self, aws: LocalAWS) -> None:
        await FMS(aws, "a", "b")
        await GREENGRASS(aws, "a")
        assert aws.ledger.applied() == Counter({("a",): 2, ("b",): 1})
        assert aws.ledger.applied(GREENGRASS.operation) == {("a",): 1}
        assert (aws.ledger.call_count(), aws.ledger.call_count(FMS.operation)) == (2, 1)
        assert (aws.ledger.applied_count(), aws.ledger.applied_count(FMS.operation)) == (3, 2)

    @pytest.mark.parametrize("ask", QUERIES, ids=lambda ask: ask.__name__)
    def test_an_operation_that_is_not_served_is_refused(
        self, ask: Callable[[Ledger, str], object]
    ) -> None:
        ledger = LocalAWS().ledger
        with pytest.raises(ValueError, match=r"^no operation Nothing is served$"):
            ask(ledger, "Nothing")
        with pytest.raises(TypeError, match=r"^operation must be a wire name, .*, not Operation$"):
            ask(ledger, cast("str", batch_disassociate_resource))
        assert not ask(ledger, FMS.operation)
        assert not ask(Ledger(), "Nothing")

    async def test_a_ledger_shows_its_counts_and_no_items(self, aws: LocalAWS) -> None:
        assert repr(aws.ledger) == "<Ledger: 0 calls, 0 items applied>"
        await FMS(aws, "a", "b")
        await FMS(aws, "c")
        await GREENGRASS(aws, "a")
        by_operation = f"{FMS.operation} 2, {GREENGRASS.operation} 1"
        assert repr(aws.ledger) == f"<Ledger: 3 calls ({by_operation}), 4 items applied>"

    async def test_what_is_not_kept_is_counted(self) -> None:
        async with LocalAWS(keep_calls=False, keep_applied=False) as aws:
            await FMS(aws, "a", "b")
            assert (aws.ledger.call_count(), aws.ledger.applied_count()) == (1, 2)
            with pytest.raises(RuntimeError, match="keep_calls"):
                _ = aws.ledger.calls
            with pytest.raises(RuntimeError, match="keep_applied"):
                aws.ledger.applied()

    async def test_reset_forgets(self, aws: LocalAWS) -> None:
        await FMS(aws, "a")
        aws.ledger.reset()
        assert (aws.ledger.calls, aws.ledger.applied(), aws.ledger.call_count()) == ([], {}, 0)

    async def test_request_ids_repeat_with_the_seed(self) -> None:
        async def first_id(seed: int) -> str:
            async with LocalAWS(seed=seed) as aws:
                await FMS(aws, "a")
                return aws.ledger.calls[0].request_id

        assert await first_id(1) == await first_id(1)
        assert await first_id(1) != await first_id(2)


class TestLife:
    async def test_it_needs_to_run(self) -> None:
        aws = LocalAWS()
        await aws.stop()
        with pytest.raises(RuntimeError, match="does not run"):
            _ = aws.endpoint_url
        with pytest.raises(RuntimeError, match="does not run"):
            aws.client("fms")

    async def test_it_starts_once_and_can_start_again(self) -> None:
        aws = LocalAWS()
        await aws.start()
        with pytest.raises(RuntimeError, match="runs already"):
            await aws.start()
        await FMS(aws, "a")
        await aws.stop()
        await aws.start()
        await FMS(aws, "b")
        await aws.stop()
        assert aws.ledger.applied_count() == 2

    def test_it_works_on_one_event_loop_after_another(self) -> None:
        aws = LocalAWS()

        async def use() -> None:
            async with aws:
                await FMS(aws, "a")

        asyncio.run(use(), debug=True)
        asyncio.run(use(), debug=True)
        assert aws.ledger.applied() == {("a",): 2}

    # The test before runs loops of its own, and older pytest then leaves one of pytest-asyncio's to
    # the collector. What this test is about, it looks for itself.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    async def test_stopping_leaves_nothing_behind(self) -> None:
        gc.collect()
        before = asyncio.all_tasks()
        async with AsyncExitStack() as stack:
            aws = await stack.enter_async_context(LocalAWS())
            aws.inject(Delay(seconds=3600))
            # One connection waits for its answer, the other one idles.
            waiting = asyncio.create_task(FMS(aws, "a"))
            address = aws.endpoint_url.removeprefix("http://").split(":")
            _, idle = await asyncio.open_connection(address[0], int(address[1]))
            stack.callback(idle.close)
            while not aws._handler._running:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0)
            await aws.stop()
            with pytest.raises(ConnectionClosedError):
                await waiting
            with pytest.raises(OSError, match=r"refused|failed"):
                await asyncio.open_connection(address[0], int(address[1]))
        assert asyncio.all_tasks() == before
        assert aws.ledger.call_count() == 0

    async def test_stopping_cuts_an_answer_that_nobody_reads(self) -> None:
        size = 1_000_000_000
        async with LocalAWS() as aws:
            aws.inject(Garbage(kind="huge", size=size))
            address = aws.endpoint_url.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(address[0], int(address[1]), limit=1024)
            body = b'{"ResourceSetIdentifier":"s","Items":["a"]}'
            lines = [
                "POST / HTTP/1.1",
                "Host: localhost",
                f"Content-Length: {len(body)}",
                *(f"{name}: {value}" for name, value in FMS_HEADERS.items()),
            ]
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            await writer.drain()
            await until(lambda: aws.ledger.call_count() > 0)
            assert aws._handler._running
        assert not aws._handler._running
        received = b""
        with contextlib.suppress(ConnectionError):
            received = await reader.read()
        assert len(received) < size
        writer.close()

    @pytest.mark.parametrize(
        ("service", "operation"),
        [
            ("s3", "ListBuckets"),
            ("route53", "ListHostedZones"),
            ("ec2", "DescribeVpcs"),
            ("sts", "GetCallerIdentity"),
        ],
    )
    async def test_a_service_of_another_protocol_is_refused_so_that_its_client_understands(
        self, aws: LocalAWS, service: str, operation: str
    ) -> None:
        with pytest.raises(ClientError) as caught:
            await call(aws, service, operation)
        error = cast("Mapping[str, Mapping[str, object]]", caught.value.response)["Error"]
        assert error["Code"] == "UnknownOperationException"
        assert f"does not speak the protocol of {service}: " in str(error["Message"])

    async def test_who_waits_before_sending_a_body_is_told_to_go_on(self, aws: LocalAWS) -> None:
        # As clients of S3 do with an object.
        with pytest.raises(ClientError, match="does not speak the protocol of s3"):
            await call(aws, "s3", "PutObject", Bucket="b", Key="k", Body=b"x")

    @pytest.mark.parametrize(
        ("service", "operation", "shown"),
        [
            ("fms", "ListPolicies", "ListPolicies of fms"),
            ("connect", "ListInstances", "GET /instance of connect"),
            ("sqs", "ListQueues", "ListQueues of sqs"),
            ("lambda", "ListFunctions", r"GET /2015-03-31/functions/? of lambda"),
        ],
    )
    async def test_what_is_not_served_is_named(
        self, aws: LocalAWS, service: str, operation: str, shown: str
    ) -> None:
        with pytest.raises(ClientError, match=rf"{shown}: describe it in a ServedOperation"):
            await call(aws, service, operation)

    async def test_an_itemwise_client(self, aws: LocalAWS) -> None:
        async with aws.client("fms", region_name="eu-west-1") as client:
            assert client.meta.region_name == "eu-west-1"
            assert client.meta.endpoint_url == aws.endpoint_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


FMS_HEADERS = {
    "X-Amz-Target": "AWSFMS_20180101.BatchDisassociateResource",
    "Content-Type": "application/x-amz-json-1.1",
    "Authorization": SIGNED.format("fms"),
}


async def post(aws: LocalAWS, headers: Mapping[str, str], body: bytes, path: str = "/") -> Answer:
    async with (
        aiohttp.ClientSession() as session,
        session.post(aws.endpoint_url + path, data=body, headers=headers) as answer,
    ):
        return Answer(status=answer.status, body=await answer.read(), headers=dict(answer.headers))
