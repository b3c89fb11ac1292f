"""SQL that has to be there before the first table.

Extensions lie in a schema of their own, which every search_path ends with. `plain` is what names are sorted by, and
what trigrams are made of; `nl` finds Dutch words without accents, on PostgreSQL 15 and later.
"""

TEXT_SEARCH = """
CREATE SCHEMA IF NOT EXISTS extensions;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA extensions;
CREATE OR REPLACE FUNCTION extensions.plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT extensions.unaccent('extensions.unaccent'::regdictionary, $1) $$;
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
                   WHERE n.nspname = 'extensions' AND c.cfgname = 'nl') THEN
        CREATE TEXT SEARCH CONFIGURATION extensions.nl (COPY = pg_catalog.dutch);
        ALTER TEXT SEARCH CONFIGURATION extensions.nl
            ALTER MAPPING FOR asciihword, asciiword, hword, hword_asciipart, hword_part, word
            WITH extensions.unaccent, pg_catalog.dutch_stem;
    END IF;
END $$;
"""
