"""Plain Python values as Firestore's `Value` messages, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_ESCAPE = "\\"


def fill_fields(target: Any, fields: Mapping[str, Any]) -> None:
    """Write `fields` into a protobuf map of Values."""
    for name, value in fields.items():
        fill_value(target[_escaped(name)], value)


def fill_value(target: Any, value: Any) -> None:
    """Write str, int, bool, float, None, aware datetime, list or dict into an empty protobuf Value."""
    match value:
        case None:
            target.null_value = 0
        case str():
            target.string_value = value
        case bool():
            target.boolean_value = value
        case int():
            target.integer_value = value
        case datetime():
            fill_moment(target.timestamp_value, value)
        case float():
            target.double_value = value
        case list():
            target.array_value.SetInParent()
            for item in value:
                fill_value(target.array_value.values.add(), item)
        case dict():
            target.map_value.SetInParent()
            fill_fields(target.map_value.fields, value)
        case _:
            raise TypeError(f"Firestore documents hold no {type(value).__name__}")


def fill_moment(target: Any, moment: datetime) -> None:
    """Write an aware datetime into a protobuf Timestamp, to the microsecond."""
    target.seconds, rest = divmod(moment - _EPOCH, _SECOND)
    target.nanos = rest.microseconds * 1000


def fields_of(source: Mapping[str, Any]) -> dict[str, Any]:
    """A protobuf map of Values in plain values."""
    return {name.removeprefix(_ESCAPE): value_of(value) for name, value in source.items()}


def value_of(source: Any) -> Any:
    """A protobuf Value in plain values; moments are aware UTC. Kinds unknown to `fill_value` are left."""
    kind = source.WhichOneof("value_type")
    match kind:
        case None | "null_value":
            return None
        case "map_value":
            return fields_of(source.map_value.fields)
        case "array_value":
            return [value_of(item) for item in source.array_value.values]
        case "timestamp_value":
            moment = source.timestamp_value
            return _EPOCH + timedelta(seconds=moment.seconds, microseconds=moment.nanos // 1000)
        case _:
            return getattr(source, kind)


def _escaped(name: str) -> str:
    """Firestore refuses the empty name and `__any__`; a stranger's message attributes may have either."""
    reserved = not name or name.startswith(_ESCAPE) or (name.startswith("__") and name.endswith("__"))
    return _ESCAPE + name if reserved else name
