"""Contracts from a file: what would happen, all of it or nothing, and the same again changes nothing."""

import pytest

from tenants.audit.models import AuditEntry
from tenants.refusals import NotAllowed
from tests.browsing import form_with, press, send, upload
from tests.tickets.agreed import ahead, make
from tickets.contracts.importing import import_contracts
from tickets.contracts.models import HoursCard, LibraryContract

HEAD = "bibliotheek;nummer;naam;van;tot;opzegtermijn;verlenging;uren\n"


def take(bisc, *lines, who="lead", **more):
    return import_contracts(content=(HEAD + "\n".join(lines)).encode(), by=bisc.actor(who), **more)


def line(library="bisc-een", number="A-1", until=300, hours="40"):
    return f"{library};{number};DVO;{ahead(-30)};{ahead(until)};6;stilzwijgend;{hours}"


def test_a_file_makes_contracts_with_their_cards_and_twice_is_once(bisc):
    reports = [take(bisc, line(), line("bisc-twee", "A-2", hours="")) for _twice in range(2)]
    assert [one.counts for one in reports] == [
        {"made": 2, "changed": 0, "left": 0},
        {"made": 0, "changed": 0, "left": 2},
    ]
    found = LibraryContract.objects.get(number="A-1")
    assert (found.library, found.notice_months, found.renewal) == (bisc.library, 6, "tacit")
    assert [one.minutes for one in HoursCard.objects.all()] == [2400]
    assert AuditEntry.objects.filter(action="contract.made").count() == 2


def test_a_dry_run_writes_nothing(bisc):
    assert take(bisc, line(), dry_run=True).counts["made"] == 1
    assert not LibraryContract.objects.exists()


def test_one_wrong_line_keeps_all_out_and_says_where(bisc):
    report = take(bisc, line(), line("cubiss-een", "A-2"), line("bisc-twee", "A-3", hours="veel"))
    assert [(one.line, one.column) for one in report.refused] == [(3, "bibliotheek"), (4, "uren")]
    assert not report.written and not LibraryContract.objects.exists()


def test_a_later_last_day_renews_and_an_earlier_one_is_refused(bisc):
    make(bisc, number="A-1", from_on=ahead(-30))
    assert take(bisc, line(until=300, hours="")).counts["changed"] == 1
    assert LibraryContract.objects.get().until_on == ahead(300)
    assert [one.column for one in take(bisc, line(until=200, hours="")).refused] == ["tot"]


@pytest.mark.parametrize("who", ["desk", "keyuser", "former"])
def test_who_keeps_no_contracts_takes_in_none(bisc, who):
    with pytest.raises(NotAllowed):
        take(bisc, line(), who=who)


def test_the_page_shows_first_and_does_it_then(bisc, client_of):
    client = client_of("bisc lead")
    file = upload("contracten.csv", (HEAD + line()).encode())
    shown = send(client, "/contracts/import/", "Tonen wat er zou gebeuren", file=file)
    assert shown.status_code == 200 and not LibraryContract.objects.exists()
    assert press(client, form_with(shown, "Dit doen"), "Dit doen").status_code == 302
    assert LibraryContract.objects.count() == 1
