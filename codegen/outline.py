"""An operation's model as flat lines: what drift compares.

A line is a path and what stands there, such as ``input.Items[]: string, 1 to 2048 characters``. A
value of an enum is a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from codegen.source import Service

__all__ = ["RECORDED", "outline"]

RECORDED: Final = Path(__file__).parent / "recorded"
"""What the models said when the modules were generated; `generate` writes it with them."""


def outline(service: Service, name: str) -> Mapping[str, str]:
    """Write down an operation's model, by path."""
    operation = service.operation(name)
    lines = {"protocols": ", ".join(_protocols(service))}
    if service.is_idempotent(name):
        lines["trait idempotent"] = "yes"
    for error in operation.error_shapes:
        lines[f"error {error.name}"] = "yes"
    for side, shape in zip(("input", "output"), service.sides(name), strict=True):
        lines.update(_lines(side, shape, required=False))
    return dict(sorted(lines.items()))


def _protocols(service: Service) -> list[str]:
    metadata = service.description["metadata"]
    return list(metadata.get("protocols", [metadata["protocol"]]))


def _lines(path: str, shape: Shape, *, required: bool) -> Iterator[tuple[str, str]]:
    said = [shape.type_name, *(["required"] if required else [])]
    if isinstance(shape, StructureShape) and shape.is_tagged_union:
        said.append("union")
    said += [
        f"{bound} {shape.metadata[bound]}" for bound in ("min", "max") if bound in shape.metadata
    ]
    if shape.metadata.get("idempotencyToken"):
        said.append("client token")
    yield path, ", ".join(said)
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            yield from _lines(f"{path}.{name}", member, required=name in shape.required_members)
    elif isinstance(shape, ListShape):
        yield from _lines(f"{path}[]", shape.member, required=False)
    elif isinstance(shape, MapShape):
        yield from _lines(f"{path}{{}}", shape.value, required=False)
    elif isinstance(shape, StringShape):
        for value in shape.enum:
            yield f"{path} = {value}", "enum value"
