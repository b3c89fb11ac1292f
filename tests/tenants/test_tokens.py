"""API tokens."""

import pytest
from django.core.management import CommandError, call_command

from tenants.context import inside


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["niemand@x.example"], "no active person"),
        (["desk@bisc.example", "--organisation", "nergens"], "no organisation"),
    ],
)
def test_create_token_says_what_is_wrong(cast, arguments, message):
    with inside(None), pytest.raises(CommandError, match=message):
        call_command("create_token", *arguments)


def test_create_token_prints_only_the_token(cast, capsys):
    with inside(None):
        call_command("create_token", "DESK@bisc.example", organisation="bisc")
    assert capsys.readouterr().out.strip().startswith("sb_")


def test_tokens_page_shows_a_token_once(cast, client_of):
    client = client_of("bisc desk")
    page = client.post("/me/tokens/", {"name": "Script", "scope": "read", "days": "30"}).content.decode()
    token = page.split("<code>")[1].split("</code>")[0]
    assert token.startswith("sb_")
    assert token not in client.get("/me/tokens/").content.decode()
    pk = cast.bisc.people["desk"].tokens.get().pk
    assert client_of("bisc lead").post(f"/me/tokens/{pk}/end/").status_code == 404
    assert client.post(f"/me/tokens/{pk}/end/").status_code == 302
