"""Read TOML files into checked models: every fault at once, each with its place and a remedy."""

import contextlib
import copy
import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from wirewatch.errors import ConfigError, Fault


class Table(BaseModel):
    """A TOML table: no key but those it names, and nothing changes once read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True
    )


Model = TypeVar("Model", bound=Table)


def read_table(path: Path, model: type[Model]) -> Model:
    """Read one file into `model`.

    Raises ConfigError with every fault of the file: unreadable, no TOML (with line and column),
    unknown keys (with the nearest known one), wrong or missing values (with the key's path).
    """
    table, faults = read_partly(path, model)
    if faults or table is None:
        raise ConfigError(faults)
    return table


def read_partly(path: Path, model: type[Model]) -> tuple[Model | None, list[Fault]]:
    """Read one file as far as it goes: the table without its faulty keys, and the faults.

    So that faults of other kinds can be told in the same go. None when too little is left.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return None, [Fault(str(path), reason, "check the path and permissions")]
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8"
        return None, [Fault(str(path), problem, "save the file as UTF-8")]
    except tomllib.TOMLDecodeError as error:
        return None, [Fault(str(path), f"not TOML: {error}", "see https://toml.io")]
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        details = [dict(detail) for detail in error.errors(include_url=False)]
    told = [detail for detail in details if not _follows(detail, details)]
    faults = [_fault(path, model, detail) for detail in told]
    try:
        return model.model_validate(_without(data, details)), faults
    except ValidationError:
        return None, faults


def _follows(detail: dict[str, Any], details: list[dict[str, Any]]) -> bool:
    """Tell whether a list is called too short only because what is in it is at fault."""
    keys = detail["loc"]
    return detail["type"] == "too_short" and any(
        other["loc"][: len(keys)] == keys for other in details if other is not detail
    )


def _without(data: dict[str, Any], details: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the data without the keys that are at fault, as far as they can be left out."""
    data = copy.deepcopy(data)
    for detail in details:
        *path, last = detail["loc"]
        holder: Any = data
        with contextlib.suppress(KeyError, IndexError, TypeError):
            for key in path:
                holder = holder[key]
            if isinstance(holder, dict):
                holder.pop(last, None)
    return data


def nearest(name: str, known: list[str], what: str) -> str:
    """Give a remedy that names the nearest known word, or else all that there are."""
    by_case = {word.casefold(): word for word in known}
    close = difflib.get_close_matches(name.casefold(), by_case, n=1, cutoff=0.5)
    if close:
        return f"did you mean {by_case[close[0]]!r}?"
    return f"known {what}: {', '.join(sorted(known)[:20])}" if known else f"there are no {what}"


def _fault(path: Path, model: type[BaseModel], detail: dict[str, Any]) -> Fault:
    """Turn one of pydantic's errors into a fault that a person can mend."""
    keys: tuple[str | int, ...] = detail["loc"]
    place = f"{path}: {_key_path(keys)}" if keys else str(path)
    match detail["type"]:
        case "extra_forbidden":
            known = list(_model_at(model, keys[:-1]).model_fields)
            return Fault(place, "unknown key", nearest(str(keys[-1]), known, "keys"))
        case "missing":
            return Fault(place, "this key is needed", "add it")
        case "enum":
            return Fault(place, f"must be one of {detail['ctx']['expected']}", "choose one")
        case "value_error":
            problem, _, remedy = str(detail["ctx"]["error"]).partition(" | ")
            return Fault(place, problem, remedy)
        case "tuple_type":
            return Fault(place, "must be a list", f"write [[{keys[-1]}]] for a table, or [ … ]")
        case _:
            message = str(detail["msg"])
            return Fault(place, message[0].lower() + message[1:], "see docs/configuration.md")


def _key_path(keys: tuple[str | int, ...]) -> str:
    """Write a key's path as people count: `inbox[2].path` is the second inbox's path."""
    parts: list[str] = []
    for key in keys:
        if isinstance(key, int):
            parts[-1] += f"[{key + 1}]"
        else:
            parts.append(str(key))
    return ".".join(parts)


def _model_at(model: type[BaseModel], keys: tuple[str | int, ...]) -> type[BaseModel]:
    """Find the model that describes the table at a key's path."""
    for key in keys:
        if isinstance(key, int):
            continue
        field = _field(model, str(key))
        if field is None:
            break
        model = field
    return model


def _field(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """Give the model of one key's value, looked for by name or alias."""
    for name, info in model.model_fields.items():
        if key in {name, info.alias}:
            return _first_model(info.annotation)
    return None


def _first_model(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - a type of any form
    """Find the model inside an annotation such as `tuple[Inbox, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _first_model(inner)
        if found is not None:
            return found
    return None
