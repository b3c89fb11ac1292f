"""Counting what the desk sorted, by which the next proposals are made, and how the last ones turned out."""

from collections import Counter

from django.db import connection, transaction
from django.db.models import F, OuterRef, Q, Subquery

from agenda.categories.models import Category
from tenants.context import current_organisation
from tickets.desk.models import Ticket
from tickets.proposals.models import ProposalResult, SortedTicket, WordCount
from tickets.proposals.queries import Level, Result, counts_of, texts, tree_of
from tickets.proposals.reckoning import EVERY, Counts, Tree, proposals, words_in

BATCH = 500


def count_sorted() -> int:
    """Count the tickets that were sorted, or sorted otherwise, since the last time; return how many.

    Each that is new is first held against what would have been proposed for it, by what was known before it.
    """
    done = 0
    while counted := _count_some():
        done += counted
    return done


@transaction.atomic
def _count_some() -> int:
    _alone()
    tickets = list(_uncounted()[:BATCH])
    if not tickets:
        return 0
    before = {one.pk: one for one in SortedTicket.objects.filter(pk__in=[ticket.pk for ticket in tickets])}
    new = [_counted(ticket) for ticket in tickets if ticket.pk not in before]
    moved = [(before[ticket.pk], ticket.category_id) for ticket in tickets if ticket.pk in before]
    rows = [*new, *before.values()]
    counts = counts_of({word for row in rows for word in row.words})
    touched = {(word, row.category_id) for row in rows for word in (EVERY, *row.words)}
    for row, leaf in moved:
        counts.add(row.words, row.category_id, -1)
        counts.add(row.words, leaf)
        row.category_id = leaf
    _hold(_results(new, counts, tree_of(Category.objects.all())))
    SortedTicket.objects.bulk_create(new)
    SortedTicket.objects.bulk_update([row for row, _leaf in moved], ["category"])
    _keep(counts, touched | {(word, leaf) for row, leaf in moved for word in (EVERY, *row.words)})
    return len(tickets)


def _alone() -> None:
    """Wait for whoever counts here already, and keep others out until the end of the transaction."""
    with connection.cursor() as cursor:
        key = f"{current_organisation().schema_name} proposals"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _uncounted():
    """Return the sorted tickets that are not counted, or under another leaf; in the order in which they came."""
    counted = SortedTicket.objects.filter(pk=OuterRef("pk")).values("category_id")
    found = texts().filter(category__parent__isnull=False).annotate(counted=Subquery(counted))
    found = found.filter(Q(counted__isnull=True) | ~Q(counted=F("category_id")))
    return found.only("subject", "category_id").order_by("pk")


def _counted(ticket: Ticket) -> SortedTicket:
    text = f"{ticket.subject} {ticket.said or ''}"  # type: ignore[attr-defined]
    return SortedTicket(ticket=ticket, category_id=ticket.category_id, words=words_in(text))


def _results(new: list[SortedTicket], counts: Counts, tree: Tree) -> Counter[tuple[str, str]]:
    """Return how the proposals for these tickets turned out, each by what came before it; each is counted then."""
    results: Counter[tuple[str, str]] = Counter()
    for row in new:
        for level, right in ((Level.LEAF, row.category_id), (Level.GROUP, tree.group_of[row.category_id])):
            found = [key for key, _share in proposals(row.words, counts, tree, groups=level == Level.GROUP)]
            results[level, _turned_out(found, right)] += 1
        counts.add(row.words, row.category_id)
    return results


def _turned_out(found: list[int], right: int) -> str:
    """Return how proposals turned out, of which the likeliest comes first."""
    if not found:
        return Result.NONE
    if found[0] == right:
        return Result.FIRST
    return Result.AMONG if right in found else Result.MISSED


def _hold(results: Counter[tuple[str, str]]) -> None:
    for (level, result), tickets in results.items():
        kept, _made = ProposalResult.objects.get_or_create(level=level, result=result)
        ProposalResult.objects.filter(pk=kept.pk).update(tickets=F("tickets") + tickets)


def _keep(counts: Counts, which: set[tuple[str, int]]) -> None:
    rows = [
        WordCount(word=word, category_id=leaf, tickets=counts.of[word].get(leaf, 0)) for word, leaf in sorted(which)
    ]
    WordCount.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["word", "category"], update_fields=["tickets"], batch_size=5000
    )
