"""How likely each category is for a text: naive Bayes over counts of words. Numbers in, numbers out; no database."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

WORD = re.compile(r"[^\W_]+")
SHORTEST, LONGEST = 3, 30
TEXT_MAX = 2000  # letters of a text that are read
FEW = 3  # a word in fewer tickets weighs nothing: it might tell of one of them
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
    """In how many sorted tickets of each leaf each word stands; leaves are keys."""

    of: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, words: Iterable[str], leaf: int, by: int = 1) -> None:
        """Count one ticket with these words under `leaf`; `by` is -1 to take it away again."""
        for word in (EVERY, *words):
            self.of[word][leaf] = self.of[word].get(leaf, 0) + by

    @property
    def sizes(self) -> dict[int, int]:
        """How many tickets each leaf has, of those that have any."""
        return {leaf: tickets for leaf, tickets in self.of.get(EVERY, {}).items() if tickets > 0}

    def weighed(self, words: Iterable[str]) -> list[str]:
        """Return which of these words weigh: the rarest of those that do not stand in few tickets."""
        known = {word: sum(self.of.get(word, {}).values()) for word in words}
        return sorted((word for word in known if known[word] >= FEW), key=lambda word: (known[word], word))[:WEIGHED]


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
