"""What a librarian is asked, by what it is about: something that fails is told otherwise than something to arrange."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tickets.states import Type

Words = str | Promise


@dataclass(frozen=True)
class Kind:
    """The words of a form: its title, its two questions with a help, and what is said when one is left open."""

    title: Words
    name: Words
    subject: Words
    example: Words
    no_subject: Words
    body: Words
    no_body: Words


KINDS = {
    Type.INCIDENT: Kind(
        title=_("Report something"),
        name=_("Something is not working"),
        subject=_("What is not working, in one sentence?"),
        example=_("Such as: self-service says “no connection”."),
        no_subject=_("Write in one sentence what is not working."),
        body=_("What do you see happening, and since when?"),
        no_body=_("Write what you see happening."),
    ),
    Type.SERVICE_REQUEST: Kind(
        title=_("Ask for something"),
        name=_("I want something arranged"),
        subject=_("What do you need, in one sentence?"),
        example=_("Such as: an account for a new member of staff."),
        no_subject=_("Write in one sentence what you need."),
        body=_("For whom or where is it, and from when?"),
        no_body=_("Write for whom or where it is, and from when."),
    ),
    Type.QUESTION: Kind(
        title=_("Ask a question"),
        name=_("I have a question"),
        subject=_("What is your question, in one sentence?"),
        example=_("Such as: how do I renew the subscription of a school?"),
        no_subject=_("Write your question in one sentence."),
        body=_("What do you want to do, and what did you try?"),
        no_body=_("Write what you want to do."),
    ),
    Type.CHANGE: Kind(
        title=_("Have a setting changed"),
        name=_("I want a setting changed"),
        subject=_("What has to be different, in one sentence?"),
        example=_("Such as: the opening hours of a branch in the summer."),
        no_subject=_("Write in one sentence what has to be different."),
        body=_("How is it now, and how should it be?"),
        no_body=_("Write how it is now, and how it should be."),
    ),
    Type.WISH: Kind(
        title=_("Pass on a wish"),
        name=_("I have a wish for the future"),
        subject=_("What would you like to be able to do, in one sentence?"),
        example=_("Such as: see on the receipt when a book is due."),
        no_subject=_("Write in one sentence what you would like to be able to do."),
        body=_("What does it solve, and for whom?"),
        no_body=_("Write what it solves, and for whom."),
    ),
    Type.COMPLAINT: Kind(
        title=_("Pass on a complaint"),
        name=_("I have a complaint"),
        subject=_("What is your complaint about, in one sentence?"),
        example=_("Such as: we have waited three weeks for an answer."),
        no_subject=_("Write in one sentence what your complaint is about."),
        body=_("What happened, and what had you expected?"),
        no_body=_("Write what happened."),
    ),
}
CHOICES = [(value, kind.name) for value, kind in KINDS.items()]
