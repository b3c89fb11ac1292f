"""docker/ for real: the image is made, everything runs, and the lines of docs/operate.md do what they say.

Minutes, root and Podman: `make containers` runs these, one after the other, on one installation.
"""

import json
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.docker import engine as engines
from tests.docker.browser import Answer, Browser
from tests.docker.site import BISC, COMMON, Site, lines_of, until

PASSWORD = "een lang wachtwoord"
ADDRESS = "lead@bisc.example"
FILE = bytes(range(256)) * 400
FORM = {"type": "incident", "body": "Het scherm is zwart.", "library": "eemland", "category": "6.1", "urgency": "high"}
WANTED = os.environ.get("SAMENBEHEER_CONTAINERS") == "1"
REASON = engines.why_not() if WANTED else "`make containers` runs these"
OURS = ("web", "worker", "mail", "beat")
ALL = (*OURS, "database", "valkey", "proxy")
MARKER = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("{app}", "{last}")]
    operations = [migrations.RunSQL("CREATE TABLE marker (word text)", "DROP TABLE marker")]
"""
pytestmark = [
    pytest.mark.containers,
    pytest.mark.xdist_group("containers"),
    pytest.mark.skipif(bool(REASON), reason=REASON),
]


@pytest.fixture(scope="module")
def site():
    """BiSC on an installation by containers, with one library; gone afterwards, with all that it was made of."""
    engine = engines.Engine()
    try:
        engine.make_base()
        if reason := engine.cannot():
            pytest.skip(reason)
        with ThreadPoolExecutor() as beside:  # two cores
            stand_in = beside.submit(engine.make_stand_in)
            one = Site(engine)
            one.install(built=stand_in.result)
        yield one
    finally:
        engine.close()


@pytest.fixture(scope="module")
def lead(site) -> Browser:
    """BiSC's first administrator, who took the invitation that was mailed, works at its desk too, and signed in."""
    link = until(lambda: _link(site), "the invitation is mailed")
    browser = site.browser()
    assert browser.post(link, name="Lead", password1=PASSWORD, password2=PASSWORD).status == 200
    site.inside("web", "python", "manage.py", "shell", "-c", SEED)
    answer = browser.post(f"{BISC}/account/login/", login=ADDRESS, password=PASSWORD)
    assert (answer.status, answer.headers["Location"]) == (302, "/")
    return browser


SEED = """
from datetime import date
from tenants.models import *
from tenants.context import inside
with inside(None):
    bisc, since = Organisation.objects.get(slug="bisc"), date(2024, 1, 1)
    platform = Platform.objects.create(slug="midden-zuid", name="Midden-Zuid", product="Wise", supplier="OCLC")
    platform.organisations.add(bisc)
    Library.objects.create(
        organisation=bisc, province=Province.objects.get(slug="utrecht"), platform=platform,
        slug="eemland", name="Bibliotheek Eemland", from_on=since,
    )
    Membership.objects.create(person=Person.objects.get(), organisation=bisc, role="functional_manager", from_on=since)
"""


def _link(site: Site) -> str:
    found = [re.search(rf"{COMMON}/account/invitation/\S+", one.get_payload()) for one in site.mails(ADDRESS)]
    return found[0].group() if found else ""


def _file(lead: Browser, subject: str, **options) -> str:
    """File a ticket and return its number."""
    answer = lead.post(f"{BISC}/tickets/new/", subject=subject, **FORM, **options)
    assert answer.status == 302, answer.text[:3000]
    return answer.headers["Location"].split("/")[2]


def _page(lead: Browser, number: str) -> Answer:
    return lead.get(f"{BISC}/tickets/{number}/")


def _upload(lead: Browser, number: str) -> bytes:
    link = re.search(rf'href="(/tickets/{number}/attachments/[^"]+)"', _page(lead, number).text)
    return lead.get(BISC + link.group(1)).body


def _mailed(site: Site, number: str) -> bool:
    return any(number in one["Subject"] for one in site.mails(ADDRESS))


