"""The secrets of a storefront under development: those of the environment, else one that everybody may know."""

from common.adapters.environment_secrets import EnvironmentSecrets

WEBHOOK_SECRET = "recoup-dev"  # noqa: S105 - of an engine that only this machine can reach
PUBLISHABLE_KEY = "pk_recoup_dev"
STORE = "my-shop"
"""Takes events with that key from the pages of any usual development server, until a policy folder says otherwise."""
PORTS = (3000, 4200, 5000, 5173, 8000, 8080, 9000)


class DevSecrets:
    """Every webhook's secret and every API key is `recoup-dev`, unless the environment says otherwise, such as
    RECOUP_SECRET_WEBHOOK_<SOURCE>_<STORE> or RECOUP_SECRET_API_KEY_<STORE>.
    """

    def __init__(self) -> None:
        self._environment = EnvironmentSecrets()

    def get(self, name: str) -> bytes:
        """The secret's bytes. Raises KeyError for what is neither a webhook's nor an API key."""
        try:
            return self._environment.get(name)
        except KeyError:
            if not name.startswith(("webhook_", "api_key_")):
                raise
            return WEBHOOK_SECRET.encode()


def storefront_document() -> dict[str, object]:
    """The policy document `storefront` of an engine without a policy folder."""
    origins = [f"http://{host}:{port}" for host in ("localhost", "127.0.0.1") for port in PORTS]
    return {"stores": {STORE: {"publishable_keys": [PUBLISHABLE_KEY], "allowed_origins": origins}}}
