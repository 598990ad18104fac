# SPDX-License-Identifier: Apache-2.0
import json

from monai.bundle import ConfigParser
from settings_table import CONFIGS, method_settings, settings, stage_settings


def test_every_number_at_the_top_of_a_config_is_a_setting():
    overlays = [file for file in CONFIGS.rglob("*.yaml") if file.parent.name != "presets"]
    for file in [*overlays, CONFIGS / "train.json", CONFIGS / "inference.json"]:
        content = ConfigParser.load_config_file(str(file))
        shown = {name for group in settings(str(file.relative_to(CONFIGS))) for name in group.values}
        numbers = {name for name, value in content.items() if isinstance(value, int | float) and "#" not in name}
        assert numbers <= shown, file.name


def test_presets_stand_beside_each_other_under_their_comment():
    table = stage_settings()
    assert "| setting | paper | cpu | one film | spine |" in table
    assert "| `rotate` | `30` |  |  | `25` |" in table
    assert json.loads((CONFIGS / "train.json").read_text())["_comment_augmentation_"] in table


def test_code_and_machinery_are_no_settings():
    names = {name for group in settings("train.json") for name in group.values}
    assert not names & {"imports", "bundle_root", "network", "network_def", "landmark_names", "preprocessing", "run"}


def test_methods_show_what_they_change():
    line = next(line for line in method_settings().splitlines() if line.startswith("| `recommended`"))
    assert "`ratio` `4`" in line and "`scales` `[1, 3, 4] if shots == 1 else [4, 5]`" in line


def test_what_stands_beside_a_setting_is_its_meaning():
    assert "| `ema_min` | `0.99` | weight of the past in the teacher's EMA, at least |" in stage_settings()
