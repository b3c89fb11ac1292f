"""What is kept to propose a category: in which sorted tickets a word stands, and how often a proposal was right.

What a librarian may be told by it, and what not: docs/decisions/0011-proposals-tell-no-text.md.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

LETTERS_MAX = 30


class SortedTicket(models.Model):
    """A sorted ticket that was counted: under which leaf and library, and with which words, so that it can be moved."""

    ticket = models.OneToOneField("tickets.Ticket", on_delete=models.PROTECT, primary_key=True, related_name="+")
    category = models.ForeignKey("agenda.Category", on_delete=models.PROTECT, related_name="+")
    library = models.ForeignKey("tenants.Library", on_delete=models.PROTECT, null=True, related_name="+")
    words = ArrayField(models.CharField(max_length=LETTERS_MAX))

    class Meta:
        default_permissions = ()


class WordCount(models.Model):
    """In how many sorted tickets of a leaf a word stands; the empty word stands in each."""

    word = models.CharField(max_length=LETTERS_MAX, blank=True)
    category = models.ForeignKey("agenda.Category", on_delete=models.PROTECT, related_name="+")
    tickets = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["word", "category"], name="word_count_once")]


class LibraryWord(models.Model):
    """In how many sorted tickets of a library a word stands, so that a word of few libraries is told to no other."""

    word = models.CharField(max_length=LETTERS_MAX, blank=True)
    library = models.ForeignKey("tenants.Library", on_delete=models.PROTECT, related_name="+")
    tickets = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["word", "library"], name="library_word_once")]


class ProposalResult(models.Model):
    """How often the proposals turned out so when a ticket was sorted."""

    class Level(models.TextChoices):
        GROUP = "group"
        LEAF = "leaf"

    class Result(models.TextChoices):
        FIRST = "first"
        AMONG = "among"
        MISSED = "missed"
        NONE = "none"

    level = models.CharField(max_length=10, choices=Level)
    result = models.CharField(max_length=10, choices=Result)
    tickets = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["level", "result"], name="proposal_result_once")]