def test_the_image_holds_nothing_that_builds(site):
    found = site.inside("web", "sh", "-c", "ls /usr/bin /usr/local/bin /venv/bin /usr/lib /app /app/node_modules")
    names = set(found.split())
    assert names.isdisjoint({"pip", "pip3", "npm", "npx", "node", "gcc", "cc", "make", "git", "curl", "wget"})
    assert names.isdisjoint({"tests", "docs", ".git", ".env", "docker"})
    assert {"gunicorn", "celery", "manage.py", "static-root"} <= names


def test_what_runs_is_not_root_writes_nowhere_else_and_has_a_limit(site):
    for service in OURS:
        assert site.inside(service, "id", "-u").strip() == "10001"
        writable = (
            "for folder in / /app /venv /etc /home /tmp; do touch $folder/x 2>/dev/null && echo $folder; done || true"
        )
        assert site.inside(service, "sh", "-c", writable).split() == ["/tmp"]
        status = site.inside(service, "cat", "/proc/self/status")
        assert re.search(r"CapEff:\s+0+\n", status)
        assert re.search(r"CapBnd:\s+0+\n", status)
        assert re.search(r"NoNewPrivs:\s+1\n", status)
    for service in ALL:
        assert 0 < int(site.told(service, "{{.HostConfig.Memory}}")) <= 2 * 2**30
        assert site.told(service, "{{.HostConfig.ReadonlyRootfs}}") == "true"


def test_no_secret_is_in_an_image_an_environment_or_the_wrong_container(site):
    secrets = {path.name: path.read_text().strip() for path in (site.docker / "secrets").iterdir()}
    assert set(secrets) == {"postgres_password", "owner_password", "app_password", "secret_key", "email_url"}
    for service in ALL:
        told = site.engine.podman("inspect", site.name(service)) + site.told(service, "{{json .Config.Env}}")
        told += site.engine.podman("image", "inspect", site.told(service, "{{.Image}}"))
        assert [name for name, words in secrets.items() if words in told] == [], service
    for service in OURS:
        assert site.inside(service, "ls", "/run/secrets").split() == ["app_password", "email_url", "secret_key"]
    with pytest.raises(RuntimeError):
        site.inside("proxy", "ls", "/run/secrets/secret_key")
    assert oct((site.docker / "secrets").stat().st_mode)[-3:] == "700"


def test_the_checks_of_the_engine_find_everything_well(site):
    for service in ("web", "worker", "mail", "beat", "database", "valkey"):
        until(lambda service=service: site.engine.podman("healthcheck", "run", site.name(service)) == "", service)


def test_only_the_proxy_is_open_to_the_world(site):
    ports = {service: json.loads(site.told(service, "{{json .NetworkSettings.Ports}}")) or {} for service in ALL}
    bound = {(service, port) for service, found in ports.items() for port, here in found.items() if here}
    assert bound == {("proxy", "443/tcp"), ("proxy", "80/tcp")}
    with pytest.raises(RuntimeError):  # a proxy that was taken over reaches neither servers
        site.inside("proxy", "bash", "-c", "exec 3<>/dev/tcp/database/5432")
    with pytest.raises(RuntimeError):
        site.inside("proxy", "bash", "-c", "exec 3<>/dev/tcp/valkey/6379")


def test_a_ticket_is_filed_over_tls_and_mailed(site, lead):
    number = _file(lead, "Zelfservice is stil", files={"attachments": ("scherm.bin", FILE)})
    page = _page(lead, number)
    assert (page.status, "Zelfservice is stil" in page.text) == (200, True)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert _upload(lead, number) == FILE
    until(lambda: _mailed(site, number), "the ticket is mailed")
    assert site.browser().get(f"{BISC}/tickets/{number}/").status in {302, 404}
    assert site.browser().get(f"https://cubiss.{COMMON[8:]}/").status == 404


