# Generated from botocore 1.43.117; do not edit: see codegen/overlays/iotsitewise.toml.
"""SiteWise ``BatchDisassociateDataSegmentsFromDataset``: take data segments out of a data set.

Source of all facts, where no other is named: the service model in botocore, and
https://docs.aws.amazon.com/goto/WebAPI/iotsitewise-2019-12-02/BatchDisassociateDataSegmentsFromDataset
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Annotated, Final

from itemwise._operation import Key, Operation, Verdict, client_token
from itemwise._shape import (
    OPEN_ENUM,
    Request,
    RequestList,
    RequestShape,
    Response,
    ResponseList,
    ResponseShape,
    length,
    wire,
)
from itemwise.services.iotsitewise._shapes import (
    DataSegmentErrorCode,
    TimeInNanos,
    TimeInNanosOutput,
)

__all__ = [
    "BatchDisassociateDataSegmentsFromDatasetRequest",
    "BatchDisassociateDataSegmentsFromDatasetResponse",
    "DisassociateDataSegmentEntry",
    "FailedDataSegmentDisassociation",
    "batch_disassociate_data_segments_from_dataset",
]

ID = Annotated[str, length(36, 36)]

WorkspaceName = Annotated[str, length(1, 64)]

TimeSeriesId = Annotated[str, length(36, 73)]

ClientToken = Annotated[str, length(36, 64)]


class DisassociateDataSegmentEntry(RequestShape):
    """One item: a stretch of a time series in a source data set."""

    source_dataset_id: Annotated[ID, wire("sourceDatasetId")]
    """The ID of the source dataset that contains the data segment."""

    time_series_id: Annotated[TimeSeriesId, wire("timeSeriesId")]
    """The ID of the time series."""

    start_timestamp: Annotated[TimeInNanos, wire("startTimestamp")]
    """The nanosecond-precision start time of the data segment to disassociate."""

    end_timestamp: Annotated[TimeInNanos, wire("endTimestamp")]
    """The nanosecond-precision end time of the data segment to disassociate."""


class BatchDisassociateDataSegmentsFromDatasetRequest(Request):
    """Which data segments leave which data set."""

    dataset_id: Annotated[ID, wire("datasetId")]
    """The ID of the curated dataset to disassociate data segments from."""

    workspace_name: Annotated[WorkspaceName, wire("workspaceName")]
    """The name of the workspace that contains the dataset."""

    disassociate_data_segment_entries: Annotated[
        RequestList[DisassociateDataSegmentEntry], wire("disassociateDataSegmentEntries")
    ]
    """The list of data segment entries to disassociate from the dataset."""

    client_token: Annotated[ClientToken | None, wire("clientToken")] = None
    """A unique, case-sensitive identifier that you provide to ensure that the request is
    idempotent."""


class FailedDataSegmentDisassociation(ResponseShape):
    """A data segment for which the call changed nothing, and why."""

    source_dataset_id: Annotated[str | None, wire("sourceDatasetId")] = None
    """The ID of the source dataset."""

    time_series_id: Annotated[str | None, wire("timeSeriesId")] = None
    """The ID of the time series."""

    start_timestamp: Annotated[TimeInNanosOutput | None, wire("startTimestamp")] = None
    """The nanosecond-precision start time of the data segment."""

    end_timestamp: Annotated[TimeInNanosOutput | None, wire("endTimestamp")] = None
    """The nanosecond-precision end time of the data segment."""

    error_code: Annotated[DataSegmentErrorCode | str | None, OPEN_ENUM, wire("errorCode")] = None
    """The error code for the failed disassociation."""

    error_message: Annotated[str | None, wire("errorMessage")] = None
    """The error message for the failed disassociation."""


class BatchDisassociateDataSegmentsFromDatasetResponse(Response):
    """Which segments stayed: one that is not named here has left the data set."""

    dataset_id: Annotated[str | None, wire("datasetId")] = None
    """The ID of the dataset."""

    dataset_version: Annotated[str | None, wire("datasetVersion")] = None
    """The version of the dataset after disassociation."""

    failed_disassociations: Annotated[
        ResponseList[FailedDataSegmentDisassociation], wire("failedDisassociations")
    ] = ()
    """A list of data segment disassociations that failed."""


def _with_items(
    request: BatchDisassociateDataSegmentsFromDatasetRequest,
    items: Sequence[DisassociateDataSegmentEntry],
) -> BatchDisassociateDataSegmentsFromDatasetRequest:
    return request.model_copy(
        update={
            "disassociate_data_segment_entries": tuple(items),
            "client_token": client_token(
                request.client_token, _key, (items, request.disassociate_data_segment_entries)
            ),
        }
    )


def _key(_position: int, item: DisassociateDataSegmentEntry) -> Key:
    # An absent offset is none: a reply may have it as zero.
    return (
        item.source_dataset_id,
        item.time_series_id,
        item.start_timestamp.time_in_seconds,
        item.start_timestamp.offset_in_nanos or 0,
        item.end_timestamp.time_in_seconds,
        item.end_timestamp.offset_in_nanos or 0,
    )


def _entry_key(entry: FailedDataSegmentDisassociation) -> Key | None:
    source_dataset_id = entry.source_dataset_id
    time_series_id = entry.time_series_id
    start_timestamp = entry.start_timestamp
    end_timestamp = entry.end_timestamp
    if (
        source_dataset_id is None
        or time_series_id is None
        or start_timestamp is None
        or start_timestamp.time_in_seconds is None
        or end_timestamp is None
        or end_timestamp.time_in_seconds is None
    ):
        return None
    return (
        source_dataset_id,
        time_series_id,
        start_timestamp.time_in_seconds,
        start_timestamp.offset_in_nanos or 0,
        end_timestamp.time_in_seconds,
        end_timestamp.offset_in_nanos or 0,
    )


def _verdicts(
    response: BatchDisassociateDataSegmentsFromDatasetResponse,
) -> Iterable[Verdict[FailedDataSegmentDisassociation]]:
    for entry in response.failed_disassociations:
        yield Verdict(
            key=_entry_key(entry),
            failed=True,
            entry=entry,
            code=entry.error_code,
            message=entry.error_message,
        )


batch_disassociate_data_segments_from_dataset: Final[
    Operation[
        BatchDisassociateDataSegmentsFromDatasetRequest,
        BatchDisassociateDataSegmentsFromDatasetResponse,
        DisassociateDataSegmentEntry,
        FailedDataSegmentDisassociation,
    ]
] = Operation(
    service="iotsitewise",
    name="BatchDisassociateDataSegmentsFromDataset",
    request=BatchDisassociateDataSegmentsFromDatasetRequest,
    response=BatchDisassociateDataSegmentsFromDatasetResponse,
    # Neither the model nor the API page gives a limit.
    max_items=100,
    items=attrgetter("disassociate_data_segment_entries"),
    with_items=_with_items,
    key=_key,
    verdicts=_verdicts,
    # The reply lists failures alone.
    silence_is_success=True,
    # A client token is pinned by with_items.
    idempotent=True,
    # It alone names a fault on the service's side. CONFLICTING_OPERATION is final here: another
    # operation on the data set is no matter of one segment.
    retryable_codes=frozenset({DataSegmentErrorCode.INTERNAL_FAILURE.value}),
    # "The request isn't valid": "malformed JSON or unsupported characters", those of an item
    # included. ResourceNotFoundException is not here: the data set, which the request names for all
    # items, can be what is not found, and a segment that leads nowhere has its own entry.
    item_error_codes=frozenset({"InvalidRequestException"}),
    item_fields=("disassociate_data_segment_entries",),
)
"""Takes data segments out of a data set, up to 100 in a call. Items are data segments."""
