"""What the shapes of the API have in common: names in lowerCamelCase outside, ours inside; nothing unknown taken."""

from ninja import Router, Schema
from pydantic import AliasGenerator, ConfigDict
from pydantic.alias_generators import to_camel


class In(Schema):
    """What a request brings. A field that is not known here is an error: nothing typed is lost in silence."""

    model_config = ConfigDict(extra="forbid", alias_generator=AliasGenerator(validation_alias=to_camel))


class Out(Schema):
    """What an answer holds."""

    model_config = ConfigDict(alias_generator=AliasGenerator(serialization_alias=to_camel))


def router_of(tag: str) -> Router:
    """Return a router whose operations stand together under `tag` in the description."""
    return Router(tags=[tag], by_alias=True)
