"""The Secrets of one machine, from environment variables."""

import os
from collections.abc import Mapping

PREFIX = "RECOUP_SECRET_"


class EnvironmentSecrets:
    """Secret `voucher_key` is in RECOUP_SECRET_VOUCHER_KEY; no `environment` means the process's own."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = environment

    def get(self, name: str) -> bytes:
        """The variable's text as UTF-8. Raises KeyError with the variable's name if it is unset or empty."""
        variable = PREFIX + name.upper()
        environment = os.environ if self._environment is None else self._environment
        text = environment.get(variable)
        if not text:
            raise KeyError(variable)
        return text.encode()
