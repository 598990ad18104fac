# SPDX-License-Identifier: Apache-2.0
"""What the schema of MONAI's metadata asks for; MONAI downloads it, which a test must not."""

TENSOR = {
    "type": "object",
    "properties": {
        **{key: {"type": "string"} for key in ("type", "format", "dtype")},
        "num_channels": {"type": "integer"},
        "spatial_shape": {"type": "array", "items": {"type": ["string", "integer"]}},
        "value_range": {"type": "array", "items": {"type": "number"}},
        "is_patch_data": {"type": "boolean"},
        "channel_def": {"type": "object"},
    },
    "required": ["type", "format", "num_channels", "spatial_shape", "dtype", "value_range"],
}
PACKAGES = ("changelog", "required_packages_version", "supported_apps", "eval_metrics")
TEXTS = ("schema", "version", "monai_version", "pytorch_version", "numpy_version", "task", "description", "authors")
MORE_TEXTS = ("data_source", "data_type", "image_classes", "label_classes", "pred_classes", "intended_use")
SCHEMA = {
    "type": "object",
    "properties": {
        **{key: {"type": "string"} for key in (*TEXTS, "copyright", *MORE_TEXTS)},
        **{key: {"type": "object"} for key in PACKAGES},
        "references": {"type": "array", "items": {"type": "string"}},
        "network_data_format": {
            "properties": {key: {"additionalProperties": TENSOR} for key in ("inputs", "outputs")},
            "required": ["inputs", "outputs"],
        },
    },
    "required": [*TEXTS, "copyright", "required_packages_version", "network_data_format"],
}
