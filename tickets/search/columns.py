"""The column by which PostgreSQL finds the words of a text."""

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func


class SearchColumn(models.GeneratedField):
    """The words of a text column as PostgreSQL finds them: Dutch stems, no accents."""

    def __init__(self, source: str, **kwargs):
        self.source = source
        kwargs["expression"] = Func(
            F(source), template="to_tsvector('extensions.nl', %(expressions)s)", output_field=SearchVectorField()
        )
        kwargs["output_field"] = SearchVectorField()
        kwargs["db_persist"] = True
        super().__init__(**kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for key in ("expression", "output_field", "db_persist"):
            kwargs.pop(key, None)
        kwargs["source"] = self.source
        return name, path, args, kwargs
