"""The form that says what is promised from a day on; for any agreement, also one of a contract."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.actor import Actor
from tenants.models import Library, Location
from tenants.web.refused import show_in
from tenants.web.widgets import DayInput
from tickets.agreements.actions import CLOCKS, CLOCKS_OF_SUPPLIER, change_agreement, make_agreement
from tickets.agreements.book import as_targets
from tickets.agreements.durations import read_target, write_target
from tickets.agreements.models import Agreement, AgreementVersion
from tickets.agreements.queries import begins_with
from tickets.agreements.terms import ANY_TYPE
from tickets.agreements.words import MEANWHILE, promised, standing_still
from tickets.calendars.models import ServiceCalendar
from tickets.clocks.kinds import PAUSES, WAITING, ClockKind
from tickets.clocks.reckoning import Target
from tickets.states import Priority, Type

ANY, OTHER = "any", "other"  # in names of fields: what holds for any type, and for one that is still to be chosen
LONGEST = 60
MODES = [
    (
        AgreementVersion.UpdateMode.AFTER_REPORTER,
        gettext_lazy("The library wrote something: it hears from us within this time. Otherwise there is no limit."),
    ),
    (
        AgreementVersion.UpdateMode.BETWEEN,
        gettext_lazy("While a ticket is open, the library hears from us again within this time after each answer."),
    ),
]


@dataclass(frozen=True)
class Row:
    """The fields of one priority."""

    id: str
    label: str
    fields: list[forms.BoundField]


@dataclass(frozen=True)
class Block:
    """A matrix of priorities by clocks, for any type or for one."""

    key: str
    label: str
    rows: list[Row]

    @property
    def is_filled(self) -> bool:
        """Is anything said in it?"""
        return any(field.value() for row in self.rows for field in row.fields)


class EndForm(forms.Form):
    """From when on nothing is promised any more; it stands on one page with the other form."""

    from_on = forms.DateField(
        label=gettext_lazy("Nothing is promised from"),
        widget=DayInput(),
        help_text=gettext_lazy("What was counted before this day stays as it is."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="end_%s", **kwargs)


class AgreementForm(forms.Form):
    """What an agreement promises from a day on.

    `agreement` may be one that is not there yet: `save` makes it. `like` is the version to begin with, else its own.
    """

    from_on = forms.DateField(
        label=gettext_lazy("From"),
        widget=DayInput(),
        help_text=gettext_lazy("What was counted before this day stays as it is."),
    )
    other_type = forms.ChoiceField(label=gettext_lazy("For which type"), required=False)
    update_mode = forms.ChoiceField(
        label=gettext_lazy("What the time for an update means"), choices=MODES, widget=forms.RadioSelect
    )
    own_pauses = forms.BooleanField(
        label=gettext_lazy("Time that does not count is otherwise here than in the agreement for all tickets"),
        required=False,
    )
    calendar = forms.ModelChoiceField(
        label=gettext_lazy("Service hours that count"),
        queryset=ServiceCalendar.objects.none(),
        required=False,
        empty_label=gettext_lazy("those of the service level, else those of the organisation"),
    )

    def __init__(
        self, agreement: Agreement, data: Mapping[str, Any] | None = None, *, like: AgreementVersion | None = None
    ):
        self.agreement = agreement
        own = begins_with(agreement)
        begin = like or own
        targets = as_targets(begin.targets) if begin else {}
        self.types = [] if agreement.type or agreement.supplier_contract_id else _types(targets, data or {})
        super().__init__(data, initial=self._initial(begin, own))
        self.fields["calendar"].queryset = ServiceCalendar.objects.all()
        self._make_matrix(targets)
        self._make_rest(begin)

    # ---- what there is to fill in

    @property
    def clocks(self) -> tuple[ClockKind, ...]:
        """The clocks that this agreement may promise something of."""
        return CLOCKS_OF_SUPPLIER if self.agreement.supplier_contract_id else CLOCKS

    @property
    def says_pauses(self) -> bool:
        """Does it say of itself in which states a clock stands still? That is for all, and contracts with a library."""
        one = self.agreement
        return not (one.level or one.type or one.supplier_contract_id)

    @property
    def heads(self) -> list[str]:
        """The clocks in words, as heads of columns."""
        return [capfirst(clock.label) for clock in self.clocks]

    @property
    def main(self) -> Block:
        """The matrix that counts for any type."""
        return self._block(ANY, "")

    @property
    def blocks(self) -> list[Block]:
        """The matrices of types that have something else promised, and the one for a type still to be chosen."""
        return [self._block(one, capfirst(Type(one).label)) for one in self.types]

    @property
    def other(self) -> Block | None:
        """The matrix for a type that is still to be chosen; None where there is none to choose."""
        return self._block(OTHER, "") if "other_type" in self.fields else None

    @property
    def pauses(self) -> list[forms.BoundField]:
        """The fields that say in which states a clock stands still."""
        return [self[f"pauses_{clock}"] for clock in PAUSES] if self.says_pauses else []

    @property
    def looking(self) -> bool:
        """Was asked to show what it means, and to keep nothing yet?"""
        return self.is_bound and "show" in self.data

    @property
    def meaning(self) -> list[str]:
        """What it means, in sentences; of a valid form."""
        values = self.values()
        targets = {key: target for key, text in values["targets"].items() if (target := read_target(text))}
        said = promised(targets, mode=values["update_mode"], type=self.agreement.type)
        return [*(said or [_("Nothing is promised.")]), *standing_still(values["pauses"] or {})]

    def _initial(self, begin: AgreementVersion | None, own: AgreementVersion | None) -> dict[str, Any]:
        pauses = begin.pauses if begin and begin.pauses is not None else PAUSES
        today = timezone.localdate()
        return {
            "from_on": today + timedelta(days=1) if own else today,
            "update_mode": begin.update_mode if begin else AgreementVersion.UpdateMode.AFTER_REPORTER,
            "calendar": begin.calendar_id if begin else None,
            "own_pauses": bool(begin and begin.pauses is not None),
            **{f"pauses_{clock}": list(pauses.get(clock, ())) for clock in PAUSES},
        }

    def _make_matrix(self, targets: Mapping[tuple[str, str, str], Target]) -> None:
        keys = [ANY, *self.types, *([] if self.agreement.type or self.agreement.supplier_contract_id else [OTHER])]
        for key in keys:
            for priority in Priority:
                for clock in self.clocks:
                    self.fields[f"{key}.{priority}.{clock}"] = forms.CharField(
                        label=capfirst(clock.label),
                        max_length=LONGEST,
                        required=False,
                        initial=write_target(targets.get((ANY_TYPE if key == ANY else key, priority, clock))),
                    )

    def _make_rest(self, begin: AgreementVersion | None) -> None:
        left = [(one.value, one.label) for one in Type if one not in self.types]
        if self.agreement.type or self.agreement.supplier_contract_id or not left:
            del self.fields["other_type"]
        else:
            self.fields["other_type"].choices = [("", _("no type")), *left]
        if self.agreement.supplier_contract_id:
            del self.fields["update_mode"]
        if not self.says_pauses or not self.agreement.contract_id:
            del self.fields["own_pauses"]
        for clock in PAUSES if self.says_pauses else ():
            self.fields[f"pauses_{clock}"] = forms.MultipleChoiceField(
                label=capfirst(ClockKind(clock).label),
                choices=[(state, capfirst(MEANWHILE[state])) for state in WAITING],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )

    def _block(self, key: str, label: str) -> Block:
        rows = [
            Row(f"{key}-{one}", capfirst(one.label), [self[f"{key}.{one}.{clock}"] for clock in self.clocks])
            for one in Priority
        ]
        return Block(key, label, rows)

    # ---- what was filled in

    def clean(self) -> dict[str, Any]:
        """Say beside each field what is no time, and ask the type where something is promised for one."""
        found = super().clean() or {}
        for name in [one for one in self.fields if one.count(".") == 2]:
            try:
                read_target(found.get(name, ""))
            except ValueError as error:
                self.add_error(name, self._at(name, str(error)))
        other = any(found.get(name) for name in self.fields if name.startswith(f"{OTHER}."))
        if other and not found.get("other_type"):
            self.add_error("other_type", _("Choose the type for which this is promised."))
        return found

    def values(self) -> dict[str, Any]:
        """Return what was filled in as `change_agreement` takes it."""
        found = self.cleaned_data
        return {
            "from_on": found["from_on"],
            "targets": self._asked(),
            "update_mode": found.get("update_mode") or AgreementVersion.UpdateMode.AFTER_REPORTER,
            "pauses": self._pauses(),
            "calendar": found["calendar"],
        }

    def shown(self, error: ValidationError) -> ValidationError:
        """Return what a verb refused, by the names of the fields here."""
        if not hasattr(error, "error_dict"):
            return error
        return ValidationError({self._field(name): errors for name, errors in error.error_dict.items()})

    def _asked(self) -> dict[tuple[str, str, str], str]:
        asked = {}
        for name in self.fields:
            key, dot, rest = name.partition(".")
            type = {ANY: ANY_TYPE, OTHER: self.cleaned_data.get("other_type")}.get(key, key)
            if dot and type:
                priority, _dot, clock = rest.partition(".")
                asked[(type, priority, clock)] = self.cleaned_data[name]
        return asked

    def _pauses(self) -> dict[str, list[str]] | None:
        if not self.says_pauses or ("own_pauses" in self.fields and not self.cleaned_data["own_pauses"]):
            return None
        return {clock: sorted(self.cleaned_data[f"pauses_{clock}"]) for clock in PAUSES}

    def _field(self, name: str) -> str:
        type, dot, rest = name.partition(".")
        if not dot:
            return name
        key = ANY if type == ANY_TYPE else type
        return f"{key if key in (ANY, *self.types) else OTHER}.{rest}"

    @staticmethod
    def _at(name: str, said: str) -> str:
        key, priority, clock = name.split(".")
        type = "" if key in (ANY, OTHER) else f"{Type(key).label}, "
        return f"{capfirst(f'{type}{Priority(priority).label}, {ClockKind(clock).label}')}: {said}"


def save(form: AgreementForm, agreement: Agreement, by: Actor) -> bool:
    """Keep what a valid form says; return whether that went well, with what was refused beside its field.

    An agreement that is not there yet is made. Raises NotAllowed as `change_agreement`.
    """
    if not form.is_valid():
        return False
    try:
        with transaction.atomic():
            change_agreement(agreement=_there(agreement, by), **form.values(), by=by)
    except ValidationError as error:
        show_in(form, form.shown(error))
        return False
    return True


def _there(agreement: Agreement, by: Actor) -> Agreement:
    if agreement.pk:
        return agreement
    return make_agreement(
        level=agreement.level,
        type=agreement.type,
        contract=agreement.contract,
        supplier_contract=agreement.supplier_contract,
        by=by,
    )


def _types(targets: Mapping[tuple[str, str, str], Target], data: Mapping[str, Any]) -> list[str]:
    """Return the types of which something is said, in what is there or in what was sent."""
    named: Iterator[str] = (type for type, _priority, _clock in targets)
    sent = (name.partition(".")[0] for name in data if name.count(".") == 2)
    found = {*named, *sent}
    return [one for one in Type.values if one in found]


class WhichForm(forms.Form):
    """Of which ticket is asked what would count for it."""

    library = forms.ModelChoiceField(
        label=gettext_lazy("Library"), queryset=Library.objects.none(), to_field_name="slug"
    )
    locations = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Locations"),
        queryset=Location.objects.none(),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    type = forms.ChoiceField(label=gettext_lazy("Type"), choices=Type)
    priority = forms.ChoiceField(label=gettext_lazy("Priority"), choices=Priority, initial=Priority.MEDIUM)

    def __init__(self, data: Mapping[str, Any], *, libraries: QuerySet[Library], day: date):
        super().__init__(data if "type" in data else None, initial={"library": data.get("library")})
        chosen = libraries.filter(slug=data.get("library", "")).first()
        self.fields["library"].queryset = libraries
        self.fields["locations"].queryset = Location.objects.filter(library=chosen).at(day).order_by("name")
        if chosen is None:
            del self.fields["locations"]
