"""Words of contracts for templates: `{% load contract_tags %}`."""

from django import template

from tickets.contracts.minutes import in_hours

register = template.Library()
register.filter("in_hours", in_hours)
