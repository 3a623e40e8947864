# Generated from botocore 1.43.117; do not edit: see codegen/overlays/guardduty.toml.
"""GuardDuty ``DisassociateMembers``: part member accounts from the administrator.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/guardduty-2017-11-28/DisassociateMembers
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Operation, Verdict, by_value
from itemwise._shape import (
    Request,
    RequestList,
    Response,
    ResponseList,
    ResponseShape,
    length,
    wire,
)

__all__ = [
    "DisassociateMembersRequest",
    "DisassociateMembersResponse",
    "UnprocessedAccount",
    "disassociate_members",
]

DetectorId = Annotated[str, length(1, 300)]

AccountId = Annotated[str, length(12, 12)]


class DisassociateMembersRequest(Request):
    """Which member accounts leave the administrator account."""

    detector_id: Annotated[DetectorId, wire("DetectorId")]
    """The unique ID of the detector of the GuardDuty account whose members you want to disassociate
    from the administrator account."""

    account_ids: Annotated[RequestList[AccountId], wire("AccountIds")]
    """The ids of the member accounts, 1 to 50 in a call."""


class UnprocessedAccount(ResponseShape):
    """An account that stayed, and why."""

    account_id: Annotated[str | None, wire("AccountId")] = None
    """The Amazon Web Services account ID."""

    result: Annotated[str | None, wire("Result")] = None
    """A reason why the account hasn't been processed."""


class DisassociateMembersResponse(Response):
    """Which accounts stayed: one that is not named here has left."""

    unprocessed_accounts: Annotated[
        ResponseList[UnprocessedAccount], wire("UnprocessedAccounts")
    ] = ()
    """A list of objects that contain the unprocessed account and a result string that explains why
    it was unprocessed."""


def _with_items(
    request: DisassociateMembersRequest, items: Sequence[str]
) -> DisassociateMembersRequest:
    return request.model_copy(update={"account_ids": tuple(items)})


def _verdicts(response: DisassociateMembersResponse) -> Iterable[Verdict[UnprocessedAccount]]:
    for entry in response.unprocessed_accounts:
        yield Verdict(
            key=None if entry.account_id is None else (entry.account_id,),
            failed=True,
            entry=entry,
            message=entry.result,
        )


disassociate_members: Final[
    Operation[DisassociateMembersRequest, DisassociateMembersResponse, str, UnprocessedAccount]
] = Operation(
    service="guardduty",
    name="DisassociateMembers",
    request=DisassociateMembersRequest,
    response=DisassociateMembersResponse,
    max_items=50,
    items=attrgetter("account_ids"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # What was taken away stays away: a repetition changes nothing more.
    idempotent=True,
    # An entry has no code.
    retryable_codes=frozenset(),
    # It is the operation's only error besides a fault of the server: a malformed account id can
    # cause it, as can the detector, which the request names for all items.
    item_error_codes=frozenset({"BadRequestException"}),
    item_fields=("account_ids",),
)
"""Parts member accounts from the administrator account, up to 50 in a call. Items are account
ids."""
