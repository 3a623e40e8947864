# Generated from botocore 1.43.117; do not edit: see codegen/overlays/servicecatalog.toml.
"""Service Catalog ``BatchAssociateServiceActionWithProvisioningArtifact``.

Give provisioning artifacts actions.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/servicecatalog-2015-12-10/BatchAssociateServiceActionWithProvisioningArtifact
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Key, Operation, Verdict
from itemwise._shape import (
    Request,
    RequestList,
    Response,
    ResponseList,
    length,
    wire,
)
from itemwise.services.servicecatalog._shapes import (
    FailedServiceActionAssociation,
    ServiceActionAssociation,
    ServiceActionAssociationErrorCode,
)

__all__ = [
    "BatchAssociateServiceActionWithProvisioningArtifactRequest",
    "BatchAssociateServiceActionWithProvisioningArtifactResponse",
    "batch_associate_service_action_with_provisioning_artifact",
]

AcceptLanguage = Annotated[str, length(0, 100)]


class BatchAssociateServiceActionWithProvisioningArtifactRequest(Request):
    """Which actions which versions of products get."""

    service_action_associations: Annotated[
        RequestList[ServiceActionAssociation], wire("ServiceActionAssociations")
    ]
    """One or more associations, each consisting of the Action ID, the Product ID, and the
    Provisioning Artifact ID."""

    accept_language: Annotated[AcceptLanguage | None, wire("AcceptLanguage")] = None
    """The language code. ``jp`` - Japanese ``zh`` - Chinese."""


class BatchAssociateServiceActionWithProvisioningArtifactResponse(Response):
    """Which associations were not made: one that is not named here was."""

    failed_service_action_associations: Annotated[
        ResponseList[FailedServiceActionAssociation], wire("FailedServiceActionAssociations")
    ] = ()
    """An object that contains a list of errors, along with information to help you identify the
    self-service action."""


def _with_items(
    request: BatchAssociateServiceActionWithProvisioningArtifactRequest,
    items: Sequence[ServiceActionAssociation],
) -> BatchAssociateServiceActionWithProvisioningArtifactRequest:
    return request.model_copy(update={"service_action_associations": tuple(items)})


def _key(_position: int, item: ServiceActionAssociation) -> Key:
    return (item.service_action_id, item.product_id, item.provisioning_artifact_id)


def _entry_key(entry: FailedServiceActionAssociation) -> Key | None:
    service_action_id = entry.service_action_id
    product_id = entry.product_id
    provisioning_artifact_id = entry.provisioning_artifact_id
    if service_action_id is None or product_id is None or provisioning_artifact_id is None:
        return None
    return (service_action_id, product_id, provisioning_artifact_id)


def _verdicts(
    response: BatchAssociateServiceActionWithProvisioningArtifactResponse,
) -> Iterable[Verdict[FailedServiceActionAssociation]]:
    for entry in response.failed_service_action_associations:
        yield Verdict(
            key=_entry_key(entry),
            failed=True,
            entry=entry,
            code=entry.error_code,
            message=entry.error_message,
        )


batch_associate_service_action_with_provisioning_artifact: Final[
    Operation[
        BatchAssociateServiceActionWithProvisioningArtifactRequest,
        BatchAssociateServiceActionWithProvisioningArtifactResponse,
        ServiceActionAssociation,
        FailedServiceActionAssociation,
    ]
] = Operation(
    service="servicecatalog",
    name="BatchAssociateServiceActionWithProvisioningArtifact",
    request=BatchAssociateServiceActionWithProvisioningArtifactRequest,
    response=BatchAssociateServiceActionWithProvisioningArtifactResponse,
    max_items=50,
    items=attrgetter("service_action_associations"),
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # An association stands once: to ask for it again changes nothing. A repetition can be refused
    # as DUPLICATE_RESOURCE.
    idempotent=True,
    # These alone name throttling and faults on the service's side.
    retryable_codes=frozenset(
        {
            ServiceActionAssociationErrorCode.INTERNAL_FAILURE.value,
            ServiceActionAssociationErrorCode.THROTTLING.value,
        }
    ),
    # "One or more parameters provided to the operation are not valid": but for the language, all of
    # them are of items.
    item_error_codes=frozenset({"InvalidParametersException"}),
    item_fields=("service_action_associations",),
)
"""Gives provisioning artifacts self-service actions, up to 50 in a call. Items are associations."""
