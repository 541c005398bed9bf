"""`replace` for documents: as `dataclasses.replace`, about ten times as fast.

A case has thirty fields, and one event changes it several times over. `dataclasses.replace` reads and sets every
field by itself; a document without slots is copied in one step. Types are checked as for the original.
"""

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import replace as replace
else:
    D = TypeVar("D")

    def replace(document: D, /, **changes: Any) -> D:
        """A copy of a frozen dataclass (without slots, without __post_init__) with some fields changed."""
        copy = object.__new__(type(document))
        fields = copy.__dict__
        fields.update(document.__dict__)
        fields.update(changes)
        if len(fields) != len(document.__dict__):
            raise TypeError(f"{type(document).__name__} has no field {set(fields) - set(document.__dict__)}")
        return copy
