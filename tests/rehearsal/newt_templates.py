"""Forms that show every kind of dialog, and the debconf templates that make the real frontend show the same."""

from __future__ import annotations

from autoinstall.rehearsal.newt import Form, FormType

TITLE = "Configure the keyboard"

_SHORT = "Please choose one of these."
_LONG = "\n.\n".join(
    f"This is paragraph {number} of a text that is too long for one window, and wraps over several of its lines."
    for number in range(1, 9)
)
_LAYOUTS = (
    *("Afghani", "Albanian", "Amharic", "Arabic", "Armenian", "Belgian", "Bosnian", "Braille", "Bulgarian"),
    *("Burmese", "Chinese", "Croatian", "Czech", "Danish", "Dutch", "Dzongkha", "Esperanto", "Estonian"),
    *("Faroese", "Filipino", "Finnish", "French", "Ukrainian"),
)
_PARTITIONS = (
    "IDE1 master (hda)\t \t85.9 GB\tMAXTOR",
    "#1\tprimary\t1.0 GB\text4",
    "#5\tlogical\t512 MB\tswap",
    "Undo changes to partitions",
)


def _form(kind: str, **fields: object) -> Form:
    given: dict[str, object] = {
        "type": FormType(kind),
        "title": f"[!] {TITLE}",
        "description": "Keyboard layout:",
        "extended": _SHORT,
        "backup": True,
    }
    return Form(**{**given, **fields})  # type: ignore[arg-type]


FORMS = {
    "select": _form("select", choices=("Albanian", "Belgian", "Braille", "Zeta"), default="Belgian"),
    "select-scrolls": _form("select", choices=_LAYOUTS, default="Danish", backup=False),
    "select-aligned": _form("select", choices=_PARTITIONS, align=True),
    "select-accents": _form(
        "select", choices=("Brazil", "Côte d'Ivoire", "Türkiye", "Åland Islands", "Zambia")
    ),
    "select-behind-text": _form("select", choices=_LAYOUTS, default="French", extended=_LONG),
    "multiselect": _form(
        "multiselect", choices=("Print server", "SSH server", "Web server"), default=("SSH server",)
    ),
    "multiselect-scrolls": _form("multiselect", choices=_LAYOUTS, default=("Czech", "Dutch")),
    "multiselect-behind-text": _form("multiselect", choices=_LAYOUTS, extended=_LONG, backup=False),
    "string": _form("string", default="debian"),
    "string-long": _form(
        "string", default="a nnnnnn oooooo nnnnnnn text that is much longer than the line it stands in"
    ),
    "string-scrolls": _form("string", default="/dev/xvda", extended=_LONG),
    "string-empty": _form("string", extended="", backup=False),
    "password": _form("password"),
    "boolean": _form("boolean", default="false"),
    "boolean-bare": _form("boolean", default="true", backup=False),
    "boolean-scrolls": _form("boolean", default="false", extended=_LONG),
    "note": _form("note"),
    "note-scrolls": _form("note", extended=_LONG),
    "error": _form("error", backup=False),
}


def template(form: Form) -> str:
    """The templates of the title and of the form itself, `t/title` and `t/question`."""
    lines = ["Template: t/title", "Type: title", f"Description: {TITLE}", ""]
    lines += ["Template: t/question", f"Type: {form.type.value}"]
    if form.choices:
        lines.append("Choices: " + _listed(form.choices))
    if form.default:
        default = form.default if isinstance(form.default, str) else _listed(form.default)
        lines.append(f"Default: {default}")
    lines.append(f"Description: {form.description}")
    lines += [f" {line}" for line in form.extended.split("\n") if line]
    return "\n".join(lines) + "\n"


def _listed(items: tuple[str, ...]) -> str:
    return ", ".join(item.replace(",", "\\,").replace("\t", "${!TAB}") for item in items)
