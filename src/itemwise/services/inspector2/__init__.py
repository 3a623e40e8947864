"""Amazon Inspector (API version 2)."""

from itemwise.services.inspector2._batch_disassociate_code_security_scan_configuration import (
    AssociationResultStatusCode,
    BatchDisassociateCodeSecurityScanConfigurationRequest,
    BatchDisassociateCodeSecurityScanConfigurationResponse,
    CodeSecurityResource,
    CodeSecurityResourceOutput,
    DisassociateConfigurationRequest,
    FailedAssociationResult,
    SuccessfulAssociationResult,
    batch_disassociate_code_security_scan_configuration,
)

__all__ = [
    "AssociationResultStatusCode",
    "BatchDisassociateCodeSecurityScanConfigurationRequest",
    "BatchDisassociateCodeSecurityScanConfigurationResponse",
    "CodeSecurityResource",
    "CodeSecurityResourceOutput",
    "DisassociateConfigurationRequest",
    "FailedAssociationResult",
    "SuccessfulAssociationResult",
    "batch_disassociate_code_security_scan_configuration",
]
