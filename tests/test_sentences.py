"""What is wrong with a form is said in sentences about its fields, with a summary that leads to them."""

import pytest
from django import forms
from django.utils import translation

from config.look.sentences import sentences, summary


class Example(forms.Form):
    name = forms.CharField(label="Naam", max_length=5)
    day = forms.DateField(label="Tot en met")
    days = forms.IntegerField(label="Dagen", min_value=1, max_value=730)
    email = forms.EmailField(label="E-mailadres")
    kind = forms.ChoiceField(label="Rol", choices=[("a", "A")], widget=forms.RadioSelect)
    own = forms.CharField(label="Reden", error_messages={"required": "Schrijf waarom."})


RIGHT = {"name": "Ada", "day": "31-12-2026", "days": "3", "email": "a@b.nl", "kind": "a", "own": "x"}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Vul “Naam” in."),
        ("name", "Adalbert", "Maak “Naam” korter: hooguit 5 tekens, nu 8."),
        ("day", "morgen", "Schrijf “Tot en met” als een dag, zoals 31-12-2026."),
        ("days", "veel", "Schrijf “Dagen” als een heel getal, zoals 12."),
        ("days", "731", "“Dagen” is hooguit 730."),
        ("days", "0", "“Dagen” is ten minste 1."),
        ("email", "ada", "Schrijf bij “E-mailadres” een adres, zoals naam@bibliotheek.nl."),
        ("kind", "", "Kies iets bij “Rol”."),
        ("kind", "b", "Kies iets uit de lijst bij “Rol”."),
        ("own", "", "Schrijf waarom."),
    ],
)
def test_a_mistake_is_a_sentence_about_its_field(field, value, said):
    with translation.override("nl"):
        assert sentences(Example({**RIGHT, field: value})[field]) == [said]


def test_a_summary_leads_to_each_field_also_where_there_are_several_choices():
    with translation.override("nl"):
        found = summary(Example({**RIGHT, "name": "", "kind": ""}))
    assert (found.links, found.others, found.missing) == (
        [("id_name", "Vul “Naam” in."), ("id_kind_0", "Kies iets bij “Rol”.")],
        [],
        True,
    )


class Unseen(forms.Form):
    version = forms.IntegerField(label="Versie", widget=forms.HiddenInput)
    name = forms.CharField(label="Naam")
    secret = forms.CharField(label="Wachtwoord", widget=forms.PasswordInput, required=False)

    def clean(self):
        if self.data.get("name") == "Ada":
            raise forms.ValidationError("Dit kan samen niet.")
        return super().clean()


def test_what_is_wrong_beyond_the_fields_that_one_sees_is_said_too():
    with translation.override("nl"):
        found = summary(Unseen({"name": "", "version": "x"}))
        assert (found.links, found.others, found.missing) == (
            *([("id_name", "Vul “Naam” in.")], ["Schrijf “Versie” als een heel getal, zoals 12."], False),
        )
        found = summary(Unseen({"name": "Ada", "version": "3"}))
        assert (found.links, found.others, found.missing) == ([], ["Dit kan samen niet."], False)


def test_a_summary_says_what_was_typed_stays_unless_it_was_a_password():
    class Open(Unseen):
        secret = None

    assert (summary(Unseen({})).keeps, summary(Open({})).keeps) == (False, True)


def test_a_summary_says_that_something_is_missing_only_when_that_is_all():
    assert summary(Example({**RIGHT, "name": "", "days": "x"})).missing is False


@pytest.mark.parametrize(
    ("who", "path", "data", "goal"),
    [
        ("bisc desk", "/tickets/new/", {"subject": ""}, 'href="#id_subject"'),
        ("bisc lead", "/people/", {"email": "geen"}, 'href="#id_email"'),
        (None, "/account/login/", {"login": ""}, 'href="#id_login"'),
    ],
)
def test_a_page_begins_with_its_summary_which_takes_the_focus(client_of, who, path, data, goal):
    page = client_of(who, "bisc").post(path, data).content.decode()
    assert 'class="problems" role="alert" tabindex="-1" autofocus' in page and goal in page
    assert "<title>Fout: " in page or who is None


def test_who_signs_in_can_type_at_once_and_after_a_mistake_hears_of_it_first(client_of):
    client = client_of(None, "bisc")
    page = client.get("/account/login/").content.decode()
    assert page.count(" autofocus") == 1 and " autofocus" in page.partition('name="login"')[2].partition(">")[0]
    page = client.post("/account/login/", {"login": ""}).content.decode()
    assert page.index('class="problems" role="alert" tabindex="-1" autofocus') < page.index('name="login"')
