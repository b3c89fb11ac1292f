"""What is proposed for a text, and how often proposals were right; of the organisation entered alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left
from django.utils import timezone

from agenda.categories.models import Category
from agenda.categories.plain import NOT_ASKED, plain_name
from tenants.access import Standing
from tickets.desk.models import Message, Ticket
from tickets.proposals.models import LibraryWord, ProposalResult, WordCount
from tickets.proposals.reckoning import EVERY, TEXT_MAX, Counts, Tree, proposals, words_in, written_by_others
from tickets.states import Visibility

Level, Result = ProposalResult.Level, ProposalResult.Result
# What is shown of a likelihood: whole steps, so that a page tells nothing of one ticket more or less.
STEP = 5


@dataclass(frozen=True)
class Proposal:
    """One category that it may be about, and how likely that is, in per cent."""

    code: str
    name: str
    percent: int


@dataclass(frozen=True)
class Score:
    """How often the proposals of a level were right."""

    first: int
    among: int
    missed: int
    none: int

    @property
    def made(self) -> int:
        """For how many tickets there were proposals."""
        return self.first + self.among + self.missed

    @property
    def first_percent(self) -> int:
        """How often the first was right, in per cent."""
        return round(100 * self.first / self.made) if self.made else 0

    @property
    def three_percent(self) -> int:
        """How often one of the three was right, in per cent."""
        return round(100 * (self.first + self.among) / self.made) if self.made else 0


def proposed(text: str, *, standing: Standing) -> list[Proposal]:
    """Return at most three categories for `text`; at most three queries.

    Staff get leaves. A librarian gets groups in plain words, by words that other libraries wrote too: whatever else
    their text says changes nothing.
    """
    groups, words = not standing.is_staff, words_in(text)
    if groups and words:
        words = written_by_others(words, libraries_of(words), standing.library_ids)
    if not words:
        return []
    counts = counts_of(words)
    if not counts.weighed(words):
        return []
    categories = {one.pk: one for one in Category.objects.all()}
    found = proposals(words, counts, tree_of(categories.values()), groups=groups)
    return [
        Proposal(
            code=categories[key].code,
            name=str(plain_name(categories[key]) if groups else categories[key].name),
            percent=in_steps(share),
        )
        for key, share in found
    ]


def in_steps(share: float) -> int:
    """Return a likelihood in per cent as it is shown: in steps of five, and never sure."""
    return min(95, max(STEP, round(share * 100 / STEP) * STEP))


def counts_of(words: Iterable[str]) -> Counts:
    """Return the kept counts of these words by leaf, and of all tickets; one query."""
    return _kept(WordCount.objects.filter(word__in=[EVERY, *words]).values_list("word", "category_id", "tickets"))


def libraries_of(words: Iterable[str]) -> Counts:
    """Return the kept counts of these words by library; one query."""
    return _kept(LibraryWord.objects.filter(word__in=[EVERY, *words]).values_list("word", "library_id", "tickets"))


def _kept(rows: Iterable[tuple[str, int, int]]) -> Counts:
    counts = Counts()
    for word, key, tickets in rows:
        counts.of[word][key] = tickets
    return counts


def tree_of(categories: Iterable[Category]) -> Tree:
    """Return the tree of these categories; a group that no librarian is asked for is proposed to none."""
    known, today = list(categories), timezone.localdate()
    return Tree(
        group_of={one.pk: one.parent_id for one in known if one.parent_id},
        in_force=frozenset(
            one.pk
            for one in known
            if one.from_on <= today and (one.until_on is None or one.until_on >= today) and one.code not in NOT_ASKED
        ),
    )


def texts():
    """Return all tickets with `said`, what was written when they were filed, as far as it is read."""
    first = Message.objects.filter(ticket=OuterRef("pk"), visibility=Visibility.PUBLIC).order_by("created_at", "pk")
    return Ticket.objects.annotate(said=Subquery(first.values(part=Left("body", TEXT_MAX))[:1]))


def score(level: str) -> Score:
    """Return how often the proposals of a level were right; one query."""
    kept = dict(ProposalResult.objects.filter(level=level).values_list("result", "tickets"))
    return Score(**{result: kept.get(result, 0) for result in Result.values})
