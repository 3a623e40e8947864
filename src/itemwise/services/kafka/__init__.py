# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kafka.toml.
"""Amazon Managed Streaming for Apache Kafka (MSK)."""

from itemwise.services.kafka._batch_associate_scram_secret import (
    BatchAssociateScramSecretRequest,
    BatchAssociateScramSecretResponse,
    batch_associate_scram_secret,
)
from itemwise.services.kafka._batch_disassociate_scram_secret import (
    BatchDisassociateScramSecretRequest,
    BatchDisassociateScramSecretResponse,
    batch_disassociate_scram_secret,
)
from itemwise.services.kafka._shapes import UnprocessedScramSecret

__all__ = [
    "BatchAssociateScramSecretRequest",
    "BatchAssociateScramSecretResponse",
    "BatchDisassociateScramSecretRequest",
    "BatchDisassociateScramSecretResponse",
    "UnprocessedScramSecret",
    "batch_associate_scram_secret",
    "batch_disassociate_scram_secret",
]
