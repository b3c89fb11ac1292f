"""A library's own lists: what waits for it first, one's own and the library's, and what a ticket says was filed."""

import re

from tickets.desk import actions as verbs
from tickets.models import Ticket


def _numbers(client, query):
    return re.findall(r'href="/tickets/BISC-(\d+)/"', client.get(f"/tickets/{query}").content.decode())


def test_a_librarys_list_is_what_is_not_closed_of_oneself_or_of_all_with_the_name_of_the_filer(stock, client_of):
    six = Ticket.objects.get(number="BISC-6")
    verbs.move(ticket=six, to="closed", by=stock.actor("colleague"))
    keyuser, colleague = client_of("bisc keyuser"), client_of("bisc colleague")
    shown = {query: _numbers(keyuser, query) for query in ("", "?whose=mine", "?whose=library", "?state=", "?whose=x")}
    assert shown == {
        "": ["1", "5", "3", "2"],
        "?whose=mine": ["3"],
        "?whose=library": ["1", "5", "3", "2"],
        "?state=": ["6", "1", "5", "3", "2"],
        "?whose=x": ["1", "5", "3", "2"],
    }
    assert _numbers(colleague, "") == _numbers(colleague, "?whose=library") == ["1", "2"]
    assert _numbers(colleague, "?state=") == ["6", "1", "2"]
    name = stock.people["colleague"].name
    assert name in client_of("bisc keyuser").get("/tickets/").content.decode()
    rows = colleague.get("/tickets/?whose=mine").content.decode().partition('<ul class="list-c">')[2]
    assert name not in rows.partition("</ul>")[0]


def test_what_waits_for_the_library_stands_first_with_a_count_on_the_portal(stock, client_of):
    client = client_of("bisc colleague")
    assert "Eén melding wacht op u" in client.get("/").content.decode()
    two = Ticket.objects.get(number="BISC-2")
    verbs.move(ticket=two, to="waiting_reporter", fact={"asked": "Welke pas?"}, by=stock.actor("desk"))
    page = client.get("/").content.decode()
    assert "2 meldingen wachten op u" in page
    assert re.findall(r'href="/tickets/BISC-(\d+)/"', page) == ["2", "6", "1"]
    assert _numbers(client, "") == ["2", "6", "1"]
    assert _numbers(client, "?sort=oldest") == ["2", "6", "1"]
    assert _numbers(client, "?sort=newest") == ["1", "6", "2"]
    assert "wacht op u" not in client_of("bisc colleague2").get("/").content.decode()


def test_a_librarys_page_of_a_ticket_says_what_was_filed(stock, client_of):
    page = client_of("bisc colleague").get("/tickets/BISC-1/").content.decode()
    filed = page.partition("<summary>Uw melding</summary>")[2].partition("</details>")[0]
    for label in ("Onderwerp", "Categorie", "Urgentie", "Gemeld door", "Tekst en bestanden"):
        assert f"<dt>{label}</dt>" in filed
    assert stock.people["colleague"].name in filed
    asked = client_of("bisc colleague").get("/tickets/BISC-6/").content.decode()
    assert asked.index('href="#resolved"') < asked.index("<summary>Uw melding</summary>") < asked.index('id="resolved"')


def test_a_page_says_what_became_of_a_ticket_that_was_withdrawn_reopened_or_confirmed(bisc, ticket, client_of):
    client = client_of("bisc colleague")

    def said(to: str, **values) -> str:
        page = client.post("/tickets/BISC-1/transitions/", {"to": to, **values}, follow=True).content.decode()
        flash = page.partition('id="flash"')[2].partition('<p class="printed">')[0]
        return " ".join(re.sub(r"<[^>]+>", " ", flash.partition(">")[2]).split())

    assert said("closed") == "Ingetrokken. U kunt de melding nog 14 dagen heropenen."
    assert said("closed") == ""
    assert said("open", reason="Toch wel") == "Heropend. De melding staat weer open bij BiSC."
    verbs.move(ticket=ticket, to="resolved", answer="Gemaakt", by=bisc.actor("desk"))
    assert said("closed") == "Gesloten. U kunt de melding nog 14 dagen heropenen."


def test_the_tabs_of_a_librarys_search_keep_its_words(stock, client_of):
    client = client_of("bisc keyuser")
    page = client.get("/tickets/?q=melding&whose=library").content.decode()
    tabs = page.partition('aria-label="Welke meldingen"')[2].partition("</nav>")[0]
    ways = [way.replace("&amp;", "&") for way in re.findall(r'href="([^"]*)"', tabs)]
    assert ways == [
        "?q=melding&whose=library&state=unresolved",
        "?q=melding&whose=library&state=resolved",
        "?q=melding&whose=library",
    ]
    for way, label in zip(ways, ("Open", "Te bevestigen", "Alle"), strict=True):
        page = client.get(f"/tickets/{way}").content.decode()
        here = re.search(r'aria-current="page">\s*([^<]*?)\s*</a>', page.partition('aria-label="Welke meldingen"')[2])
        assert (here[1], "Zoeken: melding" in page) == (label, True)


def test_a_date_in_a_librarys_list_says_what_it_is_of(stock, client_of):
    page = client_of("bisc keyuser").get("/tickets/").content.decode()
    assert page.count("laatste wijziging") == page.count('class="row-c"') > 0


def test_who_reported_reads_that_the_mail_comes_to_them(bisc, ticket, client_of):
    said = {who: client_of(f"bisc {who}").get("/tickets/BISC-1/").content.decode() for who in ("colleague", "keyuser")}
    assert "U krijgt een mail zodra er een antwoord is." in said["colleague"]
    assert f"{bisc.people['colleague'].name} krijgt een mail" in said["keyuser"]


def test_what_was_withdrawn_says_so_in_lists_and_on_its_page_and_nowhere_resolved(bisc, ticket, client_of):
    verbs.move(ticket=ticket, to="closed", by=bisc.actor("colleague"))
    library = client_of("bisc colleague")
    for path in ("/tickets/?state=", "/tickets/BISC-1/"):
        page = library.get(path).content.decode()
        assert ("Ingetrokken" in page, "</svg>Gesloten" in page) == (True, False), path
    desk = client_of("bisc desk")
    row = desk.get("/tickets/?view=all&state=closed").content.decode().partition("<div data-drafted")[2]
    assert re.findall(r'<span class="state">(.*?)</span>', row)[1:] == ["Ingetrokken"]
    side = desk.get("/tickets/BISC-1/").content.decode().partition('<aside class="side"')[2].partition("</aside>")[0]
    terms = [" ".join(one.split()) for one in re.findall(r"<dt>(.*?)</dt>", side)]
    assert (terms.count("Ingetrokken"), "Opgelost" in terms, "Gesloten" in terms) == (1, False, False)
    assert "<dd>Ingetrokken" in side
