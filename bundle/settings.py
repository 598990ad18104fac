# SPDX-License-Identifier: Apache-2.0
"""The settings of the workflows: each is of a declared type, whoever gives it, and a name that nothing reads is told.

MONAI's command line is Fire's, which makes a number of a folder `20240501`, a tuple of `a,b` and a word of `true`, and
MONAI takes any name. `settings.schema.json` declares the settings by JSON schema; every workflow checks them first.
"""

from __future__ import annotations

import difflib
import json
import math
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from os import PathLike, fspath
from typing import Any

import torch
from fire.parser import DefaultParseValue

from bundle.config_record import calling_parser
from bundle.errors import ConfigurationError, bundle_error

EXPRESSION = ("$", "@")
READ_BY_MONAI = {"run", "initialize", "finalize", "tracking_uri", "experiment_name", "run_name", "save_execute_config"}
REMEDIES = {
    "boolean": "give true or false",
    "integer": "give a whole number",
    "number": "give a number",
    "string": "give a word",
    "array": "give a list such as [1,2]",
    "object": "give what docs/ shows",
    "size": "give a multiple of 32, or [width, height] of two",
    "path": "give a path; one that begins with @, $ or % as ./NAME",
}


def check_settings() -> None:
    """Check every setting of the configuration and give it its declared type; the first call of `initialize`.

    Raises:
        ConfigurationError: naming the setting, its value and what to give.
    """
    parser = calling_parser()
    config = parser.get()
    for name, value in declared(config, sys.argv[1:]).items():
        parser[name] = value
    # MONAI keeps what it has resolved, also of the settings before
    parser.parse(reset=True)
    for name, schema in _schemas(config).items():
        if _is_expression(config.get(name)):
            _require(name, _worked_out(parser, name, schema), schema)


def declared(config: Mapping[str, Any], words: list[str]) -> dict[str, Any]:
    """The settings of a configuration that are stated, each as its declared type; expressions are left for later.

    Args:
        config: a parser's, with every override.
        words: of the command line, which tell how a path was typed.

    Raises:
        ConfigurationError: a setting is of another type, out of its range, of the weights' card, or read by nothing.
    """
    _require_read(config)
    stated = {}
    for name, schema in _schemas(config).items():
        if name in config and not _is_expression(config[name]):
            stated[name] = _typed(name, config[name], schema, words)
            _require(name, stated[name], schema)
    return stated


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(files("bundle").joinpath("settings.schema.json").read_text(encoding="utf-8"))
    return document


def _schemas(config: Mapping[str, Any]) -> dict[str, Any]:
    document = _document()
    groups = ("train", "training_overlays") if "train" in config else ("inference",)
    return {**document["shared"], **{name: schema for group in groups for name, schema in document[group].items()}}


def _require_read(config: Mapping[str, Any]) -> None:
    """Refuse a name that no part of the configuration refers to: a setting that was misspelt would do nothing."""
    # one line of settings serves every training of a comparison, whichever of them reads it
    training = "train" in config
    known = {*_schemas(config)} if training else {*_document()["shared"]}
    read = {name for text in _texts(config) for name in re.findall(r"@(\w+)", text)} | READ_BY_MONAI
    for name, value in config.items():
        if not training and name in _document()["of_the_card"] and not _is_expression(value):
            raise ConfigurationError(f"--{name}: is what the weights' card says; leave it out")
        stated = not isinstance(value, (dict, list)) and not _is_expression(value)
        if name in known or name in read or name.startswith("_") or not stated:
            continue
        close = difflib.get_close_matches(name, [*_schemas(config), *(read & set(config))], 1)
        meant = f"did you mean --{close[0]}?" if close else "leave it out, or correct the name"
        raise ConfigurationError(f"--{name}: is no setting that anything here reads; {meant}")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(EXPRESSION)


def _typed(name: str, value: Any, schema: Mapping[str, Any], words: list[str]) -> Any:
    """The value in the type that its schema asks for, where it is that value in another guise."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if schema.get("format") == "device":
        return value if isinstance(value, torch.device) else _device(name, value)
    if schema.get("format") == "path":
        return _path(name, value, words)
    if "boolean" in kinds and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if "null" in kinds and isinstance(value, str) and value.lower() in ("none", "null"):
        return None
    if "integer" in kinds and isinstance(value, float) and value.is_integer():
        return int(value)
    return list(value) if isinstance(value, tuple) else value


def _device(name: str, value: Any) -> str:
    """An expression of the device that a word names: the workflows hand a `torch.device` on."""
    try:
        device = torch.device(value)
    except (RuntimeError, TypeError, ValueError):
        raise ConfigurationError(f"--{name}: there is no device {value!r}; give cpu, cuda or cuda:1") from None
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise ConfigurationError(f"--{name}: PyTorch sees no GPU {device}; give cpu, or leave it out")
    return f"$torch.device('{device}')"


def _path(name: str, value: Any, words: list[str]) -> Any:
    """A path as it was typed: Fire makes numbers, tuples and names cut at # of some, and MONAI reads # its own way."""
    if isinstance(value, PathLike):
        value = fspath(value)
    for word, typed in _options(words):
        parsed = DefaultParseValue(typed)
        as_given = value == (_as_monai_has_it(name, parsed) if isinstance(parsed, str) else parsed)
        if word == name and as_given and parsed is not None and not typed.startswith(("'", '"')):
            value = typed
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and "#" in value:
        return "$" + repr(value).replace("#", r"\x23").replace("@", r"\x40")  # the only form that MONAI leaves alone
    return value


def _as_monai_has_it(name: str, word: str) -> str:
    """A word once MONAI has read it: # is written ::, and @# stands for the level that the setting is on."""
    from monai.bundle import ConfigParser

    return ConfigParser.resolve_relative_ids(name, word)


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    """Names and values of `--name value` and `--name=value`."""
    for word, following in zip_longest(words, words[1:], fillvalue=""):
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            yield name.replace("-", "_"), value if equals else following


def _worked_out(parser: Any, name: str, schema: Mapping[str, Any]) -> Any:
    value = parser[name]
    try:
        return parser.get_parsed_content(name)
    except Exception as error:  # whatever the expression raises
        if bundle_error(error) is not None:
            raise
        remedy = REMEDIES["path"] if schema.get("format") == "path" else "correct it, or the settings that it names"
        cause = error.__cause__ or error
        raise ConfigurationError(
            f"--{name}: {value!r} is an expression for MONAI and cannot be worked out ({type(cause).__name__}: "
            f"{str(cause).splitlines()[0]}); {remedy}"
        ) from error


def _require(name: str, value: Any, schema: Mapping[str, Any]) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    if schema.get("format") == "device":
        return
    numbers = value if isinstance(value, list) else [value]
    if any(isinstance(number, float) and not math.isfinite(number) for number in numbers):
        raise ConfigurationError(f"--{name}: {value!r} is no finite number; {REMEDIES['number']}")
    if value == "" and schema.get("format") == "path":
        raise ConfigurationError(f"--{name}: is empty; {REMEDIES['path']}")
    fault = best_match(Draft202012Validator(schema).iter_errors(value))
    if fault is not None:
        raise ConfigurationError(f"--{name}: {fault.message}; {_remedy(schema)}")


def _remedy(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", [])
    if "enum" in schema:
        return f"give {' or '.join(schema['enum'])}"
    return REMEDIES.get(schema.get("format", "")) or REMEDIES[kinds if isinstance(kinds, str) else kinds[0]]