def test_a_request_that_has_begun_is_answered(site, lead):
    """SIGTERM comes while a ticket is being filed: that waits in the database for somebody who holds the table."""
    held = "BEGIN; LOCK bisc.tickets_ticket IN EXCLUSIVE MODE; SELECT pg_sleep(60)"
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'samenbeheer_app'"
    release = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    with ThreadPoolExecutor() as others:
        others.submit(site.asked, held)
        until(lambda: site.asked("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"), "the table is held")
        filing = others.submit(_file, lead, "Net voor het einde")
        until(lambda: site.asked(waiting) == "1", "the request waits")
        stopping = others.submit(site.run, "docker compose stop web")
        until(lambda: site.told("web", "{{.State.Status}}") == "stopping", "the end is asked for")
        time.sleep(2)
        assert not filing.done()
        site.asked(release)
        number = filing.result()
        stopping.result()
    assert site.told("web", "{{.State.ExitCode}}") == "0"
    site.run("docker compose start web")
    site.wait_until_well()
    assert "Net voor het einde" in _page(lead, number).text


def test_what_is_killed_comes_back_and_nothing_is_lost(site, lead):
    begun = {service: site.told(service, "{{.State.StartedAt}}") for service in ALL}
    for service in ("mail", "worker"):
        site.kill(service)
    number = _file(lead, "Alles valt om")
    for service in ("web", "beat", "valkey", "database", "proxy"):
        site.kill(service)
    for service in ALL:
        until(lambda service=service: site.told(service, "{{.State.StartedAt}}") != begun[service], service)
        assert site.told(service, "{{.State.Status}}") == "running"
    site.wait_until_well()
    assert "Alles valt om" in _page(lead, number).text
    until(lambda: _mailed(site, number), "the ticket is mailed", 120)


def test_a_backup_brings_back_what_was(site, lead):
    kept = _file(lead, "Voor de reservekopie", files={"attachments": ("scherm.bin", FILE)})
    site.run(*lines_of("Back up by containers"))
    lost = _file(lead, "Na de reservekopie")
    site.inside("web", "sh", "-c", "rm -rf /data/*")
    site.run(*lines_of("Restore by containers"))
    site.wait_until_well()
    assert "Voor de reservekopie" in _page(lead, kept).text
    assert _upload(lead, kept) == FILE
    assert _page(lead, lost).status == 404
    assert _file(lead, "Het werk gaat door") == lost


def test_a_new_certificate_is_taken_without_a_stop(site, lead):
    begun = site.told("proxy", "{{.State.StartedAt}}")
    old = (site.docker / "certificates" / "fullchain.pem").read_text()
    site.make_certificate()
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        site.browser().get(f"{BISC}/healthz")
    site.run(*lines_of("A new certificate by containers"))
    until(lambda: site.browser().get(f"{BISC}/healthz").status == 200, "the new certificate is shown")
    assert old != (site.docker / "certificates" / "fullchain.pem").read_text()
    assert site.told("proxy", "{{.State.StartedAt}}") == begun


def test_an_upgrade_replaces_image_and_tables_and_keeps_the_rest(site, lead):
    """The image of before is of this code, the new one has a migration more of each kind."""
    number = _file(lead, "Voor de nieuwe versie")
    for app in ("tenants", "tickets"):
        folder = site.checkout / app / "migrations"
        last = max(path.stem for path in folder.glob("0*.py"))
        (folder / "9999_marker.py").write_text(MARKER.format(app=app, last=last))
    images = {service: site.told(service, "{{.Image}}") for service in OURS}
    site.run(*lines_of("Upgrade by containers"))
    site.wait_until_well()
    assert site.asked("SELECT to_regclass('public.marker'), to_regclass('bisc.marker')") == "marker|bisc.marker"
    for service in OURS:
        assert site.told(service, "{{.ImageName}}") == "localhost/samenbeheer:2"
        assert site.told(service, "{{.Image}}") != images[service]
    assert "Voor de nieuwe versie" in _page(lead, number).text
    new = _file(lead, "Na de nieuwe versie")
    until(lambda: _mailed(site, new), "the ticket is mailed")
