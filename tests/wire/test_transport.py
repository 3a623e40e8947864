"""What lies below botocore: aiohttp repeats some requests by itself, where a connection was cut."""

from __future__ import annotations

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession

from itemwise import run_batch
from itemwise.services import auditmanager
from itemwise.testing import Drop, LocalAWS, assert_accounted
from tests.wire.cases import AnyResult
from tests.wire.clients import OwnSession, client_of, keeps_transport

PUT = auditmanager.batch_associate_assessment_report_evidence


def request(number: int) -> auditmanager.BatchAssociateAssessmentReportEvidenceRequest:
    uuid = "11111111-1111-1111-1111-11111111111"
    return auditmanager.BatchAssociateAssessmentReportEvidenceRequest(
        assessment_id=f"{uuid}0", evidence_folder_id=f"{uuid}0", evidence_ids=[f"{uuid}{number}"]
    )


async def test_a_put_is_sent_once_though_its_connection_is_cut(
    aws: LocalAWS, session: AioSession
) -> None:
    async with aws.client("auditmanager", session=session) as client:
        await run_batch(client, PUT, request(1))
        aws.ledger.reset()
        aws.inject(Drop(when="after", times=1))
        result: AnyResult = await run_batch(client, PUT, request(2), retry=None)

    assert result.counts["unknown"] == 1
    assert aws.ledger.call_count() == 1
    assert_accounted(result, aws)


@pytest.mark.parametrize(
    "whose",
    ["ours", "plain", pytest.param("ours with a transport of the user's", marks=keeps_transport)],
)
async def test_a_put_that_could_not_connect_was_perhaps_sent_before_by_another_transport_than_ours(
    aws: LocalAWS, session: AioSession, whose: str
) -> None:
    config = AioConfig(http_session_cls=OwnSession) if "transport" in whose else None
    async with client_of(whose, aws, session, config, service="auditmanager") as client:
        await run_batch(client, PUT, request(1))
        await aws.stop()
        result: AnyResult = await run_batch(client, PUT, request(2), retry=None)

    assert result.counts["not_attempted" if whose == "ours" else "unknown"] == 1
