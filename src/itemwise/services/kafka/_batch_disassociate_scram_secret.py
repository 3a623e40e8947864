# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kafka.toml.
"""MSK ``BatchDisassociateScramSecret``: take secrets off a cluster.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/kafka-2018-11-14/BatchDisassociateScramSecret
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
    "BatchDisassociateScramSecretRequest",
    "BatchDisassociateScramSecretResponse",
    "batch_disassociate_scram_secret",
]


class BatchDisassociateScramSecretRequest(Request):
    """Which secrets a cluster loses."""

    cluster_arn: Annotated[str, wire("ClusterArn")]
    """The Amazon Resource Name (ARN) of the cluster to be updated."""

    secret_arn_list: Annotated[RequestList[str], wire("SecretArnList")]
    """List of AWS Secrets Manager secret ARNs."""


class BatchDisassociateScramSecretResponse(Response):
    """Which secrets stayed: one that is not named here is gone."""

    cluster_arn: Annotated[str | None, wire("ClusterArn")] = None
    """The Amazon Resource Name (ARN) of the cluster."""

    unprocessed_scram_secrets: Annotated[
        ResponseList[UnprocessedScramSecret], wire("UnprocessedScramSecrets")
    ] = ()
    """List of errors when disassociating secrets to cluster."""


def _with_items(
    request: BatchDisassociateScramSecretRequest, items: Sequence[str]
) -> BatchDisassociateScramSecretRequest:
    return request.model_copy(update={"secret_arn_list": tuple(items)})


def _verdicts(
    response: BatchDisassociateScramSecretResponse,
) -> Iterable[Verdict[UnprocessedScramSecret]]:
    for entry in response.unprocessed_scram_secrets:
        yield Verdict(
            key=None if entry.secret_arn is None else (entry.secret_arn,),
            failed=True,
            entry=entry,
            code=entry.error_code,
            message=entry.error_message,
        )


batch_disassociate_scram_secret: Final[
    Operation[
        BatchDisassociateScramSecretRequest,
        BatchDisassociateScramSecretResponse,
        str,
        UnprocessedScramSecret,
    ]
] = Operation(
    service="kafka",
    name="BatchDisassociateScramSecret",
    request=BatchDisassociateScramSecretRequest,
    response=BatchDisassociateScramSecretResponse,
    # Neither the model nor a page of MSK gives a limit. 10 is that of the counterpart,
    # BatchAssociateScramSecret, and Terraform's AWS provider sends no more in either direction:
    # https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/kafka/scram_secret_association.go
    # (scramSecretBatchSize).
    max_items=10,
    items=attrgetter("secret_arn_list"),
    with_items=_with_items,
    key=by_value,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # What was taken away stays away: a repetition changes nothing more.
    idempotent=True,
    # An entry's code is a text of which neither the model nor the API page lists the values.
    retryable_codes=frozenset(),
    # "The request isn't valid because the input is incorrect", that of a secret included.
    # NotFoundException is not here: the cluster, which the request names for all items, can be what
    # is not found.
    item_error_codes=frozenset({"BadRequestException"}),
    item_fields=("secret_arn_list",),
)
"""Takes secrets off a cluster, up to 10 in a call. Items are ARNs of secrets."""
