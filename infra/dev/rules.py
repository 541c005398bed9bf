"""The policy of a folder while somebody edits it: what holds, and what is wrong with it, in plain words."""

from datetime import timedelta
from pathlib import Path

from common.application.policies import DOCUMENTS, InvalidPolicy, Policies, build, parse
from common.domain.policy import Policy
from infra.dev.secrets import storefront_document
from infra.local.machine import LOCAL_KEYS, fixed_policies
from infra.local.yaml_policies import UnreadablePolicies, YamlPolicySource

_WITHIN_A_MOMENT = timedelta(seconds=1)


class Rules:
    """All defaults without a folder, but for a key with which pages under development may send events."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.policies = (
            Policies(YamlPolicySource(folder), lambda: LOCAL_KEYS, _WITHIN_A_MOMENT)
            if folder
            else fixed_policies(build({"storefront": storefront_document()}, LOCAL_KEYS))
        )

    def current(self) -> Policy:
        """What holds now. Raises Unavailable while nothing could be read yet."""
        return self.policies.current()

    def problems(self) -> list[str]:
        """What is wrong in the folder as it is now, one sentence each; such a document changes nothing."""
        if self.folder is None:
            return []
        try:
            written = YamlPolicySource(self.folder).read()
        except UnreadablePolicies as problem:
            return [str(problem)]
        return [problem for name, document in written.items() for problem in _problems(name, document)]

    def documents(self) -> list[str]:
        """The documents that the folder has."""
        if self.folder is None or not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if path.stem in DOCUMENTS)


def _problems(name: str, document: object) -> list[str]:
    try:
        parse(name, document)  # type: ignore[arg-type]  # a mapping: the source sees to it
    except InvalidPolicy as problem:
        return [str(problem)]
    return []
