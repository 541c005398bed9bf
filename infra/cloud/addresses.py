"""The addresses among Terraform's outputs, a line each: `terraform output -json | python -m infra.cloud.addresses`."""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any


def addresses(outputs: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Name and address of each output that is an address, or a map of them; secrets are passed over."""
    for name, output in sorted(outputs.items()):
        if output.get("sensitive"):
            continue
        value = output.get("value")
        within = sorted(value.items()) if isinstance(value, Mapping) else [("", value)]
        for key, one in within:
            if isinstance(one, str) and one.startswith(("https://", "http://")):
                yield f"{name}.{key}".rstrip("."), one


def main() -> int:
    """The command."""
    found = list(addresses(json.load(sys.stdin)))
    width = max((len(name) for name, _ in found), default=0)
    sys.stdout.write("".join(f"{name:<{width}}  {address}\n" for name, address in found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
