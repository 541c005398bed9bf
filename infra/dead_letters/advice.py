"""What a person can do about a refused message."""

from common.domain.refused import IntakeFailure

_ATTRIBUTES = (
    "The attributes of a stored message stay as they are. Have the publisher set them as said above and publish it "
    "again, then drop it here:\n{drop}\nIf a newer Recoup knows the platform, update and replay:\n{replay}"
)
_BY_REASON = {
    "not_understood": "This is a mistake of Recoup's, not of the shop's. Report it, update, then replay:\n{replay}",
    "delivery_failed": (
        "Nothing is wrong with the message. See that the engine is well (recoup doctor), then replay:\n{replay}"
    ),
    "id_reused": (
        "Two different events came under one id, and the first one counts. If this one matters, have the shop "
        "publish it again under an id of its own. Then drop it here:\n{drop}"
    ),
    "source_unknown": _ATTRIBUTES,
    "store_missing": _ATTRIBUTES,
    "occurred_at_in_future": (
        "Have the sender's clock put right. Once the time that it states has come, the message can be "
        "replayed:\n{replay}"
    ),
}
_USUAL = (
    "Have the shop send it as said above and publish it again, then drop it here:\n{drop}\n"
    "If it is right and the engine should take it, update or mend the engine and replay:\n{replay}"
)


def advice(failure: IntakeFailure) -> str:
    """A paragraph with the commands to copy."""
    commands = {name: f"  recoup dead-letters {name} {failure.id}" for name in ("replay", "drop")}
    return _BY_REASON.get(failure.reason, _USUAL).format(**commands)
