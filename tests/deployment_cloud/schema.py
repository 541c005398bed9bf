"""What a provider's resource takes, as Terraform wants to be told it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.deployment_cloud.protobuf import message

_SINGLE, _LIST = 1, 2

Type = Any
"""As JSON: "string", ["list", "number"], ["object", {"name": "string"}] ..."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One argument, or what only the provider can tell (`computed`)."""

    type: Type
    required: bool = False
    optional: bool = False
    computed: bool = False

    def wire(self, name: str) -> bytes:
        """Schema.Attribute."""
        kind = json.dumps(self.type).encode()
        return message((1, name), (2, kind), (4, self.required), (5, self.optional), (6, self.computed))


@dataclass(frozen=True, slots=True)
class Block:
    """Arguments and nested blocks."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    blocks: Mapping[str, "Nested"] = field(default_factory=dict)

    def schema(self) -> bytes:
        """Schema."""
        return message((2, self.wire()))

    def wire(self) -> bytes:
        """Schema.Block."""
        attributes = [(2, one.wire(name)) for name, one in self.attributes.items()]
        return message(*attributes, *((3, one.wire(name)) for name, one in self.blocks.items()))


@dataclass(frozen=True, slots=True)
class Nested:
    """A block in a block."""

    block: Block
    required: bool = False
    repeats: bool = False
    single: bool = False
    """Not even in a list of one; only `timeouts` is."""

    def wire(self, name: str) -> bytes:
        """Schema.NestedBlock."""
        bounds = () if self.single else ((4, int(self.required)), (5, 0 if self.repeats else 1))
        nesting = (3, _SINGLE if self.single else _LIST)
        return message((1, name), (2, self.block.wire()), nesting, *bounds)
