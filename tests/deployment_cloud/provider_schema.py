"""The schema of Google's provider, out of the npm package that was generated from it.

Terraform's registry has the provider itself, a program of 100 MB; the package `@cdktf/provider-google` describes
every resource of one version of it in a JSON file, and any npm registry has that.
"""

import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.deployment_cloud.schema import Attribute, Block, Nested, Type

PACKAGE, VERSION = "@cdktf/provider-google", "16.12.1"
_FILE = f"cdktf-provider-google-{VERSION}.tgz"
_PREFIX = f"{PACKAGE}."
_NAMED = re.compile(r"#(?P<name>[a-z0-9_]+) ")
_BLOCK = re.compile(r"(?P<name>[a-z0-9_]+) block\.")
_TIMEOUT_SECONDS = 300
_BASES = ("cdktf.TerraformResource", "cdktf.TerraformDataSource")
_FILLED_IN = frozenset({"id", "project", "location", "region", "zone"})
"""Optional arguments that the provider fills in when they are left out."""


class NotAvailable(RuntimeError):
    """The package can't be had here and now; says why."""


def package() -> Path:
    """The package's archive, from the cache of this user, or else from npm. Raises NotAvailable."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "recoup"
    if (kept := cache / _FILE).exists():
        return kept
    if shutil.which("npm") is None:
        raise NotAvailable("npm is not on PATH")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        command = ["npm", "pack", f"{PACKAGE}@{VERSION}", "--pack-destination", folder]
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_TIMEOUT_SECONDS)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            said = [
                line
                for line in (error.stderr or b"").decode(errors="replace").splitlines()
                if "error" in line
            ]
            why = said[0].strip() if said else type(error).__name__
            raise NotAvailable(f"npm doesn't give {PACKAGE}@{VERSION}: {why}") from error
        (Path(folder) / _FILE).replace(kept)  # at once, whoever else downloads it too
    return kept


class GoogleProvider:
    """Schemas of the provider in the package, made when they are asked for."""

    def __init__(self, archive: Path) -> None:
        with tarfile.open(archive) as content:
            described, about = (_json(content, name) for name in (".jsii", "package.json"))
        self._types: dict[str, Any] = described["types"]
        self.version: str = about["cdktf"]["provider"]["version"]

    @property
    def configuration(self) -> Block:
        """What stands in `provider "google"`."""
        return self._block(f"{_PREFIX}provider.GoogleProviderConfig", None)

    def resource(self, type: str) -> Block | None:
        """The schema of a resource's type; None = there is none of that name."""
        return self._of(type, "cdktf.TerraformResource")

    def data_source(self, type: str) -> Block | None:
        """The same of a data source."""
        return self._of(type, "cdktf.TerraformDataSource")

    def _of(self, type: str, base: str) -> Block | None:
        found = self._classes.get((base, type))
        return None if found is None else self._block(f"{found}Config", found)

    @cached_property
    def _classes(self) -> dict[tuple[str, str], str]:
        named = re.compile(r" (google_\w+)\}")
        found = {}
        for name, kind in self._types.items():
            base = kind.get("base")
            if base in _BASES and (said := named.search(kind["docs"]["summary"])):
                found[base, said[1]] = name
        return found

    def _block(self, arguments: str, outputs: str | None) -> Block:
        """Of an interface of arguments, and of the class that has what the provider tells besides."""
        attributes: dict[str, Attribute] = {}
        blocks: dict[str, Nested] = {}
        known = set()
        for one in self._properties(arguments):
            known.add(one["name"])
            name = _name_of(one)
            if _BLOCK.fullmatch(one["docs"].get("summary", "")):
                blocks[name] = self._nested(name, one)
            elif name != "alias" or outputs is not None:
                optional = bool(one.get("optional"))
                filled_in = outputs is not None and optional and name in _FILLED_IN
                attributes[name] = Attribute(self._type(one["type"]), not optional, optional, filled_in)
        for one in self._properties(outputs) if outputs else ():
            if one["name"] not in known and not _is_internal(one):
                attributes.setdefault(_snake(one["name"]), Attribute(self._type(one["type"]), computed=True))
        return Block(attributes, blocks)

    def _nested(self, name: str, one: dict[str, Any]) -> Nested:
        kind = one["type"]
        inner = next(iter(_fqns(kind, _PREFIX)))
        outputs = f"{inner}OutputReference"
        block = self._block(inner, outputs if outputs in self._types else None)
        return Nested(block, not one.get("optional"), '"collection"' in json.dumps(kind), name == "timeouts")

    def _properties(self, fqn: str) -> list[dict[str, Any]]:
        return [one for one in self._types[fqn].get("properties", []) if not one.get("static")]

    def _type(self, kind: dict[str, Any]) -> Type:
        if "primitive" in kind:
            return {"boolean": "bool", "any": "string"}.get(kind["primitive"], kind["primitive"])
        if "collection" in kind:
            collection = kind["collection"]
            return ["map" if collection["kind"] == "map" else "list", self._type(collection["elementtype"])]
        if "union" in kind:
            return self._type(
                next(one for one in kind["union"]["types"] if one.get("fqn") != "cdktf.IResolvable")
            )
        return self._named(kind["fqn"])

    def _named(self, fqn: str) -> Type:
        simple = {"IResolvable": "bool", "StringMap": ["map", "string"], "NumberMap": ["map", "number"]}
        if fqn.startswith("cdktf."):
            return simple.get(fqn.removeprefix("cdktf."), ["map", "bool"])
        one = fqn.removesuffix("List") + "OutputReference" if fqn.endswith("List") else fqn
        fields = {
            _snake(inner["name"]): self._type(inner["type"])
            for inner in self._properties(one)
            if not _is_internal(inner)
        }
        return (
            ["list", ["object", fields]] if fqn.endswith(("List", "OutputReference")) else ["object", fields]
        )


def _json(content: tarfile.TarFile, name: str) -> Any:
    file = content.extractfile(f"package/{name}")
    assert file is not None
    return json.load(file)


def _fqns(kind: Any, prefix: str) -> list[str]:
    return re.findall(rf'"fqn": "({re.escape(prefix)}[\w.]+)"', json.dumps(kind))


def _name_of(one: dict[str, Any]) -> str:
    """The name in Terraform: the documentation's link says it, since camel case can't be undone for certain."""
    docs = one["docs"]
    said = _NAMED.search(docs.get("remarks", "")) or _NAMED.search(docs.get("summary", ""))
    return said["name"] if said else _snake(one["name"])


def _is_internal(one: dict[str, Any]) -> bool:
    name: str = one["name"]
    return name.endswith("Input") or name == "internalValue"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])|(?<=[0-9])([A-Z])(?=[a-z])", r"_\1\2", name).lower()
