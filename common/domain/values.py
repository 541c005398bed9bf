"""`dataclass` for values: frozen to whoever checks types, and quick to make.

Python writes each method of a dataclass as text and compiles it, for each class anew: two of them guard a frozen one
at run time, and every field is set past that guard. For a hundred classes that is most of what importing them costs
at a cold start, and half of what making a value costs with every event. The type checker, which every change passes,
finds an assignment just as well; and comparing, hashing and showing need no text of their own for each class.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(cls: type | None = None, /, **options: Any) -> Any:
        """As `dataclasses.dataclass`; a frozen one compares and hashes by its fields, and just isn't guarded."""
        if cls is None:
            return lambda cls: dataclass(cls, **options)
        frozen = options.pop("frozen", False)
        if options.get("order") or not options.get("eq", True):
            return dataclasses.dataclass(cls, unsafe_hash=frozen, **options)
        own = vars(cls)
        made = dataclasses.dataclass(cls, eq=False, repr=False, **options)
        names = [field.name for field in dataclasses.fields(made) if field.compare]
        content = attrgetter(*names) if names else type
        if "__eq__" not in own:
            made.__eq__ = _compares(content)
            made.__hash__ = _hashes(content) if frozen else None
        if "__repr__" not in own:
            made.__repr__ = _shown
        return made

    def _compares(content: Any) -> Any:
        def equals(self: Any, other: object) -> Any:
            return content(self) == content(other) if other.__class__ is self.__class__ else NotImplemented

        return equals

    def _hashes(content: Any) -> Any:
        return lambda self: hash(content(self))

    def _shown(self: Any) -> str:
        shown = (field.name for field in dataclasses.fields(self) if field.repr)
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"
