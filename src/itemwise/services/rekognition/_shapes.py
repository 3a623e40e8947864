# Generated from botocore 1.43.117; do not edit: see codegen/overlays/rekognition.toml.
"""Shapes that several operations of Rekognition have in common."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["UserStatus"]


class UserStatus(StrEnum):
    """How far the change of a user has come."""

    ACTIVE = "ACTIVE"
    UPDATING = "UPDATING"
    CREATING = "CREATING"
    CREATED = "CREATED"
