# Generated from botocore 1.43.117; do not edit: see codegen/overlays/inspector2.toml.
"""Amazon Inspector (API version 2)."""

from itemwise.services.inspector2._batch_associate_code_security_scan_configuration import (
    AssociateConfigurationRequest,
    BatchAssociateCodeSecurityScanConfigurationRequest,
    BatchAssociateCodeSecurityScanConfigurationResponse,
    batch_associate_code_security_scan_configuration,
)
from itemwise.services.inspector2._batch_disassociate_code_security_scan_configuration import (
    BatchDisassociateCodeSecurityScanConfigurationRequest,
    BatchDisassociateCodeSecurityScanConfigurationResponse,
    DisassociateConfigurationRequest,
    batch_disassociate_code_security_scan_configuration,
)
from itemwise.services.inspector2._shapes import (
    AssociationResultStatusCode,
    CodeSecurityResource,
    CodeSecurityResourceOutput,
    FailedAssociationResult,
    SuccessfulAssociationResult,
)

__all__ = [
    "AssociateConfigurationRequest",
    "AssociationResultStatusCode",
    "BatchAssociateCodeSecurityScanConfigurationRequest",
    "BatchAssociateCodeSecurityScanConfigurationResponse",
    "BatchDisassociateCodeSecurityScanConfigurationRequest",
    "BatchDisassociateCodeSecurityScanConfigurationResponse",
    "CodeSecurityResource",
    "CodeSecurityResourceOutput",
    "DisassociateConfigurationRequest",
    "FailedAssociationResult",
    "SuccessfulAssociationResult",
    "batch_associate_code_security_scan_configuration",
    "batch_disassociate_code_security_scan_configuration",
]
