"""Pages on the common tree of categories, for the platform administrator."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agenda.categories.actions import end_category, enter_category
from agenda.categories.forms import CategoryForm, EndCategoryForm
from agenda.categories.models import Category
from tenants.actor import Actor
from tenants.web.kept import Kept, done, listing, require_platform, until
from tenants.web.refused import conflicts_shown


@require_http_methods(["GET", "POST"])
@conflicts_shown
def categories(request: HttpRequest) -> HttpResponse:
    """The tree, with what ended; add a group or a leaf."""
    require_platform(request)
    form, by = CategoryForm(request.POST or None), Actor.of_request(request)
    if request.method == "POST" and done(form, lambda **values: enter_category(**values, by=by)):
        messages.success(request, _("Saved."))
        return redirect("platform_categories")
    rows = [
        Kept(
            name=f"{one.code} {one.name}",
            tag=until(one),
            href=reverse("platform_category", kwargs={"code": one.code}),
            inner=one.parent_id is not None,
        )
        for one in Category.objects.all()
    ]
    return listing(
        request,
        title=_("Categories"),
        lead=_("What tickets are about, the same for all organisations, so that figures add up. A ticket gets a leaf."),
        rows=rows,
        form=form,
        add=_("Add a category"),
        empty=_("No categories yet."),
    )


def _show(request: HttpRequest, found: Category, **forms) -> HttpResponse:
    context = {
        "one": found,
        "form": CategoryForm(category=found),
        "end_form": EndCategoryForm(category=found),
        **forms,
    }
    failed = any(form.errors for form in forms.values())
    return render(request, "agenda/category.html", context, status=422 if failed else 200)


@require_http_methods(["GET", "POST"])
@conflicts_shown
def category(request: HttpRequest, code: str) -> HttpResponse:
    """Give a category other names."""
    require_platform(request)
    found = get_object_or_404(Category, code=code)
    if request.method == "GET":
        return _show(request, found)
    form, by = CategoryForm(request.POST, category=found), Actor.of_request(request)
    if not done(form, lambda **values: enter_category(code=code, **values, by=by)):
        return _show(request, found, form=form)
    messages.success(request, _("Saved."))
    return redirect("platform_categories")


@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Give a category its last day."""
    require_platform(request)
    found = get_object_or_404(Category, code=code)
    form, by = EndCategoryForm(request.POST, category=found), Actor.of_request(request)
    if not done(form, lambda **values: end_category(category=found, **values, by=by)):
        return _show(request, found, end_form=form)
    messages.success(request, _("Saved."))
    return redirect("platform_categories")
