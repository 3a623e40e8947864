# Generated from botocore 1.43.117; do not edit: see codegen/overlays/appstream.toml.
"""Shapes that several operations of AppStream have in common."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from itemwise._shape import (
    OPEN_ENUM,
    RequestShape,
    ResponseShape,
    length,
    wire,
)

__all__ = [
    "AuthenticationType",
    "UserStackAssociation",
    "UserStackAssociationError",
    "UserStackAssociationErrorCode",
    "UserStackAssociationOutput",
]

String = Annotated[str, length(1)]

Username = Annotated[str, length(1, 128)]


class AuthenticationType(StrEnum):
    """How a user signs in."""

    API = "API"
    SAML = "SAML"
    USERPOOL = "USERPOOL"
    AWS_AD = "AWS_AD"


class UserStackAssociationErrorCode(StrEnum):
    """Why a pair failed. Only ``INTERNAL_ERROR`` can pass."""

    STACK_NOT_FOUND = "STACK_NOT_FOUND"
    USER_NAME_NOT_FOUND = "USER_NAME_NOT_FOUND"
    DIRECTORY_NOT_FOUND = "DIRECTORY_NOT_FOUND"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class UserStackAssociation(RequestShape):
    """One item: a user and a stack. Its first three members identify it."""

    stack_name: Annotated[String, wire("StackName")]
    """The name of the stack that is associated with the user."""

    user_name: Annotated[Username, wire("UserName")]
    """The email address of the user who is associated with the stack."""

    authentication_type: Annotated[AuthenticationType | str, OPEN_ENUM, wire("AuthenticationType")]
    """The authentication type for the user."""

    send_email_notification: Annotated[bool | None, wire("SendEmailNotification")] = None
    """Specifies whether a welcome email is sent to a user after the user is created in the user
    pool."""


class UserStackAssociationOutput(ResponseShape):
    """`UserStackAssociation` as it comes back."""

    stack_name: Annotated[str | None, wire("StackName")] = None
    """The name of the stack that is associated with the user."""

    user_name: Annotated[str | None, wire("UserName")] = None
    """The email address of the user who is associated with the stack."""

    authentication_type: Annotated[
        AuthenticationType | str | None, OPEN_ENUM, wire("AuthenticationType")
    ] = None
    """The authentication type for the user."""

    send_email_notification: Annotated[bool | None, wire("SendEmailNotification")] = None
    """Specifies whether a welcome email is sent to a user after the user is created in the user
    pool."""


class UserStackAssociationError(ResponseShape):
    """A pair for which the call changed nothing, and why."""

    user_stack_association: Annotated[
        UserStackAssociationOutput | None, wire("UserStackAssociation")
    ] = None
    """The pair, as it was sent."""

    error_code: Annotated[
        UserStackAssociationErrorCode | str | None, OPEN_ENUM, wire("ErrorCode")
    ] = None
    """Why it failed."""

    error_message: Annotated[str | None, wire("ErrorMessage")] = None
    """The same for people to read."""
