"""Who may call the task functions on one machine: whoever holds the machine's own token."""

from hmac import compare_digest

from itsdangerous import Signer


class LocalIdentity:
    """The local timer signs its requests with the machine's key, as Cloud Tasks signs with a service account's."""

    def __init__(self, key: bytes) -> None:
        self.authorization = f"Bearer {Signer(key, salt='recoup-local-timer').sign('timer').decode()}"

    def verify(self, authorization: str | None) -> bool:
        """Whether the header is the one that this machine signed."""
        return authorization is not None and compare_digest(
            authorization.encode(), self.authorization.encode()
        )
