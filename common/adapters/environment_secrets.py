"""The Secrets of one machine, from environment variables."""

from collections.abc import Mapping


class EnvironmentSecrets:
    """`environment` is the process's own, handed in; `variables` maps each secret's name to its variable."""

    def __init__(self, environment: Mapping[str, str], variables: Mapping[str, str]) -> None:
        self._environment = environment
        self._variables = dict(variables)

    def get(self, name: str) -> bytes:
        """The variable's text as UTF-8. Raises KeyError if it is unset or empty, or if the secret has none."""
        text = self._environment[self._variables[name]]
        if not text:
            raise KeyError(self._variables[name])
        return text.encode()
