"""The PolicySource of one machine: a folder with one file per policy document."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from common.application.failures import Unavailable

_SUFFIXES = (".yaml", ".yml", ".json")


class UnreadablePolicies(Unavailable):
    """The folder or a file in it can't be read; the sentence names the file and, if known, the line."""


class YamlPolicySource:
    """`recovery.yaml` (or .yml, or .json) is the document `recovery`; other files are left alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._good: dict[str, Mapping[str, Any]] = {}
        self.problems: dict[str, str] = {}
        """What is wrong with each document that was not taken."""

    def read(self) -> Mapping[str, Mapping[str, Any]]:
        """Every document as it is in the folder now. Raises UnreadablePolicies."""
        if not self._folder.is_dir():
            raise UnreadablePolicies(f"{self._folder} is not a folder; put the policy documents into one")
        documents: dict[str, Mapping[str, Any]] = {}
        for path in sorted(self._folder.iterdir()):
            if path.suffix not in _SUFFIXES or path.name.startswith("."):
                continue
            if path.stem in documents:
                raise UnreadablePolicies(f"{path} is the second file of document {path.stem}; remove one")
            documents[path.stem] = _document(path)
        return documents

    def last_good(self) -> Mapping[str, Mapping[str, Any]]:
        """What `report` kept as good, in this process."""
        return dict(self._good)

    def report(self, name: str, problem: str | None, good: Mapping[str, Any] | None = None) -> None:
        """Keep the document's status in memory."""
        if problem is not None:
            self.problems[name] = problem
            return
        self.problems.pop(name, None)
        if good is not None:
            self._good[name] = good


class _UniqueKeys(yaml.SafeLoader):
    """A key that stands twice in one mapping is a mistake, not "the last one counts"."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"{key.value} is there twice", problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _document(path: Path) -> Mapping[str, Any]:
    try:
        # The loader is a SafeLoader, so no tag can build objects.
        document = yaml.load(path.read_text("utf-8"), _UniqueKeys)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        raise UnreadablePolicies(f"{path}{_line(error)}: {error.problem or 'not YAML'}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise UnreadablePolicies(f"{path}: it is not YAML text in UTF-8") from None
    except OSError as error:
        raise UnreadablePolicies(f"{path}: {error.strerror}") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise UnreadablePolicies(f"{path}, line 1: expected `field: value` lines, found {_kind(document)}")
    return document


def _line(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f", line {mark.line + 1}" if mark else ""


def _kind(document: object) -> str:
    return "a list" if isinstance(document, list) else f"only {document!r}"
