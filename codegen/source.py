"""Where service models come from: botocore's own files, read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import botocore
from botocore.loaders import create_loader
from botocore.model import OperationModel, ServiceModel, StructureShape

from codegen import names
from codegen.errors import CodegenError

__all__ = ["Models", "Service", "installed", "read", "service_names", "version"]

Models: TypeAlias = Callable[[str], Mapping[str, Any]]
"""Gives botocore's description of a service, by the service's name."""


def read(name: str) -> Mapping[str, Any]:
    """Read a service's description from the installed botocore."""
    # Not by a botocore session: it would read the user's configuration.
    description: Mapping[str, Any] = create_loader().load_service_model(name, "service-2")
    return description


@cache
def installed(name: str) -> Mapping[str, Any]:
    """Read a service's description from the installed botocore, and keep it."""
    return read(name)


@cache
def service_names() -> Sequence[str]:
    """List the services that the installed botocore knows."""
    return sorted(create_loader().list_available_services("service-2"))


def version() -> str:
    """Say which botocore is installed."""
    return str(botocore.__version__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service's model.

    Attributes:
        name: its name in botocore, such as ``chime-sdk-voice``.
        model: the model.
        description: what botocore's files hold, with traits that the model leaves out.
    """

    name: str
    model: ServiceModel
    description: Mapping[str, Any]

    @classmethod
    def load(cls, name: str, models: Models = installed) -> Service:
        """Load a service.

        Args:
            name: its name in botocore.
            models: where its description comes from.
        """
        description = models(name)
        return cls(name=name, model=ServiceModel(description, name), description=description)

    @property
    def package(self) -> str:
        """The name of its package."""
        return names.package(self.name)

    def operation(self, name: str) -> OperationModel:
        """Find an operation.

        Raises:
            CodegenError: the model has none of that name.
        """
        if name not in self.model.operation_names:
            raise CodegenError(f"{self.name} has no operation {name} in the installed botocore")
        return self.model.operation_model(name)

    def sides(self, name: str) -> tuple[StructureShape, StructureShape]:
        """Give an operation's input and output.

        Raises:
            CodegenError: it lacks one of them.
        """
        model = self.operation(name)
        if model.input_shape is None or model.output_shape is None:
            raise CodegenError(f"{self.name} {name} has no input or no output")
        return model.input_shape, model.output_shape

    def is_idempotent(self, name: str) -> bool:
        """Say whether the model marks an operation as idempotent."""
        return bool(self.description["operations"][name].get("idempotent"))

    def api_page(self, name: str) -> str:
        """Give the address that leads to an operation's API page, in whatever place it is."""
        return f"https://docs.aws.amazon.com/goto/WebAPI/{self.model.metadata['uid']}/{name}"
