"""The generator's commands: ``python -m codegen generate | check | drift | coverage | explain``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from codegen import drift, output, pages
from codegen.describe import describe
from codegen.errors import CodegenError
from codegen.family import family
from codegen.overlay import OVERLAYS, overlays, read_overlay
from codegen.source import Service, version

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words after the program's name; ``None`` takes the process's.

    Returns:
        The exit status: 0, or 1 where something differs or cannot be generated.
    """
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command == "generate":
            return _say(output.write(output.render()), failed=False)
        if chosen.command == "check":
            return _say(output.differences(output.render()))
        if chosen.command == "drift":
            return _say(drift.drift())
        if chosen.command == "coverage":
            return _say(_coverage(), failed=False)
        return _say(_explained(chosen.service, chosen.operation), failed=False)
    except CodegenError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("generate", help="write all generated files; list those that changed")
    commands.add_parser("check", help="show where the files differ from what would be generated")
    commands.add_parser("drift", help="show what the installed botocore says otherwise")
    commands.add_parser("coverage", help="list the family, and why what is left out is")
    explain = commands.add_parser("explain", help="give the reason for every fact")
    explain.add_argument("service", help="the service's name in botocore, such as fms")
    explain.add_argument("operation", help="the operation, such as BatchDisassociateResource")
    return parser


def _say(lines: Iterable[str], *, failed: bool = True) -> int:
    said = [f"{line}\n" for line in lines]
    sys.stdout.writelines(said)
    return 1 if said and failed else 0


def _coverage() -> Iterable[str]:
    rows = pages.coverage_rows(family(), overlays())
    for (service, operation), why in rows.items():
        yield f"{service} {operation}: {f'left out: {why}' if why else 'described'}"
    described = sum(not why for why in rows.values())
    yield f"{described} of {len(rows)}, in botocore {version()}"


def _explained(service: str, operation: str) -> Iterable[str]:
    path = OVERLAYS / f"{service}.toml"
    if not path.exists():
        raise CodegenError(f"there is no overlay of {service}: {path} is missing")
    overlay = read_overlay(path)
    if operation in overlay.left_out:
        return [f"{service} {operation} is left out: {overlay.left_out[operation]}"]
    if operation not in overlay.operations:
        raise CodegenError(f"the overlay of {service} does not have {operation}")
    description = describe(Service.load(service), overlay, operation)
    return [
        f"{reason.fact} = {reason.value}\n    by the {reason.origin}: {reason.why}"
        for reason in description.reasons
    ]


if __name__ == "__main__":
    sys.exit(main())
