# Generated from botocore 1.43.117; do not edit: see codegen/overlays/appstream.toml.
"""Amazon AppStream 2.0."""

from itemwise.services.appstream._batch_associate_user_stack import (
    BatchAssociateUserStackRequest,
    BatchAssociateUserStackResponse,
    batch_associate_user_stack,
)
from itemwise.services.appstream._batch_disassociate_user_stack import (
    BatchDisassociateUserStackRequest,
    BatchDisassociateUserStackResponse,
    batch_disassociate_user_stack,
)
from itemwise.services.appstream._shapes import (
    AuthenticationType,
    UserStackAssociation,
    UserStackAssociationError,
    UserStackAssociationErrorCode,
    UserStackAssociationOutput,
)

__all__ = [
    "AuthenticationType",
    "BatchAssociateUserStackRequest",
    "BatchAssociateUserStackResponse",
    "BatchDisassociateUserStackRequest",
    "BatchDisassociateUserStackResponse",
    "UserStackAssociation",
    "UserStackAssociationError",
    "UserStackAssociationErrorCode",
    "UserStackAssociationOutput",
    "batch_associate_user_stack",
    "batch_disassociate_user_stack",
]
