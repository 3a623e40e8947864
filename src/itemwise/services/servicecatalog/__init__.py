# Generated from botocore 1.43.117; do not edit: see codegen/overlays/servicecatalog.toml.
"""AWS Service Catalog."""

from itemwise.services.servicecatalog._batch_associate_service_action_with_provisioning_artifact import (  # noqa: E501 - the name is the operation's
    BatchAssociateServiceActionWithProvisioningArtifactRequest,
    BatchAssociateServiceActionWithProvisioningArtifactResponse,
    batch_associate_service_action_with_provisioning_artifact,
)
from itemwise.services.servicecatalog._batch_disassociate_service_action_from_provisioning_artifact import (  # noqa: E501 - the name is the operation's
    BatchDisassociateServiceActionFromProvisioningArtifactRequest,
    BatchDisassociateServiceActionFromProvisioningArtifactResponse,
    batch_disassociate_service_action_from_provisioning_artifact,
)
from itemwise.services.servicecatalog._shapes import (
    FailedServiceActionAssociation,
    ServiceActionAssociation,
    ServiceActionAssociationErrorCode,
)

__all__ = [
    "BatchAssociateServiceActionWithProvisioningArtifactRequest",
    "BatchAssociateServiceActionWithProvisioningArtifactResponse",
    "BatchDisassociateServiceActionFromProvisioningArtifactRequest",
    "BatchDisassociateServiceActionFromProvisioningArtifactResponse",
    "FailedServiceActionAssociation",
    "ServiceActionAssociation",
    "ServiceActionAssociationErrorCode",
    "batch_associate_service_action_with_provisioning_artifact",
    "batch_disassociate_service_action_from_provisioning_artifact",
]
