"""What holds operations against botocore's models reports every kind of difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any

import pytest

from itemwise import (
    OPEN_ENUM,
    Request,
    RequestList,
    RequestShape,
    RequestUnion,
    Response,
    ResponseList,
    ResponseShape,
    ResponseUnion,
    length,
    wire,
)
from itemwise.services.fms import FailedItem, FailedItemReason, batch_disassociate_resource
from itemwise.services.fms._batch_disassociate_resource import Identifier
from itemwise.services.inspector2 import batch_disassociate_code_security_scan_configuration
from itemwise.services.ram import disassociate_resource_share
from tests.models.contract import differences
from tests.shipped import AnyOperation

pytestmark = pytest.mark.models

FMS = "fms.batch_disassociate_resource"
INSPECTOR = "inspector2.batch_disassociate_code_security_scan_configuration"
RAM = "ram.disassociate_resource_share"


def only(path: str, operation: AnyOperation) -> str:
    """Give the single difference, so that a test sees that nothing else is reported."""
    (difference,) = differences(path, operation)
    return difference


def altered(operation: AnyOperation, **changes: Any) -> AnyOperation:
    return replace(operation, **changes)


class Reason(StrEnum):
    NOT_VALID_ARN = "NOT_VALID_ARN"
    NOT_VALID_PARTITION = "NOT_VALID_PARTITION"
    NOT_VALID_REGION = "NOT_VALID_REGION"
    NOT_VALID_SERVICE = "NOT_VALID_SERVICE"
    NOT_VALID_RESOURCE_TYPE = "NOT_VALID_RESOURCE_TYPE"
    NOT_VALID_ACCOUNT = "NOT_VALID_ACCOUNT"


class Wanting(Request):
    items: Annotated[RequestList[Identifier], wire("Items")]


class Good(Wanting):
    resource_set_identifier: Annotated[Identifier, wire("ResourceSetIdentifier")]


class WrongWireName(Good):
    items: Annotated[RequestList[Identifier], wire("Itemz")]


class WrongPythonName(Wanting):
    resource_set: Annotated[Identifier, wire("ResourceSetIdentifier")]


class ExtraMember(Good):
    more: Annotated[str | None, wire("More")] = None


class WrongLength(Good):
    resource_set_identifier: Annotated[
        Annotated[str, length(1, 2047)], wire("ResourceSetIdentifier")
    ]


class WrongElementLength(Good):
    items: Annotated[RequestList[Annotated[str, length(2, 2048)]], wire("Items")]


class NoLength(Good):
    resource_set_identifier: Annotated[str, wire("ResourceSetIdentifier")]


class NotRequired(Request):
    resource_set_identifier: Annotated[Identifier, wire("ResourceSetIdentifier")]
    items: Annotated[RequestList[Identifier] | None, wire("Items")] = None


class CanBeNone(Wanting):
    resource_set_identifier: Annotated[Identifier | None, wire("ResourceSetIdentifier")]


class NoList(Request):
    resource_set_identifier: Annotated[Identifier, wire("ResourceSetIdentifier")]
    items: Annotated[Identifier, wire("Items")]


class WrongElement(Request):
    resource_set_identifier: Annotated[Identifier, wire("ResourceSetIdentifier")]
    items: Annotated[RequestList[int], wire("Items")]


class Thawed(Good, frozen=False):
    pass


class Lax(Good, extra="ignore"):
    pass


@pytest.mark.parametrize(
    ("request_model", "said"),
    [
        (Good, []),
        (
            Wanting,
            [
                "(BatchDisassociateResourceRequest).ResourceSetIdentifier: the model's member is",
            ],
        ),
        (
            WrongWireName,
            [
                "item_fields: items is no list in the model",
                "(BatchDisassociateResourceRequest).Items: the model's member is missing",
                "(BatchDisassociateResourceRequest).items: the model has no member Itemz",
            ],
        ),
        (WrongPythonName, ["resource_set: should be named resource_set_identifier"]),
        (ExtraMember, ["more: the model has no member More"]),
        (
            WrongLength,
            [
                "has (1, 2047) as least and most characters, the model's (1, 2048)",
            ],
        ),
        (WrongElementLength, ["items[]: has (2, 2048) as least and most characters"]),
        (NoLength, ["has (0, None) as least and most characters, the model's (1, 2048)"]),
        (NotRequired, ["items: is not required"]),
        (CanBeNone, ["resource_set_identifier: can be None, and is required"]),
        (NoList, ["items: has the constraint", "items: is str, the model's a list IdentifierList"]),
        (WrongElement, ["items[]: has (0, None)", "items[]: is int, the model's a string"]),
        (Thawed, ["is not frozen"]),
        (Lax, ["does not forbid unknown fields"]),
    ],
)
def test_a_wrong_request_model_is_reported(
    request_model: type[Request], said: Sequence[str]
) -> None:
    found = differences(FMS, altered(batch_disassociate_resource, request=request_model))
    assert len(found) == len(said), found
    for difference, part in zip(found, said, strict=True):
        assert difference.startswith(f"{FMS}: ")
        assert part in difference


class OtherValues(ResponseShape):
    uri: Annotated[str | None, wire("URI")] = None
    reason: Annotated[Reason | str | None, OPEN_ENUM, wire("Reason")] = None


class Closed(ResponseShape):
    uri: Annotated[str | None, wire("URI")] = None
    reason: Annotated[Reason | None, wire("Reason")] = None


class NoEnum(ResponseShape):
    uri: Annotated[str | None, wire("URI")] = None
    reason: Annotated[str | None, wire("Reason")] = None


class Bounded(FailedItem):
    uri: Annotated[Identifier | None, wire("URI")] = None


class Demanding(ResponseShape):
    uri: Annotated[str, wire("URI")]
    reason: Annotated[str | None, wire("Reason")] = None


class Either(ResponseUnion):
    uri: Annotated[str | None, wire("URI")] = None
    reason: Annotated[FailedItemReason | str | None, OPEN_ENUM, wire("Reason")] = None


class Reply(Response):
    resource_set_identifier: Annotated[str | None, wire("ResourceSetIdentifier")] = None


class OfOtherValues(Reply):
    failed_items: Annotated[ResponseList[OtherValues], wire("FailedItems")] = ()


class OfClosed(Reply):
    failed_items: Annotated[ResponseList[Closed], wire("FailedItems")] = ()


class OfNoEnum(Reply):
    failed_items: Annotated[ResponseList[NoEnum], wire("FailedItems")] = ()


class OfBounded(Reply):
    failed_items: Annotated[ResponseList[Bounded], wire("FailedItems")] = ()


class OfDemanding(Reply):
    failed_items: Annotated[ResponseList[Demanding], wire("FailedItems")] = ()


class NoNullList(Reply):
    failed_items: Annotated[RequestList[FailedItem], wire("FailedItems")] = ()


class OfUnions(Reply):
    failed_items: Annotated[ResponseList[Either], wire("FailedItems")] = ()


@pytest.mark.parametrize(
    ("response_model", "said"),
    [
        (OfOtherValues, ["Reason lacks the model's value NOT_VALID_ACCOUNT_ID"]),
        (OfOtherValues, ["Reason has NOT_VALID_ACCOUNT, which the model has not"]),
        (
            OfOtherValues,
            ["OtherValues (FailedItem).reason: reads a plain string from 'NOT_VALID_ACCOUNT_ID'"],
        ),
        (OfClosed, ["reason: takes no unknown value", "reason: does not take 'never-heard-of'"]),
        (OfNoEnum, ["reason: is str, the model's an enum FailedItemReason"]),
        (OfBounded, ["uri: has the constraint {'min_length': 1, 'max_length': 2048}"]),
        (OfBounded, ["uri: does not take ''"]),
        (OfDemanding, ["uri: is required", "uri: cannot be None", "uri: does not take None"]),
        (NoNullList, ["failed_items: does not take None"]),
        (OfUnions, ["Either (FailedItem): is a union, and the model's is none"]),
        (Reply, ["FailedItems: the model's member is missing"]),
    ],
)
def test_a_wrong_response_model_is_reported(
    response_model: type[Response], said: Sequence[str]
) -> None:
    found = differences(FMS, altered(batch_disassociate_resource, response=response_model))
    for part in said:
        assert any(part in difference for difference in found), found


class NoUnion(RequestShape):
    project_id: Annotated[str | None, wire("projectId")] = None


class OtherUnion(RequestUnion):
    repository_id: Annotated[str | None, wire("repositoryId")] = None


class NoUnionPair(RequestShape):
    scan_configuration_arn: Annotated[str, wire("scanConfigurationArn")]
    resource: Annotated[NoUnion, wire("resource")]


class OtherUnionPair(RequestShape):
    scan_configuration_arn: Annotated[str, wire("scanConfigurationArn")]
    resource: Annotated[OtherUnion, wire("resource")]


class NoUnionPairs(Request):
    disassociate_configuration_requests: Annotated[
        RequestList[NoUnionPair], wire("disassociateConfigurationRequests")
    ]


class OtherUnionPairs(Request):
    disassociate_configuration_requests: Annotated[
        RequestList[OtherUnionPair], wire("disassociateConfigurationRequests")
    ]


def test_a_union_that_is_none_is_reported() -> None:
    wrong = altered(batch_disassociate_code_security_scan_configuration, request=NoUnionPairs)
    assert only(INSPECTOR, wrong).endswith("NoUnion (CodeSecurityResource): is no RequestUnion")


def test_other_union_members_are_reported() -> None:
    wrong = altered(batch_disassociate_code_security_scan_configuration, request=OtherUnionPairs)
    missing, extra = differences(INSPECTOR, wrong)
    assert missing.endswith(
        "OtherUnion (CodeSecurityResource).projectId: the model's member is missing"
    )
    assert extra.endswith("the model has no member repositoryId")


class SentEntry(RequestShape):
    pass


class ReceivedItem(ResponseShape):
    pass


class AnswerOfSent(Response):
    resource_share_associations: Annotated[
        ResponseList[SentEntry], wire("resourceShareAssociations")
    ] = ()


class RequestOfReceived(Request):
    pairs: Annotated[RequestList[ReceivedItem], wire("disassociateConfigurationRequests")] = ()


def test_structures_of_the_other_side_are_reported() -> None:
    answer = altered(disassociate_resource_share, response=AnswerOfSent)
    assert "is no ResponseShape" in "\n".join(differences(RAM, answer))
    wrong = altered(batch_disassociate_code_security_scan_configuration, request=RequestOfReceived)
    assert "is no RequestShape" in "\n".join(differences(INSPECTOR, wrong))


class Association(ResponseShape):
    external: Annotated[str | None, wire("external")] = None
    creation_time: Annotated[str | None, wire("creationTime")] = None
    status_message: Annotated[int | None, wire("statusMessage")] = None


class Associations(Response):
    resource_share_associations: Annotated[
        ResponseList[Association], wire("resourceShareAssociations")
    ] = ()
    client_token: Annotated[ResponseList[str], wire("clientToken")] = ()


def test_wrong_types_are_reported() -> None:
    found = "\n".join(differences(RAM, altered(disassociate_resource_share, response=Associations)))
    assert ".external: is str, the model's a boolean" in found
    assert ".creation_time: is str, the model's a timestamp" in found
    assert ".status_message: is int, the model's a string" in found
    assert ".client_token: is Sequence, the model's a string" in found


@pytest.mark.parametrize(
    ("path", "changes", "said"),
    [
        (FMS, {"service": "fmz"}, "botocore has no service 'fmz'"),
        (FMS, {"name": "BatchX"}, "fms has no operation 'BatchX'"),
        ("fms.other", {}, f"its place should be {FMS}"),
        ("ram.batch_disassociate_resource", {}, f"its place should be {FMS}"),
        (
            FMS,
            {"item_error_codes": frozenset({"InvalidInputException", "NoSuchException"})},
            "item_error_codes: NoSuchException is no error of the operation",
        ),
        (FMS, {"item_fields": ()}, "item_fields: there are none"),
        (
            FMS,
            {"item_fields": ("things",)},
            "item_fields: BatchDisassociateResourceRequest has no field things",
        ),
        (
            FMS,
            {"item_fields": ("resource_set_identifier",)},
            "item_fields: resource_set_identifier is no list in the model",
        ),
    ],
)
def test_a_wrong_fact_is_reported(path: str, changes: dict[str, object], said: str) -> None:
    wrong = altered(batch_disassociate_resource, **changes)
    assert only(path, wrong) == f"{path}: {said}"


def test_a_wrong_limit_is_reported() -> None:
    wrong = altered(batch_disassociate_code_security_scan_configuration, max_items=26)
    assert only(INSPECTOR, wrong) == f"{INSPECTOR}: max_items is 26, the model's 25"


def test_where_the_model_has_no_limit_any_is_right() -> None:
    assert not differences(FMS, altered(batch_disassociate_resource, max_items=7))
