# SPDX-License-Identifier: Apache-2.0
"""A configuration as it is recorded and compared: setting by setting, with every override."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from monai.bundle import ConfigParser

from bundle.errors import ConfigurationError


def calling_parser() -> ConfigParser:
    """The parser that evaluates the calling expression of a config: MONAI hands it to no expression.

    Raises:
        ConfigurationError: no config called.
    """
    frame = inspect.currentframe()
    while frame is not None:
        caller = frame.f_locals.get("self")
        if isinstance(caller, ConfigParser):
            return caller
        frame = frame.f_back
    raise ConfigurationError("this is called from a bundle config alone, as in configs/train.json")


def recorded(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration in plain values, as JSON keeps it."""
    plain: dict[str, Any] = json.loads(json.dumps(config, default=str))
    return plain


def flat(config: Mapping[str, Any], without: Collection[str]) -> dict[str, Any]:
    """Every setting of a recorded configuration by its path, such as train#optimizer#lr.

    Args:
        config: as `recorded` returns it.
        without: names at its top that are left out, as comments are.
    """
    settings: dict[str, Any] = {}
    for name, value in config.items():
        if name not in without:
            _add(settings, name, value)
    return settings


def first_difference(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """The first setting of two `flat` configurations that differs, one at the top before others: name, then, now.

    The number of labelled films comes before all, since others depend on it.
    """
    for name in sorted({*then, *now}, key=lambda name: (name != "shots", name.count("#"), name)):
        if then.get(name) != now.get(name):
            return name, _value(then, name), _value(now, name)
    return None


def _value(settings: Mapping[str, Any], name: str) -> str:
    if name in settings:
        return f"{settings[name]}"
    of_list = [value for part, value in settings.items() if re.fullmatch(rf"{re.escape(name)}#\d+", part)]
    return f"{of_list}" if of_list else "not set"


def _add(settings: dict[str, Any], name: str, value: Any) -> None:
    if name.rpartition("#")[2].startswith("_comment"):
        return
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if parts is None:
        settings[name] = value
        return
    for key, part in parts:
        _add(settings, f"{name}#{key}", part)
