"""Drift: what the installed botocore says otherwise than the one that the modules are from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from botocore.exceptions import UnknownServiceError

from codegen.errors import CodegenError
from codegen.family import family
from codegen.outline import RECORDED, outline
from codegen.overlay import OVERLAYS, overlays
from codegen.source import Models, Service, installed, service_names

__all__ = ["drift"]


def drift(
    models: Models = installed,
    names: Sequence[str] | None = None,
    recorded: Path = RECORDED,
    folder: Path = OVERLAYS,
) -> Sequence[str]:
    """Compare what the modules were generated from with a newer botocore.

    Args:
        models: where the newer descriptions come from.
        names: the services to look at for new operations; ``None`` looks at all.
        recorded: where the older outlines are.
        folder: where the overlays are.

    Returns:
        A line for each operation, member, limit, enum value or error that is new, gone or changed.
    """
    found: list[str] = []
    for path in sorted(recorded.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        found += _of_service(record["service"], record["operations"], models)
    return [*found, *_new_operations(models, names, folder)]


def _of_service(
    name: str, operations: Mapping[str, Mapping[str, str]], models: Models
) -> Iterator[str]:
    try:
        service = Service.load(name, models)
    except UnknownServiceError:
        yield f"{name}: the service is gone"
        return
    for operation, before in operations.items():
        try:
            after = outline(service, operation)
        except CodegenError:
            yield f"{name} {operation}: the operation is gone"
            continue
        for path in sorted({*before, *after}):
            if path not in after:
                yield f"{name} {operation}: {path} is gone (was: {before[path]})"
            elif path not in before:
                yield f"{name} {operation}: {path} is new ({after[path]})"
            elif before[path] != after[path]:
                yield f"{name} {operation}: {path} was {before[path]}, and is {after[path]}"


def _new_operations(models: Models, names: Sequence[str] | None, folder: Path) -> Iterator[str]:
    known = {
        (overlay.service, operation)
        for overlay in overlays(folder)
        for operation in (*overlay.operations, *overlay.left_out)
    }
    found = family(names, models)
    for service, operation in found:
        if (service, operation) not in known:
            yield f"{service} {operation}: the operation is new in the family"
    for service, operation in sorted(known - set(found)):
        if service in (service_names() if names is None else names):
            yield f"{service} {operation}: the operation is no more of the family"
