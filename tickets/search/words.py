"""The words of a question, and in whose names they stand: one query, before any ticket is read."""

import re
from dataclasses import dataclass

from django.db import connection

from tenants.context import current_organisation
from tenants.dated import IN_WORDS

WORDS = 8
NUMBER = re.compile(r"(?:([A-Za-z][A-Za-z0-9]*)-)?([0-9]{1,9})")
# A word is letters and digits; a code of a category ("6.1") is one word.
WORD = re.compile(r"[0-9]+(?:\.[0-9]+)+|[^\W_]+")
# By what a library is found: names of columns, joined.
OF_LIBRARY = ("name", "kvk")
# Columns that point at what has a name, in the order of LOOK_UP.
NAMED = ("library_id", "category_id", "reporter_id", "location_id")


@dataclass(frozen=True)
class Word:
    """A word as PostgreSQL looks it up, and the rows of other tables that have it in their name."""

    query: str
    named: dict[str, list[int]]  # keys by the column that points at them
    in_files: bool


def number_of(text: str) -> str | None:
    """Return the number of a ticket that `text` is ("BISC-12", "bisc-12", "12"), or None; quoted it is a word."""
    match = NUMBER.fullmatch(text.strip())
    if not match:
        return None
    return f"{(match[1] or current_organisation().prefix).upper()}-{int(match[2])}"


def words_of(text: str) -> list[Word]:
    """Return the words of `text`, at most 8, without those that say nothing ("de") and without doubles.

    Each is looked up as a prefix; a number with its letters ("BISC-12") is looked up as it is written. Where none says
    anything, the last is taken as the beginning of a word: of "zelf" on the way to "zelfservice".
    """
    stripped = text.strip()
    whole = bool(NUMBER.fullmatch(stripped)) and "-" in stripped
    words = [stripped] if whole else WORD.findall(text)[:WORDS]
    if not words:
        return []
    organisation = current_organisation()
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, {"words": words, "whole": whole, "organisation": organisation.pk})
        found = [
            Word(query, dict(zip(NAMED, named, strict=True)), in_files) for query, *named, in_files in cursor.fetchall()
        ]
    return list({word.query: word for word in found}.values())


LOOK_UP = f"""
WITH words AS MATERIALIZED (
    SELECT word, place, CASE WHEN %(whole)s
        THEN phraseto_tsquery('extensions.nl', word) || phraseto_tsquery('extensions.nl', replace(word, '-', ' '))
        ELSE to_tsquery('extensions.nl', word || ':*') END AS query
    FROM unnest(%(words)s::text[]) WITH ORDINALITY AS given(word, place)
), telling AS (
    SELECT place, query FROM words WHERE numnode(query) > 0
    UNION ALL SELECT place, ('''' || lower(extensions.plain(word)) || ''':*')::tsquery FROM words
    WHERE place = (SELECT max(place) FROM words) AND NOT EXISTS (SELECT FROM words WHERE numnode(query) > 0)
)
SELECT query::text,
    ARRAY(SELECT id FROM tenants_library WHERE organisation_id = %(organisation)s
        AND {IN_WORDS.format("concat_ws(' ', " + ", ".join(OF_LIBRARY) + ")")} @@ query
        UNION SELECT library_id FROM tenants_isil WHERE {IN_WORDS.format("value")} @@ query AND library_id > 0),
    ARRAY(SELECT id FROM agenda_category WHERE to_tsvector('extensions.nl', code)
        || {IN_WORDS.format("name_nl || ' ' || name_en")} @@ query),
    ARRAY(SELECT id FROM tenants_person WHERE {IN_WORDS.format("name")} @@ query),
    ARRAY(SELECT id FROM tenants_location WHERE {IN_WORDS.format("name")} @@ query
        UNION SELECT location_id FROM tenants_isil WHERE {IN_WORDS.format("value")} @@ query AND location_id > 0),
    EXISTS (SELECT FROM tickets_attachment WHERE {IN_WORDS.format("name")} @@ query)
FROM telling ORDER BY place
"""
