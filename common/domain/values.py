"""`dataclass` for values: frozen to whoever checks types, and quick to make.

Python guards a frozen dataclass at run time with two functions made for each class, and sets each field past that
guard. For a hundred classes that is a third of what importing them costs at a cold start, and half of what making
one costs with every event. The type checker, which every change passes, finds an assignment just as well.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    import dataclasses

    def dataclass(cls: type | None = None, /, *, frozen: bool = False, **options: Any) -> Any:
        """As `dataclasses.dataclass`; a frozen one compares and hashes by its fields, and just isn't guarded."""
        return dataclasses.dataclass(cls, unsafe_hash=frozen, **options)
