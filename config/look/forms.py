"""How forms look everywhere: label, help, field, error beside it."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Renders forms and fields with our own templates."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
