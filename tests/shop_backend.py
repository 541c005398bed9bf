"""The shop's own backend, which calls storefront_api about vouchers, and a customer who follows a message's link."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from common.application.engine import Engine
from functions.storefront_api.calls import Answer, Call
from functions.storefront_api.routes import answer
from tests.builders import STORE

API_KEY = "rk_of_the_socks_shop"


class FixedSecrets:
    """Secrets by name."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = secrets

    def get(self, name: str) -> bytes:
        """Raises KeyError."""
        return self._secrets[name].encode()


class ShopBackend:
    """Calls the function's routes as HTTP does, with the store's key."""

    def __init__(self, engine: Engine, store: str = STORE) -> None:
        self.engine = replace(engine, secrets=FixedSecrets({f"api_key_{store}": f"{API_KEY}\nthe next one"}))
        self._store = store

    def ask(self, action: str, code: str, order: str | None = None, **stated: Any) -> Answer:
        """One call about a code; `show` is the GET."""
        body = {"order_id": order, **stated} if order else stated
        path = ("vouchers", code) if action == "show" else ("vouchers", code, action)
        headers = {"authorization": f"Bearer {API_KEY}", "x-recoup-store": self._store}
        method = "GET" if action == "show" else "POST"
        return answer(
            self.engine, Call(method=method, path=path, headers=headers, body=json.dumps(body).encode())
        )

    def told(self, action: str, code: str, order: str | None = None, **stated: Any) -> str:
        """`valid` or the reason why not."""
        said = self.ask(action, code, order, **stated)
        assert said.body is not None
        return "valid" if said.body["valid"] else str(said.body["reason"])

    def visit(
        self, url: str, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A browser or app at one of our own addresses."""
        path = tuple(url.partition("://")[2].split("/")[1:])
        return answer(self.engine, Call(method=method, path=path, headers=headers or {}, body=body))
