# SPDX-License-Identifier: Apache-2.0
import json

from settings_table import CONFIGS, method_settings, settings, stage_settings


def test_every_number_at_the_top_of_a_config_is_a_setting():
    for file in CONFIGS.rglob("*.json"):
        content = json.loads(file.read_text())
        if file.name == "metadata.json":
            continue
        shown = {name for _, group in settings(str(file.relative_to(CONFIGS))) for name in group}
        numbers = {name for name, value in content.items() if isinstance(value, int | float) and "#" not in name}
        assert numbers <= shown, file.name


def test_presets_stand_beside_each_other_under_their_comment():
    table = stage_settings()
    assert "| setting | paper | cpu | one film | spine |" in table
    assert "| `rotate` | `30` |  |  | `10` |" in table
    assert json.loads((CONFIGS / "train.json").read_text())["_comment_augmentation_"] in table


def test_code_and_machinery_are_no_settings():
    names = {name for _, group in settings("train.json") for name in group}
    assert not names & {"imports", "bundle_root", "network", "network_def", "landmark_names", "preprocessing", "run"}


def test_methods_show_what_they_change():
    line = next(line for line in method_settings().splitlines() if line.startswith("| `recommended`"))
    assert "`ratio` `4`" in line and "`scales` `[1, 3, 4] if shots == 1 else [4, 5]`" in line
