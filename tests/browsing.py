"""What a browser does with a form: GET the page, fill in what a person can see, send what a browser would send.

    send(client, "/tickets/BISC-1/", "Versturen", body="Een antwoord", patron_data=True)

All that stands in the form goes along with its own values, by its action and its enctype: files only when it is
multipart, an unchecked box not at all. What is hidden, not there or not among the choices, nobody can fill in.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

URLENCODED = "application/x-www-form-urlencoded"
FILLED = {"text", "email", "password", "date", "number", "search", "tel", "url", "time", "textarea"}


@dataclass
class Control:
    """One name in a form: its kind, what it offers (radio, boxes, select), and what it holds."""

    kind: str
    offers: list[str] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)


@dataclass
class Form:
    """One form of a page."""

    action: str
    method: str
    enctype: str
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str | None, str]] = field(default_factory=list)  # text, name, value

    def fill(self, name: str, value: Any) -> None:
        """Do what a person does: write, choose, check. Fails for what a person cannot do."""
        assert name in self.controls, f"the form has no field {name}: {', '.join(self.controls)}"
        control = self.controls[name]
        if control.kind == "file":
            control.holds = value if isinstance(value, list) else [value]
        elif control.kind in {"checkbox", "radio", "select", "select several"}:
            chosen = value if isinstance(value, list) else [value]
            chosen = control.offers[:1] if value is True else [] if value is False else chosen
            assert set(chosen) <= set(control.offers), f"{name} offers {control.offers}"
            assert len(chosen) == 1 or control.kind in {"checkbox", "select several"}, f"{name} takes one"
            control.holds = chosen
        else:
            assert control.kind in FILLED, f"nobody can fill in {name}, which is {control.kind}"
            control.holds = [value]

    def sends(self, button: str) -> list[tuple[str, Any]]:
        """Return the pairs that go along when that button is pressed."""
        pairs: list[tuple[str, Any]] = []
        for name, control in self.controls.items():
            if control.kind == "file" and self.enctype != "multipart/form-data":
                pairs += [(name, one.name) for one in control.holds] or [(name, "")]
            elif control.kind == "file":
                pairs += [(name, one) for one in control.holds]
            else:
                lines = [one.replace("\r\n", "\n").replace("\n", "\r\n") for one in control.holds]
                pairs += [(name, one) for one in lines]
        pairs += [(name, value) for text, name, value in self.buttons if text.startswith(button) and name]
        return pairs


class _Reader(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self, page: str):
        super().__init__()
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.text: list[str] | None = None  # of a button, an option or a textarea
        self.select = ""
        self.ids: dict[str, Form] = {}
        self.apart: list[tuple[str, str | None, str, list[str]]] = []  # buttons that name a form elsewhere on the page
        self.feed(page)
        for id, name, value, text in self.apart:
            self.ids[id].buttons.append((" ".join("".join(text).split()), name, value))

    def handle_starttag(self, tag, attributes):
        at = dict(attributes)
        name, value = at.get("name"), at.get("value")
        if tag == "form":
            enctype = (at.get("enctype") or URLENCODED).lower()
            self.form = Form(at.get("action") or "", (at.get("method") or "get").upper(), enctype)
            self.forms.append(self.form)
            self.ids[at.get("id") or ""] = self.form
        if tag == "button" and at.get("form"):
            self.text = []
            self.apart.append((at["form"], name, value or "", self.text))
            return
        if self.form is None or "disabled" in at:
            return
        if tag == "button":
            self.text = []
            if (at.get("type") or "submit") == "submit":
                self.form.buttons.append(("", name, value or ""))
        elif tag == "textarea" and name:
            self.text = []
            self.form.controls[name] = Control("textarea")
            self.select = name
        elif tag == "select" and name:
            self.form.controls[name] = Control("select several" if "multiple" in at else "select")
            self.select = name
        elif tag == "option" and self.select:
            self._option(value or "", "selected" in at)
        elif tag == "input" and name:
            self._input(name, (at.get("type") or "text").lower(), value, "checked" in at)

    def _option(self, value: str, selected: bool) -> None:
        control = self.form.controls[self.select]
        control.offers.append(value)
        if control.kind == "select several":
            control.holds += [value] if selected else []
        elif selected or not control.holds:  # the first, until one is said to be it
            control.holds = [value]

    def _input(self, name: str, kind: str, value: str | None, checked: bool) -> None:
        if kind in {"submit", "image", "reset", "button"}:
            return
        control = self.form.controls.setdefault(name, Control(kind))
        if kind in {"checkbox", "radio"}:
            value = "on" if value is None else value
            control.offers.append(value)
            control.holds += [value] if checked else []
        elif kind != "file":
            control.holds.append(value or "")

    def handle_data(self, data):
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "button" and self.text is not None:
            if self.form and self.form.buttons and not self.form.buttons[-1][0]:
                self.form.buttons[-1] = (" ".join("".join(self.text).split()), *self.form.buttons[-1][1:])
            self.text = None
        elif tag == "textarea" and self.text is not None:
            self.form.controls[self.select].holds = ["".join(self.text).removeprefix("\n")]
            self.text, self.select = None, ""
        elif tag == "select":
            self.select = ""


def forms_of(page: Any, path: str = "") -> list[Form]:
    """Return the forms of a page that came."""
    forms = _Reader(page.content.decode()).forms
    for form in forms:
        form.action = form.action or path
    return forms


def form_with(page: Any, button: str, path: str = "") -> Form:
    """Return the one form of a page with a button that says so."""
    forms = forms_of(page, path)
    found = [form for form in forms if any(text.startswith(button) for text, _name, _value in form.buttons)]
    assert len(found) == 1, f"{len(found)} forms with “{button}”: {[form.buttons for form in forms]}"
    return found[0]


def press(client: Client, form: Form, button: str, **filled: Any) -> Any:
    """Fill in a form and press its button; return the answer. Whether the token goes along is asked, as it is live."""
    for name, value in filled.items():
        form.fill(name, value)
    pairs = form.sends(button)
    client.handler.enforce_csrf_checks = True
    if form.method == "GET":
        return client.get(f"{urlsplit(form.action).path}?{urlencode(pairs)}")
    if form.enctype != "multipart/form-data":
        return client.post(form.action, urlencode(pairs), content_type=URLENCODED)
    data: dict[str, list] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return client.post(form.action, data)


def send(client: Client, path: str, button: str, **filled: Any) -> Any:
    """GET the page, fill in the form with that button, and press it."""
    page = client.get(path)
    assert page.status_code == 200, (path, page.status_code)
    return press(client, form_with(page, button, path), button, **filled)


def upload(name: str, content: bytes = b"een tekst") -> SimpleUploadedFile:
    """Return a file as somebody chooses it."""
    return SimpleUploadedFile(name, content)
