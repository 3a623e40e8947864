"""What each operation tells the engine: its items, their keys, and what a reply says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from itemwise import Key, Operation, Request, Response, Verdict
from itemwise.services.connect import DisassociateWorkspaceRequest, disassociate_workspace
from itemwise.services.fms import BatchDisassociateResourceRequest, batch_disassociate_resource
from itemwise.services.greengrassv2 import (
    BatchDisassociateClientDeviceFromCoreDeviceRequest,
    DisassociateClientDeviceFromCoreDeviceEntry,
    batch_disassociate_client_device_from_core_device,
)
from itemwise.services.inspector2 import (
    AssociationResultStatusCode,
    BatchDisassociateCodeSecurityScanConfigurationRequest,
    CodeSecurityResource,
    DisassociateConfigurationRequest,
    batch_disassociate_code_security_scan_configuration,
)
from itemwise.services.ram import (
    DisassociateResourceShareRequest,
    ResourceShareAssociation,
    ResourceShareAssociationType,
    SharedEntity,
    disassociate_resource_share,
)
from itemwise.services.rekognition import AssociateFacesRequest, associate_faces

SHARE = "arn:aws:ram:eu-west-1:111122223333:resource-share/s"
SCAN = "arn:aws:inspector2:eu-west-1:111122223333:owner/111122223333/codesecurity-configuration/c"

Said = tuple[Key | None, bool, str | None, str | None]


def sent(request: Request) -> Mapping[str, object]:
    """Give the members that travel."""
    return request.model_dump(by_alias=True, exclude_none=True)


def verdicts(
    operation: Operation[Any, Any, Any, Any], reply: Mapping[str, object]
) -> Sequence[Verdict[Any]]:
    response: Response = operation.response.model_validate(reply)
    return list(operation.verdicts(response))


def said(operation: Operation[Any, Any, Any, Any], reply: Mapping[str, object]) -> Sequence[Said]:
    """Give key, failure, code and message of each verdict, and see that its entry is there."""
    found = verdicts(operation, reply)
    for verdict in found:
        assert (verdict.entry is not None) == verdict.failed
        assert (verdict.success is None) == verdict.failed
    return [(each.key, each.failed, each.code, each.message) for each in found]


def pair(project: str, scan: str = SCAN) -> DisassociateConfigurationRequest:
    return DisassociateConfigurationRequest(
        scan_configuration_arn=scan, resource=CodeSecurityResource(project_id=project)
    )


def device(name: str) -> DisassociateClientDeviceFromCoreDeviceEntry:
    return DisassociateClientDeviceFromCoreDeviceEntry(thing_name=name)


def principal(entity: str) -> SharedEntity:
    return SharedEntity(association_type=ResourceShareAssociationType.PRINCIPAL, entity=entity)


def resource(entity: str) -> SharedEntity:
    return SharedEntity(association_type=ResourceShareAssociationType.RESOURCE, entity=entity)


def source(entity: str) -> SharedEntity:
    return SharedEntity(association_type=ResourceShareAssociationType.SOURCE, entity=entity)


FMS = BatchDisassociateResourceRequest(resource_set_identifier="s", items=["a", "b", "c"])
INSPECTOR = BatchDisassociateCodeSecurityScanConfigurationRequest(
    disassociate_configuration_requests=[pair("p"), pair("q"), pair("p", "other")]
)
GREENGRASS = BatchDisassociateClientDeviceFromCoreDeviceRequest(
    core_device_thing_name="core", entries=[device("a"), device("b"), device("c")]
)
CONNECT = DisassociateWorkspaceRequest(
    instance_id="i", workspace_id="w", resource_arns=["a", "b", "c"]
)
RAM = DisassociateResourceShareRequest(
    resource_share_arn=SHARE, sources=["x"], resource_arns=["r", "x"], principals=["x", "p"]
)

EACH = pytest.mark.parametrize(
    ("operation", "request_"),
    [
        (batch_disassociate_resource, FMS),
        (batch_disassociate_code_security_scan_configuration, INSPECTOR),
        (batch_disassociate_client_device_from_core_device, GREENGRASS),
        (disassociate_workspace, CONNECT),
        (disassociate_resource_share, RAM),
    ],
    ids=["fms", "inspector2", "greengrassv2", "connect", "ram"],
)


@EACH
def test_all_items_put_back_make_the_same_request(
    operation: Operation[Any, Any, Any, Any], request_: Request
) -> None:
    again = operation.with_items(request_, operation.items(request_))
    assert type(again) is type(request_)
    assert {k: v for k, v in sent(again).items() if k != "clientToken"} == sent(request_)
    assert operation.items(again) == operation.items(request_)


@EACH
def test_some_items_keep_their_order_and_the_shared_members(
    operation: Operation[Any, Any, Any, Any], request_: Request
) -> None:
    before = sent(request_)
    items = operation.items(request_)
    part = operation.with_items(request_, list(items[1:3]))
    assert list(operation.items(part)) == list(items[1:3])
    lists = {operation.request.model_fields[name].alias for name in operation.item_fields}
    assert {k: v for k, v in sent(part).items() if k not in {*lists, "clientToken"}} == {
        k: v for k, v in before.items() if k not in lists
    }
    assert sent(request_) == before


@EACH
def test_a_request_made_with_items_is_valid(
    operation: Operation[Any, Any, Any, Any], request_: Request
) -> None:
    part = operation.with_items(request_, operation.items(request_)[:1])
    assert operation.request.model_validate(sent(part)) == part
    assert hash(part) == hash(operation.request.model_validate(sent(part)))


@EACH
def test_no_items_are_no_items(operation: Operation[Any, Any, Any, Any], request_: Request) -> None:
    assert not operation.items(operation.with_items(request_, ()))


@EACH
def test_a_key_is_of_plain_values_and_of_its_item_alone(
    operation: Operation[Any, Any, Any, Any], request_: Request
) -> None:
    items = operation.items(request_)
    keys = [operation.key(position, item) for position, item in enumerate(items)]
    assert len(set(keys)) == len(items)
    assert keys == [operation.key(0, item) for item in items]
    assert all(type(value) is str for key in keys for value in key)


@EACH
def test_an_empty_reply_says_nothing(
    operation: Operation[Any, Any, Any, Any], request_: Request
) -> None:
    assert not verdicts(operation, {})


@EACH
def test_a_repetition_is_harmless(
    operation: Operation[Any, Any, Any, Any], request_: Request
) -> None:
    assert operation.idempotent


def test_an_operation_has_a_hash_whatever_sets_it_is_made_of() -> None:
    plain = replace(batch_disassociate_resource, item_error_codes={"X"}, item_fields=["items"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # as the untyped write it

    assert plain.item_error_codes == frozenset({"X"})
    assert hash(plain) == hash(replace(plain))


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"max_items": 0}, ValueError, "max_items of BatchDisassociateResource .* 1, not 0"),
        ({"max_items": -1}, ValueError, "max_items of BatchDisassociateResource .* 1, not -1"),
        (
            {"max_items": "9"},
            TypeError,
            "max_items of BatchDisassociateResource .* a whole number, not '9'",
        ),
        ({"retryable_codes": "X"}, TypeError, "retryable_codes of .* a set of strings, not 'X'"),
        ({"retryable_codes": ["X"]}, TypeError, "retryable_codes of .* a set of strings, not"),
        ({"item_error_codes": "X"}, TypeError, "item_error_codes of .* a set of strings, not 'X'"),
        ({"max_items": True}, TypeError, "max_items of .* a whole number, not True"),
        ({"with_items": None}, TypeError, "with_items of .* a function, not None"),
        ({"key": "uri"}, TypeError, "key of .* a function, not 'uri'"),
        ({"idempotent": "no"}, TypeError, "idempotent of .* True or False, not 'no'"),
        ({"silence_is_success": 1}, TypeError, "silence_is_success of .* True or False, not 1"),
        ({"service": None}, TypeError, "service of an operation .* name in botocore, not None"),
        ({"name": ""}, TypeError, "name of an operation .* name in botocore, not ''"),
        ({"request": "R"}, TypeError, "request of .* a subclass of itemwise.Request, not 'R'"),
        ({"response": dict}, TypeError, "response of .* a subclass of itemwise.Response, not"),
        ({"item_fields": "items"}, TypeError, "item_fields of .* a tuple of strings, not 'items'"),
    ],
)
def test_an_operation_that_makes_no_sense_is_refused_when_it_is_made(
    changes: dict[str, Any], kind: type[Exception], words: str
) -> None:
    operation: Operation[Any, Any, Any, Any] = batch_disassociate_resource

    with pytest.raises(kind, match=words):
        replace(operation, **changes)


# --- FMS ------------------------------------------------------------------------------------------


def test_fms_names_what_failed() -> None:
    reply = {
        "ResourceSetIdentifier": "s",
        "FailedItems": [
            {"URI": "a", "Reason": "NOT_VALID_ARN"},
            {"URI": "b", "Reason": "NOT_VALID_MOOD"},
            {"URI": "c"},
            {"Reason": "NOT_VALID_ARN"},
        ],
    }
    assert said(batch_disassociate_resource, reply) == [
        (("a",), True, "NOT_VALID_ARN", None),
        (("b",), True, "NOT_VALID_MOOD", None),
        (("c",), True, None, None),
        (None, True, "NOT_VALID_ARN", None),
    ]
    assert batch_disassociate_resource.silence_is_success


def test_fms_has_no_reason_that_can_pass() -> None:
    assert not batch_disassociate_resource.retryable_codes


# --- Inspector ------------------------------------------------------------------------------------


def test_inspector_names_what_failed_and_what_succeeded() -> None:
    reply = {
        "successfulAssociations": [
            {"scanConfigurationArn": SCAN, "resource": {"projectId": "q"}},
        ],
        "failedAssociations": [
            {
                "scanConfigurationArn": SCAN,
                "resource": {"projectId": "p"},
                "statusCode": "INTERNAL_ERROR",
                "statusMessage": "later",
            },
        ],
    }
    operation = batch_disassociate_code_security_scan_configuration
    assert said(operation, reply) == [
        ((SCAN, "projectId", "p"), True, "INTERNAL_ERROR", "later"),
        ((SCAN, "projectId", "q"), False, None, None),
    ]
    assert [each.key for each in verdicts(operation, reply)] == [
        operation.key(0, pair("p")),
        operation.key(0, pair("q")),
    ]
    assert not operation.silence_is_success


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"scanConfigurationArn": SCAN},
        {"scanConfigurationArn": SCAN, "resource": None},
        {"scanConfigurationArn": SCAN, "resource": {}},
        {"scanConfigurationArn": SCAN, "resource": {"repositoryId": "r"}},
        {
            "scanConfigurationArn": SCAN,
            "resource": {"SDK_UNKNOWN_MEMBER": {"name": "repositoryId"}},
        },
        {"resource": {"projectId": "p"}},
    ],
)
def test_an_entry_of_inspector_that_names_no_pair_has_no_key(entry: Mapping[str, object]) -> None:
    reply = {"failedAssociations": [entry], "successfulAssociations": [entry]}
    found = verdicts(batch_disassociate_code_security_scan_configuration, reply)
    assert [(each.key, each.failed) for each in found] == [(None, True), (None, False)]


def test_inspector_retries_modelled_codes_alone() -> None:
    codes = batch_disassociate_code_security_scan_configuration.retryable_codes
    assert codes == {"INTERNAL_ERROR"}
    assert codes <= set(AssociationResultStatusCode)


def test_inspector_sends_pairs() -> None:
    assert sent(INSPECTOR)["disassociateConfigurationRequests"] == (
        {"scanConfigurationArn": SCAN, "resource": {"projectId": "p"}},
        {"scanConfigurationArn": SCAN, "resource": {"projectId": "q"}},
        {"scanConfigurationArn": "other", "resource": {"projectId": "p"}},
    )


# --- Greengrass -----------------------------------------------------------------------------------


def test_greengrass_names_what_failed() -> None:
    reply = {
        "errorEntries": [
            {"thingName": "a", "code": "ThrottlingException", "message": "slow down"},
            {"thingName": "b"},
            {"code": "ResourceNotFoundException"},
        ]
    }
    operation = batch_disassociate_client_device_from_core_device
    assert said(operation, reply) == [
        (("a",), True, "ThrottlingException", "slow down"),
        (("b",), True, None, None),
        (None, True, "ResourceNotFoundException", None),
    ]
    assert operation.silence_is_success
    assert operation.retryable_codes == {"InternalServerException", "ThrottlingException"}


def test_greengrass_may_be_given_no_entries() -> None:
    operation = batch_disassociate_client_device_from_core_device
    request = BatchDisassociateClientDeviceFromCoreDeviceRequest(core_device_thing_name="core")
    assert not operation.items(request)
    assert sent(operation.with_items(request, ())) == {"coreDeviceThingName": "core"}
    assert sent(operation.with_items(GREENGRASS, ())) == {"coreDeviceThingName": "core"}


# --- Connect --------------------------------------------------------------------------------------


def test_connect_names_what_failed_and_what_succeeded() -> None:
    reply = {
        "SuccessfulList": [{"ResourceArn": "b"}, {}],
        "FailedList": [
            {"ResourceArn": "a", "ErrorCode": "404", "ErrorMessage": "gone"},
            {"ErrorCode": "500"},
        ],
    }
    assert said(disassociate_workspace, reply) == [
        (("a",), True, "404", "gone"),
        (None, True, "500", None),
        (("b",), False, None, None),
        (None, False, None, None),
    ]
    assert not disassociate_workspace.silence_is_success
    assert disassociate_workspace.retryable_codes == {"429", "500", "502", "503", "504"}


# --- RAM ------------------------------------------------------------------------------------------


def test_ram_lists_principals_then_resources_then_sources() -> None:
    assert disassociate_resource_share.items(RAM) == [
        principal("x"),
        principal("p"),
        resource("r"),
        resource("x"),
        source("x"),
    ]
    assert disassociate_resource_share.item_fields == ("principals", "resource_arns", "sources")
    fields = list(DisassociateResourceShareRequest.model_fields)
    assert tuple(fields[1:4]) == disassociate_resource_share.item_fields


def test_an_entity_of_ram_reads_as_its_string_and_differs_by_its_list() -> None:
    assert str(source("x")) == "x"
    assert len({principal("x"), resource("x"), source("x"), source("x")}) == 3
    assert disassociate_resource_share.key(0, source("x")) == ("SOURCE", "x")


def test_ram_puts_items_back_and_sends_no_empty_list() -> None:
    part = disassociate_resource_share.with_items(RAM, [resource("x"), principal("p")])
    assert (part.principals, part.resource_arns, part.sources) == (("p",), ("x",), None)
    assert sent(part) == {
        "resourceShareArn": SHARE,
        "principals": ("p",),
        "resourceArns": ("x",),
        "clientToken": part.client_token,
    }


def test_ram_sends_nothing_for_nothing() -> None:
    given = RAM.model_copy(update={"client_token": "mine"})
    assert sent(disassociate_resource_share.with_items(given, ())) == {"resourceShareArn": SHARE}
    bare = DisassociateResourceShareRequest(resource_share_arn=SHARE)
    assert not disassociate_resource_share.items(bare)
    assert sent(disassociate_resource_share.with_items(bare, ())) == {"resourceShareArn": SHARE}


def test_ram_pins_a_new_token_for_each_payload() -> None:
    items = disassociate_resource_share.items(RAM)
    tokens = [
        disassociate_resource_share.with_items(RAM, some).client_token or ""
        for some in (items, items, items[:2])
    ]
    assert len(set(tokens)) == 3
    assert all(UUID(token).version == 4 for token in tokens)


def test_ram_keeps_the_given_token_for_the_whole_request_alone() -> None:
    given = RAM.model_copy(update={"client_token": "mine"})
    items = list(disassociate_resource_share.items(given))

    def token(some: Sequence[SharedEntity]) -> str | None:
        return disassociate_resource_share.with_items(given, some).client_token

    assert token(items) == "mine"
    assert token(tuple(items)) == "mine"
    assert token(items[:-1]) != "mine"
    # As many as the request has, and others: a token belongs to one payload.
    assert token([*items[:-1], source("y")]) != "mine"
    assert token(items[::-1]) != "mine"


def test_ram_keeps_the_given_token_for_all_distinct_items_of_the_request() -> None:
    given = DisassociateResourceShareRequest(
        resource_share_arn=SHARE,
        principals=["p", "x", "p"],
        # The same string is another item here.
        resource_arns=["x", "x", "y"],
        client_token="mine",
    )
    items = list(disassociate_resource_share.items(given))

    def token(some: Sequence[SharedEntity]) -> str | None:
        return disassociate_resource_share.with_items(given, some).client_token

    distinct = [principal("p"), principal("x"), resource("x"), resource("y")]
    assert token(items) == token(distinct) == "mine"
    for other in (distinct[:-1], distinct[1:], [*distinct, source("x")], distinct[::-1], []):
        assert token(other) != "mine"


def test_the_token_of_a_request_with_one_list_goes_with_its_distinct_items() -> None:
    given = AssociateFacesRequest(
        collection_id="c", user_id="u", face_ids=["a", "b", "a"], client_request_token="mine"
    )

    def token(*some: str) -> str | None:
        return associate_faces.with_items(given, some).client_request_token

    assert token("a", "b", "a") == token("a", "b") == "mine"
    for other in (["a"], ["b", "a"], ["a", "b", "c"], ["a", "b", "b"], ["a", "b", "c", "d"]):
        assert token(*other) not in ("mine", None)
    assert token() is None


def test_ram_tells_failed_associations_from_accepted_ones() -> None:
    statuses = ["FAILED", "DISASSOCIATING", "DISASSOCIATED", "ASSOCIATED", "NEW_STATUS", None]
    reply = {
        "resourceShareAssociations": [
            {
                "associatedEntity": "x",
                "associationType": "SOURCE",
                "status": status,
                "statusMessage": "why",
            }
            for status in statuses
        ]
    }
    assert said(disassociate_resource_share, reply) == [
        (("SOURCE", "x"), True, "FAILED", "why"),
        *[(("SOURCE", "x"), False, None, None)] * 5,
    ]
    accepted = verdicts(disassociate_resource_share, reply)[1].success
    assert isinstance(accepted, ResourceShareAssociation)
    assert accepted.status == "DISASSOCIATING"
    assert not disassociate_resource_share.silence_is_success


@pytest.mark.parametrize(
    ("entry", "key"),
    [
        ({"associatedEntity": "x", "associationType": "GHOST"}, ("GHOST", "x")),
        ({"associatedEntity": "x"}, None),
        ({"associationType": "SOURCE"}, None),
        ({}, None),
    ],
)
def test_an_association_of_ram_is_keyed_by_what_is_there(
    entry: Mapping[str, object], key: Key | None
) -> None:
    (verdict,) = verdicts(disassociate_resource_share, {"resourceShareAssociations": [entry]})
    assert verdict.key == key
    assert key is None or all(type(value) is str for value in verdict.key or ())
