"""What the code says of itself, for comparison with what is deployed: read from its text, since nothing runs here."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.deployment_cloud.terraform import ROOT

FUNCTIONS = tuple(sorted(one.parent.name for one in (ROOT / "functions").glob("*/main.py")))


@cache
def text_of(folder: str) -> str:
    """All Python of a folder."""
    return "\n".join(file.read_text() for file in sorted((ROOT / folder).rglob("*.py")))


def engine_functions() -> set[str]:
    """Those that ask wiring for the engine, and so take part in decisions."""
    return {one for one in FUNCTIONS if "wiring.engine()" in text_of(f"functions/{one}")}


def settings_of(function: str) -> set[str]:
    """The names of the classes of common/config.py that a function's code reads."""
    own = text_of(f"functions/{function}")
    found = set(re.findall(r"config\.(\w+Settings)\b", own)) | set(
        re.findall(r"from common\.config import (\w+Settings)", own)
    )
    if "wiring.engine()" in own:
        found.add("EngineSettings")
    if "wiring.pricing_service" in own:
        found.add("PricingSettings")
    if "wiring.health(" in own:
        found.add("PlatformSettings")
    if "wiring.call(" in own or "spans.call(" in own:
        found.add("TracingSettings")
    return found


def secrets_of(function: str) -> set[str]:
    """The names of the secrets that a function's code reads, but for those of single stores."""
    own = text_of(f"functions/{function}")
    found = set(re.findall(r'secrets\.get\("(\w+)"\)', own))
    if function in engine_functions():
        found |= set(re.findall(r'kept\.get\("(\w+)"\)', text_of("common"))) - {"token_key"}
    if "keys.links" in own or "with_links" in own:
        found.add("token_key")  # wiring looks for it too, and does without
    return found


def logged() -> set[str]:
    """Every message that the engine logs."""
    both = text_of("common") + text_of("functions")
    found = set(re.findall(r'\blog\(\s*"(\w+)"', both))
    return found | set(re.findall(r'what = "(\w+)" if .* else "(\w+)"', both)[0])


def queries() -> Iterator[tuple[str, str]]:
    """File and text of every call of `due` and `browse` that searches a field; ids need no index."""
    for folder in ("common", "functions", "infra"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if (name := str(file.relative_to(ROOT))).startswith("infra/local/"):
                continue
            yield from ((name, ast.unparse(call)) for call in _calls(file))


def _calls(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            named = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if named == "due" or (named == "browse" and _has_condition(node)):
                yield node


def _has_condition(call: ast.Call) -> bool:
    """The store takes it as `where`, the `browse` of privacy_finding.py as its third argument."""
    third = isinstance(call.func, ast.Name) and len(call.args) > 2
    return third or "where" in [one.arg for one in call.keywords]
