"""What can be clicked in a message."""

import pytest

from tenants.web.markdown import to_html
from tickets.desk import actions as verbs
from tickets.desk.linked import linked

AWAY = 'rel="noopener noreferrer nofollow"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Zie BISC-12.", '<p>Zie <a href="/tickets/BISC-12/">BISC-12</a>.</p>'),
        ("CUB-12 XBISC-12 BISC-12a BISC-0", "<p>CUB-12 XBISC-12 BISC-12a BISC-0</p>"),
        ("`BISC-12`", "<p><code>BISC-12</code></p>"),
        (
            "https://a.example/x?a=1&b=2.",
            f'<p><a href="https://a.example/x?a=1&amp;b=2" {AWAY}>https://a.example/x?a=1&amp;b=2</a>.</p>',
        ),
        ("https://a.example/BISC-1", f'<p><a href="https://a.example/BISC-1" {AWAY}>https://a.example/BISC-1</a></p>'),
        ("[BISC-1](https://b.example)", f'<p><a href="https://b.example" {AWAY}>BISC-1</a></p>'),
        ("javascript://BISC", "<p>javascript://BISC</p>"),
    ],
)
def test_addresses_and_numbers_become_links_and_nothing_else(text, html):
    assert linked(to_html(text), "BISC").strip() == html


def test_what_is_typed_runs_nowhere():
    made = linked(to_html('https://a.example/"onclick=alert(1)<script>x</script>'), "BISC")
    begin = f'<p><a href="https://a.example/" {AWAY}>https://a.example/</a>'
    assert made.strip() == begin + '"onclick=alert(1)&lt;script&gt;x&lt;/script&gt;</p>'


def test_a_number_in_a_message_leads_to_its_ticket(bisc, ticket, client_of):
    verbs.answer(ticket=ticket, body="Zelfde als BISC-1", by=bisc.actor("desk"))
    assert (
        '<a href="/tickets/BISC-1/">BISC-1</a>' in client_of("bisc colleague").get("/tickets/BISC-1/").content.decode()
    )
