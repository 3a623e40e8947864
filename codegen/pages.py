"""The pages of the reference: one per service, and the coverage of the family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from codegen import names
from codegen.description import Description
from codegen.family import RULE
from codegen.modules import header
from codegen.overlay import Overlay

__all__ = ["coverage_page", "coverage_rows", "service_page"]


_ADVICE: Final = (
    "You can [describe](../how-to/describe-your-own-operation.md) what is left out in your own "
    "code, if you accept what is said of it here, and operations of other families as well. To "
    "have one shipped, see [Add an operation](../how-to/add-an-operation.md)."
)


def service_page(overlay: Overlay, package: str, descriptions: Sequence[Description]) -> str:
    """Print a service's page."""
    several = len(descriptions) > 1
    lines = [
        f"<!-- {header(overlay.service)} -->",
        f"# {overlay.short}",
        "",
        f"Imported from `itemwise.services.{package}`.",
        "",
        "| operation | items | in a call | successes | a lost answer | codes sent again |",
        "|---|---|---|---|---|---|",
        *(_facts(each) for each in descriptions),
        "",
    ]
    for name, why in sorted(overlay.left_out.items()):
        lines += [f"`{name}` is left out: {why}", ""]
    lines += ["## Operations" if several else "## Operation", ""]
    for each in descriptions:
        name = names.operation(each.name)
        lines += [
            f"::: itemwise.services.{package}.{name}",
            "    options:",
            f"      heading: {name}",
            f"      toc_label: {name}",
            "      heading_level: 3",
            "",
        ]
    others = ", ".join(f'"!^{names.operation(each.name)}$"' for each in descriptions)
    lines += [
        "## Models",
        "",
        f"::: itemwise.services.{package}",
        "    options:",
        f'      filters: ["!^_", {others}]',
        "      show_root_heading: false",
        "      show_root_toc_entry: false",
        "      heading_level: 3",
    ]
    return "\n".join(lines) + "\n"


def _facts(description: Description) -> str:
    codes = ", ".join(f"`{code}`" for code in sorted(description.retryable_codes)) or "none"
    return (
        f"| `{names.operation(description.name)}` | {description.overlay.items_are} "
        f"| {description.max_items} "
        f"| {'silence' if description.successes is None else 'listed'} "
        f"| {'is repeated' if description.idempotent else 'is not repeated'} | {codes} |"
    )


def coverage_rows(
    family: Sequence[tuple[str, str]], overlays: Sequence[Overlay]
) -> Mapping[tuple[str, str], str]:
    """Say of each operation of the family why it is left out; empty where it is described."""
    by_service = {overlay.service: overlay for overlay in overlays}
    rows: dict[tuple[str, str], str] = {}
    for service, operation in family:
        overlay = by_service.get(service)
        if overlay is not None and operation in overlay.operations:
            rows[service, operation] = ""
        elif overlay is not None and operation in overlay.left_out:
            rows[service, operation] = overlay.left_out[operation]
        else:
            rows[service, operation] = "Not looked at yet."
    return rows


def coverage_page(family: Sequence[tuple[str, str]], overlays: Sequence[Overlay]) -> str:
    """Print the page that says which operations of the family are described."""
    rows = coverage_rows(family, overlays)
    covered = sum(not why for why in rows.values())
    lines = [
        f"<!-- {header('*')} -->",
        "# Coverage",
        "",
        f"{covered} of the {len(rows)} operations that associate or disassociate item by item.",
        "",
        f"An operation belongs to this family if {RULE}.",
        "",
        "| service | operation | |",
        "|---|---|---|",
    ]
    for (service, operation), why in rows.items():
        shown = f"`{operation}`"
        if why:
            lines.append(f"| {service} | {shown} | left out: {why} |")
        else:
            page = f"services/{names.package(service)}.md"
            lines.append(f"| [{service}]({page}) | {shown} | described |")
    return "\n".join([*lines, "", _ADVICE]) + "\n"
