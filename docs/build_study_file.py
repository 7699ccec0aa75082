"""Write the reference of the study file from its schema. `docs/build.py` calls it."""

import json
from collections.abc import Callable
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from govmodel.study.study_file import Aims, Design, Factor, Limits, Outcome, StudyFile

MADE = "<!-- Made by docs/build.py from govmodel/study/study_file.py; change the schema, not this page. -->"
INTRODUCTION = """Every key of a study file. How to write, run and read a study: [studies.md](studies.md).
Unknown keys, names that do not exist, values out of range and months that the runs do not have are refused with the
cell."""
TABLES = (
    ("", StudyFile),
    ("[design]", Design),
    ("[[factors]]", Factor),
    ("[[outcomes]]", Outcome),
    ("[calibration]", Aims),
    ("[limits]", Limits),
)
WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", Any: "anything", dict: "table"}
LIMITS = {"ge": "from {:,}", "gt": "above {:,}", "le": "to {:,}", "min_length": "at least {}"}


def study_file_page(table: Callable) -> str:
    """Write the page; `table` lays out a Markdown table."""
    lines = [MADE, "", "# The study file, key by key", "", INTRODUCTION, ""]
    for head, model in TABLES:
        lines += [f"## `{head}`" if head else "## At the top", "", f"{model.__doc__}", ""]
        rows = [
            [f"`{field.alias or name}`", kind(field.annotation), limits(field), default(field), field.description]
            for name, field in model.model_fields.items()
        ]
        lines += table(["key", "what it takes", "limits", "if left out", "meaning"], rows)
    return "\n".join(lines).rstrip() + "\n"


def kind(annotation: object) -> str:
    """Say in words what a key takes."""
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(annotation))
    if get_origin(annotation) is UnionType:
        return " or ".join(kind(part) for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is list:
        return f"list: {kind(get_args(annotation)[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    return WORDS[get_origin(annotation) or annotation]


def limits(field) -> str:
    """Say between which limits a value must lie."""
    told = [text.format(getattr(entry, key)) for entry in field.metadata
            for key, text in LIMITS.items() if hasattr(entry, key)]  # fmt: skip
    return " ".join(told)


def default(field) -> str:
    """Say what holds where a key is left out."""
    if field.default is PydanticUndefined:
        return "**needed**"
    if isinstance(field.default, BaseModel) or field.default is None:
        return ""
    return f"`{json.dumps(field.default)}`"
