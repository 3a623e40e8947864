# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kendra.toml.
"""What LocalAWS serves of Kendra."""

from __future__ import annotations

from typing import Final

from itemwise.testing._served import EntryList, ItemList, ServedOperation

__all__ = ["ROWS"]

ROWS: Final[tuple[ServedOperation, ...]] = (
    ServedOperation(
        service="kendra",
        operation="AssociateEntitiesToExperience",
        items=(ItemList(member="EntityList", key=("EntityId",)),),
        limit=20,
        failures=EntryList(
            member="FailedEntityList", names=(("EntityId", "EntityId"),), message="ErrorMessage"
        ),
        item_message="The entity was not found.",
    ),
    ServedOperation(
        service="kendra",
        operation="AssociatePersonasToEntities",
        items=(ItemList(member="Personas", key=("EntityId",)),),
        limit=25,
        failures=EntryList(
            member="FailedEntityList", names=(("EntityId", "EntityId"),), message="ErrorMessage"
        ),
        item_message="The entity was not found.",
    ),
    ServedOperation(
        service="kendra",
        operation="DisassociateEntitiesFromExperience",
        items=(ItemList(member="EntityList", key=("EntityId",)),),
        limit=40,
        failures=EntryList(
            member="FailedEntityList", names=(("EntityId", "EntityId"),), message="ErrorMessage"
        ),
        item_message="The entity was not found.",
    ),
    ServedOperation(
        service="kendra",
        operation="DisassociatePersonasFromEntities",
        items=(ItemList(member="EntityIds"),),
        limit=25,
        failures=EntryList(
            member="FailedEntityList", names=(("EntityId", ""),), message="ErrorMessage"
        ),
        item_message="The entity was not found.",
    ),
)
