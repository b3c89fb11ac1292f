"""Verbs on what hangs on a contract: its files, and the people at a supplier."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.actor import Actor
from tenants.context import current_organisation
from tenants.files import actions as files
from tickets.contracts.actions import Of, locked, require_keeper, told
from tickets.contracts.models import ContractFile, LibraryContract, SupplierContact, SupplierContract

MOST_FILES, MOST_CONTACTS = 50, 50


def add_files(*, contract: Of, uploads: Sequence[UploadedFile], by: Actor) -> list[ContractFile]:
    """Keep files with a contract and return their rows. Raises ValidationError (`files`), NotAllowed as above."""
    require_keeper(by)
    key = "library_contract" if isinstance(contract, LibraryContract) else "supplier_contract"
    with files.keeping(), transaction.atomic():
        found = locked(contract)
        if not uploads:
            raise ValidationError({"files": _("Choose a file.")})
        if found.files.count() + len(uploads) > MOST_FILES:
            raise ValidationError({"files": _("At most %(most)s files with one contract.") % {"most": MOST_FILES}})
        try:
            stored = files.put(uploads, current_organisation())
        except ValidationError as error:
            raise ValidationError({"files": error.error_list}) from None
        made = [
            ContractFile.objects.create(
                **{key: found},
                key=one.storage_name.rpartition("/")[2],
                name=one.name,
                size=one.size,
                content_type=one.content_type,
                sha256=one.sha256,
                storage_name=one.storage_name,
                made_by=by.person,
                made_at=timezone.now(),
            )
            for one in stored
        ]
        told(found, "file_added", by, files=[one.pk for one in made])
    return made


@transaction.atomic
def remove_file(*, file: ContractFile, by: Actor) -> None:
    """Take a file away with its bytes; one that is gone is no error. Raises NotAllowed as above."""
    require_keeper(by)
    found = ContractFile.objects.select_for_update(of=("self",)).filter(pk=file.pk).first()
    if found is None:
        return
    contract, name = found.library_contract or found.supplier_contract, found.storage_name
    found.delete()
    told(contract, "file_removed", by, file=file.pk)
    transaction.on_commit(lambda: files.forget(name))


@transaction.atomic
def add_contact(
    *, contract: SupplierContract, name: str, task: str = "", email: str = "", phone: str = "", by: Actor
) -> SupplierContact:
    """Name somebody at a supplier and return the row; the same one again is not named twice.

    Raises ValidationError by field, NotAllowed as above.
    """
    require_keeper(by)
    found = locked(contract)
    values = {"name": name.strip(), "task": task.strip(), "email": email.strip(), "phone": phone.strip()}
    same = found.contacts.filter(**values).first()
    if same is not None:
        return same
    contact = SupplierContact(contract=found, **values)
    contact.clean_fields(exclude=["contract"])
    if not all(value.isprintable() for value in values.values()):
        raise ValidationError({"name": _("Give it on one line.")})
    if found.contacts.count() >= MOST_CONTACTS:
        raise ValidationError({"name": _("At most %(most)s people at one supplier.") % {"most": MOST_CONTACTS}})
    contact.save()
    told(found, "contact_added", by, contact=contact.pk)
    return contact


@transaction.atomic
def remove_contact(*, contact: SupplierContact, by: Actor) -> None:
    """Name somebody at a supplier no more; one that is gone is no error. Raises NotAllowed as above."""
    require_keeper(by)
    found = SupplierContact.objects.select_for_update(of=("self",)).filter(pk=contact.pk).first()
    if found is not None:
        found.delete()
        told(contact.contract, "contact_removed", by, contact=contact.pk)
