# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kafka.toml.
"""MSK ``BatchAssociateScramSecret``: give a cluster secrets.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/kafka-2018-11-14/BatchAssociateScramSecret
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
    wire,
)
from itemwise.services.kafka._shapes import UnprocessedScramSecret

__all__ = [
    "BatchAssociateScramSecretRequest",
    "BatchAssociateScramSecretResponse",
    "batch_associate_scram_secret",
]


class BatchAssociateScramSecretRequest(Request):
    """Which secrets a cluster gets."""

    cluster_arn: Annotated[str, wire("ClusterArn")]
    """The Amazon Resource Name (ARN) of the cluster to be updated."""

    secret_arn_list: Annotated[RequestList[str], wire("SecretArnList")]
    """List of AWS Secrets Manager secret ARNs."""


class BatchAssociateScramSecretResponse(Response):
    """Which secrets failed: one that is not named here was associated."""

    cluster_arn: Annotated[str | None, wire("ClusterArn")] = None
    """The Amazon Resource Name (ARN) of the cluster."""

    unprocessed_scram_secrets: Annotated[
        ResponseList[UnprocessedScramSecret], wire("UnprocessedScramSecrets")
    ] = ()
    """List of errors when associating secrets to cluster."""


def _with_items(
    request: BatchAssociateScramSecretRequest, items: Sequence[str]
) -> BatchAssociateScramSecretRequest:
    return request.model_copy(update={"secret_arn_list": tuple(items)})


def _verdicts(
    response: BatchAssociateScramSecretResponse,
) -> Iterable[Verdict[UnprocessedScramSecret]]:
    for entry in response.unprocessed_scram_secrets:
        yield Verdict(
            key=None if entry.secret_arn is None else (entry.secret_arn,),
            failed=True,
            entry=entry,
            code=entry.error_code,
            message=entry.error_message,
        )


batch_associate_scram_secret: Final[
    Operation[
        BatchAssociateScramSecretRequest,
        BatchAssociateScramSecretResponse,
        str,
        UnprocessedScramSecret,
    ]
] = Operation(
    service="kafka",
    name="BatchAssociateScramSecret",
    request=BatchAssociateScramSecretRequest,
    response=BatchAssociateScramSecretResponse,
    # "You can associate up to 10 secrets with a cluster at a time using the
    # BatchAssociateScramSecret operation":
    # https://docs.aws.amazon.com/msk/latest/developerguide/msk-password-limitations.html
    max_items=10,
    items=attrgetter("secret_arn_list"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # An association stands once: to ask for it again changes nothing.
    idempotent=True,
    # An entry's code is a text of which neither the model nor the API page lists the values.
    retryable_codes=frozenset(),
    # "The request isn't valid because the input is incorrect", that of a secret included.
    # NotFoundException is not here: the cluster, which the request names for all items, can be what
    # is not found.
    item_error_codes=frozenset({"BadRequestException"}),
    item_fields=("secret_arn_list",),
)
"""Gives a cluster secrets to sign in with, up to 10 in a call. Items are ARNs of secrets."""
