"""Read TOML files into checked models: every fault at once, each with its place and a remedy."""

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
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError([Fault(str(path), reason, "check the path and permissions")]) from error
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not UTF-8"
        raise ConfigError([Fault(str(path), problem, "save the file as UTF-8")]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            [Fault(str(path), f"not TOML: {error}", "see https://toml.io")]
        ) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ConfigError(
            _fault(path, model, dict(detail)) for detail in error.errors(include_url=False)
        ) from error


def nearest(name: str, known: list[str], what: str) -> str:
    """Give a remedy that names the nearest known word, or else all that there are."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
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
        case _:
            return Fault(place, str(detail["msg"]).lower(), "see docs/configuration.md")


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
