"""How likely each category is for a text: naive Bayes over counts of words. Numbers in, numbers out; no database."""

import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

WORD = re.compile(r"[^\W_]+")
SHORTEST, LONGEST = 3, 30
TEXT_MAX = 2000  # letters of a text that are read
FEW = 3  # a word in fewer tickets weighs nothing: it says too little
OTHERS = 2  # libraries: a word that fewer others wrote is told to no librarian, in no way
WEIGHED = 12  # the rarest words of a text that weigh
TOGETHER = 0.5  # of the weight of a word: words go together, and say the same thing twice
ENOUGH = 50  # sorted tickets of a group from which on it is proposed
SHOWN = 3
LEAST = 0.05  # likelihood of what is shown
EVERY = ""  # the word that stands in each ticket


def words_in(text: str) -> list[str]:
    """Return the words of `text` in lower case, each once and in order; none with a digit in it, as numbers have."""
    found = {word for word in WORD.findall(text[:TEXT_MAX].lower()) if SHORTEST <= len(word) <= LONGEST}
    return sorted(word for word in found if word.isalpha())


@dataclass
class Counts:
    """In how many sorted tickets of each leaf, or of each library, each word stands; by keys."""

    of: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, words: Iterable[str], key: int, by: int = 1) -> None:
        """Count one ticket with these words under `key`; `by` is -1 to take it away again."""
        for word in (EVERY, *words):
            self.of[word][key] = self.of[word].get(key, 0) + by

    @property
    def sizes(self) -> dict[int, int]:
        """How many tickets each leaf has, of those that have any."""
        return {leaf: tickets for leaf, tickets in self.of.get(EVERY, {}).items() if tickets > 0}

    def weighed(self, words: Iterable[str]) -> list[str]:
        """Return which of these words weigh: the rarest of those that do not stand in few tickets."""
        known = {word: sum(self.of.get(word, {}).values()) for word in words}
        return sorted((word for word in known if known[word] >= FEW), key=lambda word: (known[word], word))[:WEIGHED]


def written_by_others(words: Iterable[str], libraries: Counts, own: Collection[int]) -> list[str]:
    """Return those of `words` that at least two libraries wrote which are not `own`."""

    def others(word: str) -> int:
        return sum(tickets > 0 and key not in own for key, tickets in libraries.of.get(word, {}).items())

    return [word for word in words if others(word) >= OTHERS]


def likelihoods(words: Iterable[str], counts: Counts) -> dict[int, float]:
    """Return how likely each leaf is for these words; together one, and nothing where no word weighs."""
    sizes, weighed = counts.sizes, counts.weighed(words)
    if not sizes or not weighed:
        return {}
    total = sum(sizes.values())
    scores = {leaf: math.log(size / total) for leaf, size in sizes.items()}
    for word in weighed:
        within = counts.of[word]
        share = sum(within.values()) / total
        for leaf, size in sizes.items():
            here = (within.get(leaf, 0) + share) / (size + 1)
            scores[leaf] += TOGETHER * math.log(here / share)
    most = max(scores.values())
    weights = {leaf: math.exp(score - most) for leaf, score in scores.items()}
    whole = math.fsum(weights.values())
    return {leaf: weight / whole for leaf, weight in weights.items()}


@dataclass(frozen=True)
class Tree:
    """The tree of categories as far as it may be proposed: the group of each leaf, and what is in force."""

    group_of: Mapping[int, int]
    in_force: frozenset[int]

    def by_group(self, numbers: Mapping[int, float]) -> dict[int, float]:
        """Return numbers of leaves added up by group."""
        found: dict[int, float] = defaultdict(float)
        for leaf in sorted(numbers):
            found[self.group_of[leaf]] += numbers[leaf]
        return dict(found)


def proposals(words: Iterable[str], counts: Counts, tree: Tree, *, groups: bool) -> list[tuple[int, float]]:
    """Return at most three leaves, or `groups`, with their likelihood, the likeliest first.

    Of a group with fewer than 50 sorted tickets nothing is proposed, nor what is not in force.
    """
    shares = likelihoods(words, counts)
    enough = {group for group, size in tree.by_group(counts.sizes).items() if size >= ENOUGH}
    if groups:
        shares = tree.by_group(shares)
    fits = [
        (key, share)
        for key, share in shares.items()
        if key in tree.in_force and share >= LEAST and (key if groups else tree.group_of[key]) in enough
    ]
    return sorted(fits, key=lambda fit: (-round(fit[1], 9), fit[0]))[:SHOWN]
