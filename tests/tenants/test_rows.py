"""Rows of long lists, and partials that are made once: escaped, and of nothing but what they are given."""

from dataclasses import dataclass

import pytest
from django.template import Context, Template, engines
from django.utils.safestring import mark_safe
from django.utils.translation import override

from tenants.web import rows
from tenants.web.rows import rendered


@dataclass(frozen=True)
class Row:
    """A row of these tests."""

    name: object
    note: object = "gewoon"


@pytest.fixture
def partial(monkeypatch):
    """Return how to make a partial of a text, under a name of its own."""
    rows._parts.cache_clear()

    def make(text: str) -> str:
        template = engines["django"].from_string(text)
        monkeypatch.setattr(rows, "get_template", lambda name: template)
        return text

    yield make
    rows._parts.cache_clear()


def test_what_a_row_holds_is_escaped_and_what_is_safe_is_not(partial):
    html = rendered(partial("<b>{{ name }}</b>{{ note }};"), [Row("<i>&\"'"), Row(mark_safe("<i>"), 3)], {})
    assert html == "<b>&lt;i&gt;&amp;&quot;&#x27;</b>gewoon;<b><i></b>3;"


def test_a_name_that_is_not_the_rows_is_the_pages_and_escaped_too(partial):
    html = rendered(partial('<a title="{{ label }}" class="100%">{{ name }}</a>'), [Row("a%sb")], {"label": '50% "af"'})
    assert html == '<a title="50% &quot;af&quot;" class="100%">a%sb</a>'


def test_a_name_of_nobody_is_an_error(partial):
    with pytest.raises(KeyError):
        rendered(partial("{{ nobody }}"), [Row("x")], {})


@pytest.mark.parametrize("text", ["{% if name %}x{% endif %}", "{{ name|upper }}", "{{ name.first }}"])
def test_more_than_names_is_an_error(partial, text):
    with pytest.raises(ValueError, match="more in it than names"):
        rendered(partial(text), [Row("x")], {})


def test_no_rows_are_nothing(partial):
    assert rendered(partial("{{ nobody }}"), [], {}) == ""


def _page(text: str, **context) -> str:
    return Template(text).render(Context(context))


def test_a_fixed_partial_knows_only_what_it_is_given():
    text = '{% fixed "_places.html" name=name places=places %}'
    here = _page(text, name="BiSC", places=(), user="Iemand")
    assert "BiSC <span>" in here and "Cubiss" not in here
    assert "Cubiss <span>" in _page(text, name="Cubiss", places=())
    assert "Cubiss" not in _page('{% fixed "_places.html" places=places %}', name="Cubiss", places=())
    assert "&lt;b&gt;" in _page(text, name="<b>", places=())


def test_a_fixed_partial_is_made_for_each_language():
    text = '{% fixed "_top.html" %}'
    with override("nl"):
        assert "Naar de inhoud" in _page(text)
    with override("en"):
        assert "To the content" in _page(text)
