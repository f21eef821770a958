"""What points can be colored by beside metadata columns: a kept axis, or how true the map is.

In a view state these stand where a column's name stands; a column of such a name comes first.
"""

from __future__ import annotations

PRESERVATION = "@preservation"
_AXIS = "@axis "


def axis_choice(name: str) -> str:
    """Return what stands in a view for a kept axis."""
    return _AXIS + name


def chosen_axis(choice: str) -> str | None:
    """Return the name of the axis that is chosen, or None when it is something else."""
    return choice.removeprefix(_AXIS) if choice.startswith(_AXIS) else None


def is_special(choice: str | None) -> bool:
    """Whether something else than a column is meant, unless a column has this name."""
    return choice is not None and (choice == PRESERVATION or choice.startswith(_AXIS))
