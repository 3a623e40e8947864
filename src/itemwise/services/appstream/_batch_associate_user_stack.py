# Generated from botocore 1.43.117; do not edit: see codegen/overlays/appstream.toml.
"""AppStream ``BatchAssociateUserStack``: assign users to stacks.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/appstream-2016-12-01/BatchAssociateUserStack
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
    "BatchAssociateUserStackRequest",
    "BatchAssociateUserStackResponse",
    "batch_associate_user_stack",
]


class BatchAssociateUserStackRequest(Request):
    """Which users get which stacks."""

    user_stack_associations: Annotated[
        RequestList[UserStackAssociation], wire("UserStackAssociations")
    ]
    """The pairs of a user and a stack, 1 to 25 in a call."""


class BatchAssociateUserStackResponse(Response):
    """Which pairs were not made: one that is not named here was."""

    errors: Annotated[ResponseList[UserStackAssociationError], wire("errors")] = ()
    """The pairs that were not made."""


def _with_items(
    request: BatchAssociateUserStackRequest, items: Sequence[UserStackAssociation]
) -> BatchAssociateUserStackRequest:
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
    response: BatchAssociateUserStackResponse,
) -> Iterable[Verdict[UserStackAssociationError]]:
    for entry in response.errors:
        yield Verdict(
            key=_entry_key(entry),
            failed=True,
            entry=entry,
            code=entry.error_code,
            message=entry.error_message,
        )


batch_associate_user_stack: Final[
    Operation[
        BatchAssociateUserStackRequest,
        BatchAssociateUserStackResponse,
        UserStackAssociation,
        UserStackAssociationError,
    ]
] = Operation(
    service="appstream",
    name="BatchAssociateUserStack",
    request=BatchAssociateUserStackRequest,
    response=BatchAssociateUserStackResponse,
    max_items=25,
    items=attrgetter("user_stack_associations"),
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # A repetition can send a user the welcome e-mail once more: each item's SendEmailNotification
    # asks for one, and the API page does not say that an association which stands already sends
    # none.
    idempotent=False,
    # It alone names a fault on the service's side.
    retryable_codes=frozenset({UserStackAssociationErrorCode.INTERNAL_ERROR.value}),
    # "An incorrect combination of parameters, or a missing parameter": the request has no shared
    # members, so an item is meant. OperationNotPermittedException is not here: it can be about the
    # account.
    item_error_codes=frozenset({"InvalidParameterCombinationException"}),
    item_fields=("user_stack_associations",),
)
"""Assigns users to stacks, up to 25 in a call. Items are pairs of a user and a stack."""
