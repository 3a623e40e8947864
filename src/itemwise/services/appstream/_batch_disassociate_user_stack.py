# Generated from botocore 1.43.117; do not edit: see codegen/overlays/appstream.toml.
"""AppStream ``BatchDisassociateUserStack``: take users off stacks.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/appstream-2016-12-01/BatchDisassociateUserStack
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
    wire,
)
from itemwise.services.appstream._shapes import (
    UserStackAssociation,
    UserStackAssociationError,
    UserStackAssociationErrorCode,
)

__all__ = [
    "BatchDisassociateUserStackRequest",
    "BatchDisassociateUserStackResponse",
    "batch_disassociate_user_stack",
]


class BatchDisassociateUserStackRequest(Request):
    """Which users lose which stacks."""

    user_stack_associations: Annotated[
        RequestList[UserStackAssociation], wire("UserStackAssociations")
    ]
    """The pairs of a user and a stack, 1 to 25 in a call."""


class BatchDisassociateUserStackResponse(Response):
    """Which pairs still stand: one that is not named here was taken apart."""

    errors: Annotated[ResponseList[UserStackAssociationError], wire("errors")] = ()
    """The pairs that still stand."""


def _with_items(
    request: BatchDisassociateUserStackRequest, items: Sequence[UserStackAssociation]
) -> BatchDisassociateUserStackRequest:
    return request.model_copy(update={"user_stack_associations": tuple(items)})


def _key(_position: int, item: UserStackAssociation) -> Key:
    return (item.stack_name, item.user_name, str(item.authentication_type))


def _entry_key(entry: UserStackAssociationError) -> Key | None:
    named = entry.user_stack_association
    if named is None:
        return None
    stack_name = named.stack_name
    user_name = named.user_name
    authentication_type = named.authentication_type
    if stack_name is None or user_name is None or authentication_type is None:
        return None
    return (stack_name, user_name, str(authentication_type))


def _verdicts(
    response: BatchDisassociateUserStackResponse,
) -> Iterable[Verdict[UserStackAssociationError]]:
    for entry in response.errors:
        yield Verdict(
            key=_entry_key(entry),
            failed=True,
            entry=entry,
            code=entry.error_code,
            message=entry.error_message,
        )


batch_disassociate_user_stack: Final[
    Operation[
        BatchDisassociateUserStackRequest,
        BatchDisassociateUserStackResponse,
        UserStackAssociation,
        UserStackAssociationError,
    ]
] = Operation(
    service="appstream",
    name="BatchDisassociateUserStack",
    request=BatchDisassociateUserStackRequest,
    response=BatchDisassociateUserStackResponse,
    max_items=25,
    items=attrgetter("user_stack_associations"),
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # What was taken away stays away: a repetition changes nothing more.
    idempotent=True,
    # It alone names a fault on the service's side.
    retryable_codes=frozenset({UserStackAssociationErrorCode.INTERNAL_ERROR.value}),
    # "An incorrect combination of parameters, or a missing parameter": the request has no shared
    # members, so an item is meant. OperationNotPermittedException is not here: it can be about the
    # account.
    item_error_codes=frozenset({"InvalidParameterCombinationException"}),
    item_fields=("user_stack_associations",),
)
"""Takes users off stacks, up to 25 in a call. Items are pairs of a user and a stack."""
