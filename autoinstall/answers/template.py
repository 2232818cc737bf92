"""The templates in an answers file's values: what they may name, and their rendering."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autoinstall import process
from autoinstall.answers.concealment import conceals
from autoinstall.answers.document import Items, Keys, Node, Text
from autoinstall.answers.host_mirror import HostMirror, host_mirror
from autoinstall.answers.problem import ProblemList

MAX_BYTES = 64 << 10
MAX_SECONDS = 1
_MAX_OVERRUNS = 3
_WORKER = Path(__file__).with_name("template_worker.py")
_MARKS = ("{{", "{%", "{#")
_RAW_HINT = "to write {{, {% or {# as they are, put them between {% raw %} and {% endraw %}"
_NO_MIRROR = "no Debian source over http stands in this host's apt sources: name the mirror"
_MIRROR_HINT = "write the mirror's address in place of {{ host.apt_mirror }}"


@dataclass(frozen=True, slots=True)
class TemplateContext:
    """What templates may name besides `build.name`, which stands in the file itself.

    `environment` may hold secrets: they are left out. `apt_folder` is where `host.apt_mirror` is looked up.
    """

    build_id: str
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    apt_folder: Path = Path("/etc/apt")

    def visible_environment(self) -> dict[str, str]:
        """The environment without secrets, and without what is no text."""
        return {
            name: value
            for name, value in self.environment.items()
            if not name.startswith(process.SECRET_PREFIX)
            and name != "CREDENTIALS_DIRECTORY"
            and _is_text(name + value)
        }


def render(root: Keys, context: TemplateContext, problems: ProblemList) -> Keys:
    """The document with its values' templates rendered; keys, secrets and passwords are none.

    The file's `name` is rendered first, because `build.name` is that name.
    """
    name_only = (node for node in _templates(root) if node.path == ("name",))
    root = _rendered(root, list(name_only), context, None, problems)
    name = root.get("name")
    known = str(name) if isinstance(name, Text) else None
    others = [node for node in _templates(root) if node.path != ("name",)]
    return _rendered(root, others, context, known, problems)


def replaced(node: Node, change: Callable[[Text], Text]) -> Node:
    """The same document with each text changed."""
    if isinstance(node, Text):
        return change(node)
    if isinstance(node, Items):
        return Items((replaced(item, change) for item in node), node.place, node.path)
    return replaced_keys(node, change)


def replaced_keys(node: Keys, change: Callable[[Text], Text]) -> Keys:
    """The same map with each text changed."""
    entries = ((key, replaced(value, change)) for key, value in node.items())
    return Keys(entries, node.place, node.path, node.key_places)


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _templates(node: Node) -> Iterator[Text]:
    if isinstance(node, Text):
        if any(mark in node for mark in _MARKS) and not conceals(node.path):
            yield node
    elif isinstance(node, Items):
        for item in node:
            yield from _templates(item)
    elif set(node) != {"secret"}:
        for value in node.values():
            yield from _templates(value)


def _rendered(
    root: Keys, templates: list[Text], context: TemplateContext, name: str | None, problems: ProblemList
) -> Keys:
    if not templates:
        return root
    names = _names(context, name)
    results = _results([str(template) for template in templates], names)
    texts: dict[tuple[str, ...], str] = {}
    for template, result in zip(templates, results, strict=True):
        if "text" in result:
            texts[template.path] = str(result["text"])
        elif "no_mirror" in result:
            problems.add(template.place, template.path, _NO_MIRROR, _MIRROR_HINT)
        else:
            why = f"the template cannot be rendered: {result['error']}"
            problems.add(template.place, template.path, why, _RAW_HINT)

    def put_in(text: Text) -> Text:
        return Text(texts[text.path], text.place, text.path) if text.path in texts else text

    return replaced_keys(root, put_in)


def _names(context: TemplateContext, name: str | None) -> dict[str, dict[str, str] | None]:
    build = {"id": context.build_id} if name is None else {"id": context.build_id, "name": name}
    mirror: HostMirror | None = host_mirror(context.apt_folder)
    return {
        "build": build,
        "env": context.visible_environment(),
        "host": mirror.names() if mirror else None,
    }


def _results(templates: Sequence[str], names: Mapping[str, object]) -> list[dict[str, object]]:
    """One result a template: `text`, `error` or `no_mirror`; a template that ends the worker is given up."""
    results: list[dict[str, object]] = []
    overruns = 0
    while len(results) < len(templates):
        if overruns == _MAX_OVERRUNS:
            results.append({"error": "not tried, because others took too long"})
            continue
        done = _run_worker(templates[len(results) :], names)
        results.extend(json.loads(line) for line in done.stdout.splitlines())
        if len(results) < len(templates):
            overruns += 1
            results.append({"error": _why_ended(done.status)})
    return results


def _why_ended(status: int) -> str:
    return f"it takes longer than {MAX_SECONDS} s" if status < 0 else "it breaks the program that renders it"


def _run_worker(templates: Sequence[str], names: Mapping[str, object]) -> process.Completed:
    request = {
        "names": names,
        "templates": list(templates),
        "seconds": MAX_SECONDS,
        "bytes": MAX_BYTES,
    }
    # -P: the worker's own folder holds modules whose names are those of the standard library.
    argv = [sys.executable, "-P", str(_WORKER)]
    return process.run(argv, stdin=json.dumps(request).encode(), timeout=600)
