"""Answers to requests that no protocol of the server can read."""

from __future__ import annotations

from xml.sax.saxutils import escape

from botocore.model import OperationModel

from itemwise.testing._bodies import JsonForm
from itemwise.testing._protocols import RestProtocol
from itemwise.testing._wire import ServiceError, WireReply

__all__ = ["XmlRefusal", "missing_cbor"]


class XmlRefusal(RestProtocol):
    """Writes errors in XML: the clients of services in XML understand nothing else."""

    def __init__(self) -> None:
        super().__init__(JsonForm(), "text/xml")

    def error(
        self,
        model: OperationModel | None,  # noqa: ARG002 - none of these operations is known
        error: ServiceError,
    ) -> WireReply:
        """Write an error, in a form that the parsers of all protocols in XML take."""
        fields = (
            f"<Code>{escape(error.code or '')}</Code><Message>{escape(error.message)}</Message>"
        )
        body = f"<ErrorResponse><Error>{fields}</Error></ErrorResponse>"
        headers = {"Content-Type": "text/xml"}
        return WireReply(status=error.status or 400, headers=headers, body=body.encode())


def missing_cbor(message: str) -> WireReply:
    """Write an error in CBOR without the library whose absence it reports.

    Args:
        message: what is missing, in less than 64 KiB.
    """
    fields = [text.encode() for text in ("__type", "InternalFailure", "message", message)]
    # A map of two pairs, and strings with a length of two bytes.
    body = b"\xa2" + b"".join(b"\x79" + len(text).to_bytes(2, "big") + text for text in fields)
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    return WireReply(status=500, headers=headers, body=body)
