"""The story of one ticket in a real browser, in Dutch, with axe; without JavaScript too; and every sign-in page."""

import re

import pytest

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("running")]


def _story(visit, subject: str, **options) -> None:
    """A librarian reports, BiSC helps, the librarian confirms; Cubiss sees nothing, the steering group counts it."""
    librarian = visit("bisc", **options)
    librarian.sign_in("balie@eemland.example")
    assert "Waar kunnen we mee helpen?" in librarian.text()
    librarian.page.get_by_role("link", name="Iets melden").click()
    librarian.check()
    librarian.page.fill("[name=subject]", subject)
    librarian.page.get_by_text("Geen locatie gekozen").click()
    librarian.page.get_by_label("Eemland, vestiging 1 (demo)").check()
    librarian.press("Verstuur naar BiSC")
    assert "Er mist nog iets" in librarian.text()
    assert librarian.page.input_value("[name=subject]") == subject
    librarian.page.fill("[name=body]", "Sinds kwart voor negen. De balie werkt wel.")
    librarian.page.check("[name=category][value='6']")
    librarian.press("Verstuur naar BiSC")
    number = re.search(r"BISC-\d+", librarian.page.url)[0]
    assert "Ontvangen. U kunt het hier volgen." in librarian.text() and "Nieuw" in librarian.text()

    desk = visit("bisc", **{**options, "width": 1280})
    desk.sign_in("desk@bisc.example")
    desk.goto("/tickets/?view=unassigned")
    desk.page.get_by_role("link", name=subject).click()
    desk.check()
    desk.press("Oppakken")
    assert "Opgepakt door" in desk.text() or "In behandeling" in desk.text()
    desk.page.fill("#id_body", "We kijken **direct** mee.")
    desk.page.select_option("#id_then", "waiting_supplier")
    desk.press("Verstuur naar Eemland" if options.get("javascript", True) else "Versturen")
    assert "Wacht op leverancier" in desk.text()
    desk.page.get_by_role("radio", name="Alleen BiSC").check()
    desk.page.fill("#id_body", "Intern: certificaat verlopen.")
    desk.press("Noteer, alleen BiSC" if options.get("javascript", True) else "Versturen")
    if options.get("javascript", True):
        desk.picture("desk")

    librarian.goto(f"/tickets/{number}/")
    assert "We kijken direct mee." in librarian.text() and "Wacht op leverancier" in librarian.text()
    assert "certificaat" not in librarian.text()

    other = visit("cubiss", **options)
    other.sign_in("desk@cubiss.example")
    other.goto(f"/tickets/{number}/")
    assert "Hier is niets" in other.text()
    other.goto(f"/tickets/?q={subject.split()[0]}")
    assert subject not in other.text().replace(f"Zoeken: {subject}", "")

    desk.page.fill("#id_body", "Het certificaat is vernieuwd.")
    desk.page.select_option("#id_then", "resolved")
    desk.page.select_option("#id_category", "6.1")
    desk.press("Verstuur naar Eemland" if options.get("javascript", True) else "Versturen")
    assert "Opgelost" in desk.text()
    librarian.goto("/")
    assert "Opgelost, graag bevestigen" in librarian.text()
    librarian.goto(f"/tickets/{number}/")
    librarian.press("Ja, sluit de melding")
    assert "Gesloten" in librarian.text()
    if options.get("javascript", True):
        librarian.goto("/")
        librarian.picture("portal")

    director = visit("", **options)
    director.sign_in("stuurgroep@bisc.example")
    assert "Nieuwe meldingen" in director.text() and "Gezamenlijke servicedesk" in director.text()
    director.goto("/agenda/")
    director.goto("/agenda/?as=time")
    if options.get("javascript", True):
        director.picture("agenda")
        director.goto("/steering/")
        director.picture("steering")


def test_the_story_in_dutch(visit):
    _story(visit, "Kastlijst blijft leeg sinds vanochtend")


def test_the_story_on_a_phone(visit):
    _story(visit, "Reserveringen ontbreken op de telefoon", width=390)


def test_the_story_without_javascript(visit):
    _story(visit, "Inleveren hapert zonder script", javascript=False)


def test_english_is_complete(visit):
    desk = visit("bisc")
    desk.sign_in("lead@bisc.example")
    desk.page.click("details.me summary")
    desk.page.locator("details.me").get_by_role("button", name="English").click()
    desk.page.wait_for_load_state("load")
    for path, words in {
        "/tickets/?view=all": "Unassigned",
        "/tickets/new/": "In one sentence",
        "/people/": "Invite somebody",
        "/settings/": "Working days until a resolved ticket closes",
        "/me/": "Your roles at BiSC",
        "/libraries/": "Libraries",
        "/account/2fa/": "Second step at sign-in",
        "/account/password/change/": "Change your password",
    }.items():
        desk.goto(path)
        assert words in desk.text(), path
        assert "Mijn meldingen" not in desk.text() and "Opslaan" not in desk.text(), path
    desk.page.click("details.me summary")
    desk.page.locator("details.me").get_by_role("button", name="Nederlands").click()


def test_every_sign_in_page_is_ours(visit, running):
    """Password, second step with app and with security key, recovery codes: on every host, in our style."""
    guest = visit("bisc")
    guest.goto("/account/password/reset/")
    guest.page.fill("[name=email]", "niemand@bisc.example")
    guest.press("Link versturen")
    assert "Kijk in uw mail" in guest.text()
    guest.goto("/account/password/reset/key/1-xyz/")
    assert "Deze link werkt niet meer" in guest.text()

    person = visit("bisc")
    person.sign_in("keyuser@eemland.example")
    for path in ("/me/", "/me/tokens/", "/colleagues/", "/account/2fa/", "/account/logout/", "/demo/mail/"):
        person.goto(path)
    person.goto("/account/password/change/")
    person.goto("/account/2fa/totp/activate/")
    if "reauthenticate" in person.page.url:
        person.page.fill("[name=password]", "samenbeheer")
        person.page.get_by_role("main").get_by_role("button").first.click()
        person.check()
    assert person.page.locator("img, svg").count() > 0
    person.goto("/account/2fa/webauthn/")
    person.goto("/account/2fa/webauthn/add/")
    person.page.evaluate("document.dispatchEvent(new CustomEvent('allauth.error', {cancelable: true}))")
    person.page.get_by_text("De beveiligingssleutel gaf geen antwoord").wait_for()
    person.check()

    client = person.context.new_cdp_session(person.page)
    client.send("WebAuthn.enable")
    client.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": False,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    person.page.fill("[name=name]", "Sleutel")
    person.page.click("#mfa_webauthn_add")
    person.page.wait_for_url(lambda url: "/add/" not in url)
    person.check()
    person.goto("/account/2fa/recovery-codes/")
    person.goto("/account/2fa/")
    assert "1" in person.text()
    # The key made on BiSC's host works on the common host too: the second step there accepts it.
    person.page.goto(person.base + "/account/logout/")
    person.press("Afmelden")
    person.base = person.base.replace("bisc.", "")
    person.sign_in("keyuser@eemland.example")
    assert "/2fa/authenticate/" in person.page.url
    person.page.click("#mfa_webauthn_authenticate")
    person.page.wait_for_url(lambda url: "/2fa/" not in url)
    assert "//bisc." in person.page.url  # their one host
    person.goto("/account/2fa/")
    running.sql("DELETE FROM mfa_authenticator")
