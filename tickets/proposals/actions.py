"""Counting what the desk sorted, by which the next proposals are made, and how the last ones turned out."""

from collections import Counter

from django.db import connection, transaction
from django.db.models import Exists, F, Model, OuterRef

from agenda.categories.models import Category
from tenants.context import current_organisation
from tickets.desk.models import Ticket
from tickets.proposals.models import LibraryWord, ProposalResult, SortedTicket, WordCount
from tickets.proposals.queries import Level, Result, counts_of, libraries_of, texts, tree_of
from tickets.proposals.reckoning import EVERY, Counts, Tree, proposals, words_in, written_by_others

BATCH = 500


def count_sorted() -> int:
    """Count the tickets that were sorted, sorted otherwise or given to another library since the last time.

    Returns how many. Each that is new is first held against what would have been proposed for it, by what was known
    before it.
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
    known = {one.pk: one for one in SortedTicket.objects.filter(pk__in=[ticket.pk for ticket in tickets])}
    new = [_counted(ticket) for ticket in tickets if ticket.pk not in known]
    words = {word for row in [*new, *known.values()] for word in row.words}
    leaves, libraries = counts_of(words), libraries_of(words)
    by_leaf = {(word, row.category_id) for row in new for word in (EVERY, *row.words)}
    by_library = {(word, row.library_id) for row in new for word in (EVERY, *row.words)}
    for ticket in tickets:
        if row := known.get(ticket.pk):
            by_leaf |= _move(leaves, row.words, row.category_id, ticket.category_id)
            by_library |= _move(libraries, row.words, row.library_id, ticket.library_id)
            row.category_id, row.library_id = ticket.category_id, ticket.library_id
    _hold(_results(new, leaves, libraries, tree_of(Category.objects.all())))
    SortedTicket.objects.bulk_create(new)
    SortedTicket.objects.bulk_update(known.values(), ["category", "library"])
    _keep(WordCount, "category", leaves, by_leaf)
    _keep(LibraryWord, "library", libraries, by_library)
    return len(tickets)


def _move(counts: Counts, words: list[str], key: int | None, to: int) -> set[tuple[str, int]]:
    """Count words under another key than before, if there was one; return what it touched."""
    if key is not None:
        counts.add(words, key, -1)
    counts.add(words, to)
    return {(word, one) for word in (EVERY, *words) for one in (key, to) if one is not None}


def _alone() -> None:
    """Wait for whoever counts here already, and keep others out until the end of the transaction."""
    with connection.cursor() as cursor:
        key = f"{current_organisation().schema_name} proposals"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _uncounted():
    """Return the sorted tickets that are not counted, or under another leaf or library; in the order they came."""
    counted = SortedTicket.objects.filter(
        pk=OuterRef("pk"), category_id=OuterRef("category_id"), library_id=OuterRef("library_id")
    )
    found = texts().filter(~Exists(counted), category__parent__isnull=False)
    return found.only("subject", "category_id", "library_id").order_by("pk")


def _counted(ticket: Ticket) -> SortedTicket:
    text = f"{ticket.subject} {ticket.said or ''}"  # type: ignore[attr-defined]
    where = {"category_id": ticket.category_id, "library_id": ticket.library_id}
    return SortedTicket(ticket=ticket, **where, words=words_in(text))


def _results(rows: list[SortedTicket], leaves: Counts, libraries: Counts, tree: Tree) -> Counter[tuple[str, str]]:
    """Return how the proposals for these tickets turned out, each by what came before it; each is counted then."""
    results: Counter[tuple[str, str]] = Counter()
    for row in rows:
        told = written_by_others(row.words, libraries, [row.library_id])
        for level, words, right in (
            (Level.LEAF, row.words, row.category_id),  # as staff get it
            (Level.GROUP, told, tree.group_of[row.category_id]),  # as its library gets it
        ):
            found = [key for key, _share in proposals(words, leaves, tree, groups=level == Level.GROUP)]
            results[level, _turned_out(found, right)] += 1
        leaves.add(row.words, row.category_id)
        libraries.add(row.words, row.library_id)
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


def _keep(model: type[Model], key: str, counts: Counts, which: set[tuple[str, int]]) -> None:
    rows = [model(word=word, **{f"{key}_id": one}, tickets=counts.of[word][one]) for word, one in sorted(which)]
    model.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["word", key], update_fields=["tickets"], batch_size=5000
    )
