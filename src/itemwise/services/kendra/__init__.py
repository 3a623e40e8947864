# Generated from botocore 1.43.117; do not edit: see codegen/overlays/kendra.toml.
"""Amazon Kendra."""

from itemwise.services.kendra._associate_entities_to_experience import (
    AssociateEntitiesToExperienceRequest,
    AssociateEntitiesToExperienceResponse,
    associate_entities_to_experience,
)
from itemwise.services.kendra._associate_personas_to_entities import (
    AssociatePersonasToEntitiesRequest,
    AssociatePersonasToEntitiesResponse,
    EntityPersonaConfiguration,
    Persona,
    associate_personas_to_entities,
)
from itemwise.services.kendra._disassociate_entities_from_experience import (
    DisassociateEntitiesFromExperienceRequest,
    DisassociateEntitiesFromExperienceResponse,
    disassociate_entities_from_experience,
)
from itemwise.services.kendra._disassociate_personas_from_entities import (
    DisassociatePersonasFromEntitiesRequest,
    DisassociatePersonasFromEntitiesResponse,
    disassociate_personas_from_entities,
)
from itemwise.services.kendra._shapes import EntityConfiguration, EntityType, FailedEntity

__all__ = [
    "AssociateEntitiesToExperienceRequest",
    "AssociateEntitiesToExperienceResponse",
    "AssociatePersonasToEntitiesRequest",
    "AssociatePersonasToEntitiesResponse",
    "DisassociateEntitiesFromExperienceRequest",
    "DisassociateEntitiesFromExperienceResponse",
    "DisassociatePersonasFromEntitiesRequest",
    "DisassociatePersonasFromEntitiesResponse",
    "EntityConfiguration",
    "EntityPersonaConfiguration",
    "EntityType",
    "FailedEntity",
    "Persona",
    "associate_entities_to_experience",
    "associate_personas_to_entities",
    "disassociate_entities_from_experience",
    "disassociate_personas_from_entities",
]
