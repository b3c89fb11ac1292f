"""What is asked of the steering group stands first, for who has a seat; and how parts of the demo came to stand."""

import re
import tomllib
from datetime import datetime, timedelta

from django.utils import timezone

from agenda.figures.periods import AMSTERDAM
from agenda.work import actions
from config.demo.told import steps_of
from tests.running import ROOT


def test_what_is_asked_of_the_steering_group_stands_first_for_every_seat(cast, put, acts, client_of):
    late = timezone.localdate() - timedelta(days=3)
    put("Al te laat", planned_to=late, planned_from=late)
    item = put("Verdeelsleutel", planned_to=timezone.localdate())
    report = {"progress": 70, "status": "on_track", "by": acts("manager")}
    actions.report_progress(item=item, text="Drie varianten.", asked="Kies een variant.", **report)

    def asked(who):
        page = " ".join(client_of(who, "").get("/steering/").content.decode().split())
        assert "<b>Gevraagd van de stuurgroep:</b> Kies een variant" in page
        return re.findall(
            r"<h3>([^<]+)</h3> <p>([^<]+)</p>", page.partition("Van u gevraagd")[2].partition("</section>")[0]
        )

    own = ("Al te laat", "BiSC: spreek een nieuwe datum af, of rond het af.")
    assert asked("member") == [("Verdeelsleutel", "De stuurgroep: Kies een variant."), own]
    assert asked("reader") == asked("manager") == []
    actions.report_progress(item=item, text="Gekozen.", **report)
    page = client_of("member", "").get("/steering/").content.decode()
    assert "Kies een variant" not in page


def test_no_part_of_the_demo_stands_worse_than_what_was_reported_of_the_whole_before_its_end():
    agreed = datetime(2025, 10, 2, 10, tzinfo=AMSTERDAM)
    for row in tomllib.loads((ROOT / "config/demo/agenda.toml").read_text())["item"]:
        for slug, last in row["parts"].items():
            steps = steps_of(row, slug, agreed)
            assert (steps[0][0], steps[0][2], steps[-1][0]) == ("on_track", agreed + timedelta(days=7), last)
            assert [at for _status, _said, at in steps] == sorted(at for _status, _said, at in steps)
            if last != "on_track":
                assert timezone.now() - steps[1][2] < timedelta(days=120), row["title"]
