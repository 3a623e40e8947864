"""Names of botocore and of the wire, made Python's."""

from __future__ import annotations

import keyword
import re

from botocore import xform_name
from botocore.model import Shape
from pydantic import BaseModel

__all__ = ["class_name", "constant", "field", "operation", "package"]


def package(service: str) -> str:
    """Name a service's package."""
    return service.replace("-", "_")


def operation(name: str) -> str:
    """Name an operation's constant, as botocore names its method."""
    return xform_name(name)


def field(wire: str) -> str:
    """Name a member's field."""
    name = xform_name(wire)
    return f"{name}_" if keyword.iskeyword(name) or hasattr(BaseModel, name) else name


def constant(value: str) -> str:
    """Name an enum's member."""
    spelled = value if value.upper() == value else xform_name(value)
    return re.sub(r"\W", "_", spelled).upper()


def class_name(shape: Shape) -> str:
    """Name a shape's class or alias."""
    name = shape.name.lstrip("_")
    return name[0].upper() + name[1:]
