"""The JSON Schema of answers files, for editors and other programs."""

from __future__ import annotations

from typing import Any

from autoinstall.answers.answer import ErrorReply
from autoinstall.answers.book import DIALOG_KINDS
from autoinstall.answers.fields import SECRET_SCHEMA, TEXT_SCHEMA, Schema
from autoinstall.answers.sections import Sections

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEFAULT_SCHEMA: Schema = {
    "type": "object",
    "properties": {"default": {"enum": [True, "true"]}},
    "required": ["default"],
    "additionalProperties": False,
}
_NOTHING: Schema = {"type": "null"}
_TEMPLATE: Schema = {"type": "string", "pattern": r"\{[{%]"}


def answers_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of an answers file of version 1, with a description of each section."""
    schema: dict[str, Any] = _loosened(Sections.model_json_schema(by_alias=True))
    schema["$schema"] = _DIALECT
    schema["title"] = "Answers file of autoinstall, version 1"
    schema["description"] = "What autoinstall installs, and how it answers the installer's dialogs."
    definitions = schema.setdefault("$defs", {})
    definitions["Answer"] = _answer_schema()
    schema["properties"].update(
        {
            "questions": _or_nothing({"type": "object", "additionalProperties": {"$ref": "#/$defs/Answer"}}),
            "dialogs": _or_nothing({"type": "array", "items": _rule_schema()}),
            "errors": _or_nothing({"type": "object", "additionalProperties": _policy_schema()}),
        }
    )
    return schema


def _answer_schema() -> Schema:
    text: Schema = {"type": [*TEXT_SCHEMA["type"], "null"]}
    several: Schema = {"type": "array", "items": text}
    return {"anyOf": [text, several, SECRET_SCHEMA, _DEFAULT_SCHEMA]}


def _rule_schema() -> Schema:
    regex = {
        "type": "object",
        "properties": {"regex": TEXT_SCHEMA},
        "required": ["regex"],
        "additionalProperties": False,
    }
    pattern: Schema = {"anyOf": [TEXT_SCHEMA, regex]}
    parts: Schema = {
        "title": pattern,
        "prompt": pattern,
        "text": pattern,
        "kind": {"enum": list(DIALOG_KINDS)},
    }
    match: Schema = {"type": "object", "properties": parts, "additionalProperties": False, "minProperties": 1}
    return {
        "type": "object",
        "properties": {"match": match, "reply": {"$ref": "#/$defs/Answer"}},
        "required": ["match", "reply"],
        "additionalProperties": False,
    }


def _policy_schema() -> Schema:
    reply: Schema = {"enum": [str(word) for word in ErrorReply]}
    limit: Schema = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 999}, {"type": "string"}]}
    by_map = {
        "type": "object",
        "properties": {"reply": reply, "limit": limit},
        "additionalProperties": False,
    }
    return {"anyOf": [reply, by_map]}


def _or_nothing(schema: Schema) -> Schema:
    return {"anyOf": [schema, _NOTHING]}


def _loosened(schema: Any) -> Any:
    """Lets every value also be a template, and be absent where its key may be."""
    if isinstance(schema, list):
        return [_loosened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    loosened = {key: _loosened(part) for key, part in schema.items()}
    required = schema.get("required", [])
    if isinstance(schema.get("properties"), dict):
        loosened["properties"] = {
            key: _property(part, is_required=key in required) for key, part in loosened["properties"].items()
        }
    return loosened


def _property(schema: Schema, *, is_required: bool) -> Schema:
    about = {key: schema[key] for key in ("title", "description", "default") if schema.get(key)}
    value = {key: part for key, part in schema.items() if key not in ("title", "description", "default")}
    return {"anyOf": [value, _TEMPLATE, *([] if is_required else [_NOTHING])], **about}
