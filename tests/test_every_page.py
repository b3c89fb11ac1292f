"""Every page of every host, seen by axe in the light and in the dark, and never wider than its window whatever it says.

With SAMENBEHEER_SHEET each is photographed too: 1280 and 390 wide, both themes, both languages, on one sheet.
"""

import html
import os
from pathlib import Path

import pytest
from django.urls import reverse

from tests.test_isolation import ACCOUNT, _routes
from tests.visitor import AXE, RULES, Visitor

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]

SHEET = os.environ.get("SAMENBEHEER_SHEET", "")
URLCONFS = {"bisc": "config.urls", "": "config.urls_common"}
# By host who opens which page. A page that nobody opens here is not tested: see the test of the list.
WHO = {
    "desk@bisc.example": (
        "bisc",
        {
            "start": {},
            "tickets": {},
            "new_ticket": {},
            "ticket": {"number": "ticket"},
            "ticket_edit": {"number": "ticket"},
            "ticket_part": {"number": "ticket", "part": "library"},
            "palette": {},
            "proposals": {},
            "ticket_guests": {"number": "ticket"},
            "ticket_clocks": {"number": "ticket"},
            "promises_report": {},
            "libraries": {},
            "library": {"slug": "eemland"},
            "library_contract": {"slug": "eemland"},
            "ticket_hours": {"number": "ticket"},
            "me": {},
            "tokens": {},
            "demo_mail": {},
            "parts": {},
            "empty": {},
        },
    ),
    "lead@bisc.example": (
        "bisc",
        {
            **{"people": {}, "settings": {}, "outbox": {}, "calendars": {}, "calendar": {"slug": "default"}},
            **{"agreements": {}, "agreement": {"slug": "large"}, "new_supplier_contract": {}},
            **{"contracts": {}, "new_contract": {}, "import_contracts": {}, "supplier_contracts": {}},
            **{"which_agreement": {}, "warnings": {}, "new_warning": {}, "warning": {"pk": "rung"}},
        },
    ),
    "keyuser@eemland.example": (
        "bisc",
        {
            "start": {},
            "tickets": {},
            "new_ticket": {},
            "proposals": {},
            "ticket": {"number": "of_library"},
            "colleagues": {},
            "colleague": {"pk": "colleague"},
        },
    ),
    "kwartiermaker@samenbeheer.example": (
        "",
        {
            "start": {},
            "agenda": {},
            "new_agenda_item": {},
            "agenda_item": {"number": "item"},
            "edit_agenda_item": {"number": "item"},
            "contribution": {"number": "item", "slug": "bisc"},
            "steering": {},
            "me": {},
            "empty": {},
        },
    ),
    "stuurgroep@bisc.example": ("", {"steering": {}, "steering_figure": {"name": "resolved"}, "agenda": {}}),
    "platform@samenbeheer.example": (
        "",
        {
            "platform": {},
            "platform_organisations": {},
            "platform_organisation": {"slug": "bisc"},
            "platform_people": {},
            "platform_systems": {},
            "platform_system": {"slug": "midden-zuid"},
            "platform_categories": {},
            "platform_category": {"code": "6.1"},
            "platform_frameworks": {},
            "platform_framework": {"pk": "framework"},
            "platform_seats": {},
            "platform_seat": {"pk": "seat"},
            "outbox": {},
            "demo_mail": {},
            "tokens": {},
        },
    ),
}
# Not pages: what is posted, swapped in, downloaded or only points on.
NO_PAGE = {
    *("set_language", "theme", "choose_theme", "shortcuts", "rows", "end_token", "end_role", "end_guest_role"),
    *("end_library_role", "withdraw_invitation", "outbox_send_all", "outbox_send", "outbox_drop", "next_ticket"),
    *("previous_ticket", "ticket_preview", "ticket_answer", "ticket_move", "ticket_pick_up", "ticket_attachment"),
    *("ticket_picture", "promises_csv", "promises_xlsx"),
    *("end_ticket_guest", "agenda_progress", "make_organisation", "organisation_days", "invite_administrator"),
    *("organisation_hosts", "first_host", "remove_host", "end_cooperation_role", "withdraw_for_cooperation"),
    *("contract_files", "contract_file", "remove_contract_file", "take_back", "supplier_files", "supplier_contacts"),
    "remove_contact",
    *("close_on", "import_days", "open_again", "withdraw_hours"),
    *("end_agreement", "withdraw_agreement", "end_warning"),
    *("end_category", "framework_goals", "callers", "ticket_news", "ticket_pane", "undo_ticket", "answer_and_next"),
    "invite_again",
    *("typed_proposals", "ticket_proposals"),
}
# The pages of what the demo has not: seen with what it gives, or by the story of one ticket.
ELSEWHERE = {"invitation", "account_login", "ticket_picture_page"}
# Contracts, which tests/tickets/test_contract_pages.py opens as each of who may.
ELSEWHERE |= {"contract", "change_contract", "renew_contract", "end_contract", "new_card", "hours_card", "change_card"}
ELSEWHERE |= {"supplier_contract", "change_supplier_contract", "renew_supplier_contract", "end_supplier_contract"}
QUERIES = {
    "rung": "SELECT id FROM bisc.tickets_rung WHERE ended_at IS NULL ORDER BY id LIMIT 1",
    "ticket": "SELECT number FROM bisc.tickets_ticket ORDER BY id DESC LIMIT 1",
    "of_library": "SELECT t.number FROM bisc.tickets_ticket t JOIN public.tenants_person p ON p.id = t.reporter_id"
    " WHERE p.email = 'keyuser@eemland.example' ORDER BY t.id DESC LIMIT 1",
    "colleague": "SELECT m.id FROM public.tenants_librarymembership m JOIN public.tenants_person p"
    " ON p.id = m.person_id WHERE p.email = 'balie@eemland.example'",
    "item": "SELECT number FROM public.agenda_workitem ORDER BY number LIMIT 1",
    "framework": "SELECT id FROM public.agenda_policyframework ORDER BY id LIMIT 1",
    "seat": "SELECT id FROM public.agenda_seat ORDER BY id LIMIT 1",
}

