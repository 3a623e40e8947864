"""Items as they travel, and the keys that identify them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import BaseModel

from itemwise.testing._served import ItemList, Key

__all__ = ["flat_key", "item_key", "value_at", "wire_form"]


def item_key(source: ItemList, value: object) -> Key:
    """Make an item's key."""
    if not source.key:
        key = flat_key(value)
    else:
        key = tuple(part for path in source.key for part in flat_key(value_at(value, path)))
    return key if source.label is None else (source.label, *key)


def wire_form(item: object) -> object:
    """Give an item as it travels.

    Args:
        item: a model, or what botocore would be given.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(item, BaseModel):
        return item.model_dump(by_alias=True, exclude_none=True, mode="json")
    if isinstance(item, str | int | float | dict | list):
        return cast("object", item)
    raise TypeError(
        f"a request holds no item like {item!r:.120}: pass a string, a mapping or a model, and "
        "name the list that it stands in by member="
    )


def value_at(value: object, path: str) -> object:
    """Return what stands at a path inside an item; ``None`` where nothing does."""
    for name in path.split(".") if path else ():
        value = cast("Mapping[str, object]", value).get(name) if isinstance(value, dict) else None
    return value


def flat_key(value: object) -> Key:
    """Make a key of any value as it travels: its plain parts, in order."""
    if isinstance(value, str):
        return (value,)
    if value is None:
        return ()
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return tuple(part for name in sorted(fields) for part in (name, *flat_key(fields[name])))
    if isinstance(value, list):
        return tuple(part for member in cast("list[object]", value) for part in flat_key(member))
    return (str(value),)