# What pushes the page out of its window, innermost last; nothing where it fits.
TOO_WIDE = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const wide = (one) => one.getBoundingClientRect().right > innerWidth + 1 || one.scrollWidth > one.clientWidth + 1;
  const shown = [...document.querySelectorAll("body *")].filter((one) => !one.closest(".hidden") && wide(one));
  const short = (one) => `${one.tagName} ${one.className}`;
  const name = (one) => `${short(one)} in ${short(one.parentElement)}`;
  return [page.scrollWidth, ...shown.slice(-5).map(name)];
}"""
# Everything that is data becomes one word of 400 letters; what has words of ours (buttons, labels, heads) stays.
LONG_WORDS = """() => {
  const ours = "svg, button, .btn, label, legend, option, th, td.num, .tag, .nowrap, .when, .tabs, .hidden, datalist,"
    + " summary, .pager, .skip, nav, dt, h2, .columns, .chips > .quiet, kbd, script, style";
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walk.nextNode()) texts.push(walk.currentNode);
  const data = texts.filter((text) => text.textContent.trim() && !text.parentElement.closest(ours));
  data.forEach((text) => { text.textContent = "w".repeat(400); });
}"""
# Icons that are pointed at and are not there.
NO_ICON = """() => [...document.querySelectorAll("use")].map((one) => one.getAttribute("href"))
  .filter((goal) => !document.querySelector(goal))"""
# Words that stand on two lines without a hyphen between.
BROKEN_WORDS = """() => {
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const text = walk.currentNode;
    const parent = text.parentElement;
    const aside = ".hidden, .skip, .stock-top, thead, option, datalist, script, svg, code";
    if (parent.closest(aside) || !parent.checkVisibility() || parent.offsetWidth <= 1) continue; // read aloud alone
    for (const word of text.textContent.matchAll(/[\\p{L}\\d]+/gu)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].filter((box) => box.width).map((box) => Math.round(box.top)));
      if (lines.size > 1) found.push(word[0]);
    }
  }
  return found.slice(0, 9);
}"""


@pytest.mark.parametrize("host", URLCONFS)
def test_every_route_is_a_page_that_is_seen_or_no_page(host):
    seen = {name for at, pages in WHO.values() if at == host for name in pages}
    api = ("organisation_api:", "common_api:")
    routes = [name for name in _routes(URLCONFS[host]) if not name.startswith((*ACCOUNT, *api))]
    both = {name for _at, pages in WHO.values() for name in pages}  # the same view on two hosts is seen on one
    assert [name for name in routes if name not in seen | both | NO_PAGE | ELSEWHERE] == []


@pytest.fixture
def paths(running):
    """Return the addresses of the pages of somebody."""
    found = {name: str(running.sql(query)[0][0]) for name, query in QUERIES.items()}

    def of(who: str) -> list[str]:
        host, pages = WHO[who]
        return [
            reverse(name, urlconf=URLCONFS[host], kwargs={key: found.get(value, value) for key, value in taken.items()})
            for name, taken in pages.items()
        ]

    return of


@pytest.mark.parametrize("who", WHO)
def test_every_page_is_clean_for_axe_in_both_themes_and_fits_its_window(visit, paths, who):
    host, _pages = WHO[who]
    visitor = visit(host)
    visitor.sign_in(who)
    for path in paths(who):
        answer = visitor.page.goto(visitor.base + path)
        assert answer.status == 200, path
        assert visitor.page.evaluate(NO_ICON) == [], path
        for theme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            assert _complaints_of(visitor) == [], (path, theme)
        for width in (1280, 640, 390, 320):  # 640: what is left of 1280 at 200 %; 320: at 400 % (WCAG 1.4.10)
            visitor.page.set_viewport_size({"width": width, "height": 844})
            assert visitor.page.evaluate(TOO_WIDE) == [], (path, width)
            if width in (1280, 390):
                assert visitor.page.evaluate(BROKEN_WORDS) == [], (path, width)
        visitor.page.evaluate(LONG_WORDS)
        for width in (320, 640, 1280):
            visitor.page.set_viewport_size({"width": width, "height": 844})
            assert visitor.page.evaluate(TOO_WIDE) == [], (path, width, "with words of 400 letters")
    if SHEET:
        _photograph(visitor, who, paths(who))


def _complaints_of(visitor: Visitor) -> list[str]:
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.evaluate(AXE.read_text())
    return visitor.page.evaluate(
        "rules => axe.run({runOnly: rules}).then(result => result.violations.map("
        "one => one.id + ': ' + one.nodes.map(node => node.html).slice(0, 3).join(' | ')))",
        RULES,
    )


def _photograph(visitor: Visitor, who: str, paths: list[str]) -> None:
    folder = Path(SHEET)
    folder.mkdir(parents=True, exist_ok=True)
    sheet = [f"<h1>{html.escape(who)}</h1>"]
    for language in ("nl", "en"):
        for place, path in enumerate(paths):
            visitor.page.goto(visitor.base + path)
            sheet.append(f"<h2>{html.escape(path)} ({language})</h2>")
            for width, theme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
                visitor.page.emulate_media(color_scheme=theme)
                visitor.page.set_viewport_size({"width": width, "height": 900})
                name = f"{who.split('@')[0]}-{WHO[who][0] or 'samen'}-{place}-{width}-{theme}-{language}.png"
                visitor.page.screenshot(path=folder / name, full_page=True)
                sheet.append(f'<img src="{name}" width="{width // 3}" alt="">')
        visitor.page.goto(visitor.base + "/me/")
        with visitor.page.expect_navigation():
            visitor.page.evaluate("document.getElementById('language').submit()")
    with (folder / "index.html").open("a") as index:
        index.write("\n".join(sheet) + "\n")
