from django import forms
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from lac_django import report

from .models import Loan, Member, Visit

BOOKS = [f"Volume {number}" for number in range(1, 200)]


class MemberForm(forms.ModelForm):
    class Meta:
        model = Member
        fields = ["shown_name", "town", "mail"]


@login_not_required
def home(request):
    return render(request, "plain/home.html")


@login_not_required
def shelf(request):
    """Counts visitors on GET."""
    Visit.objects.create(path=request.path)
    return render(request, "plain/shelf.html", {"books": BOOKS})


def me(request):
    form = MemberForm(request.POST or None, instance=Member.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("me")
    loans = Loan.objects.filter(member=request.user)
    return render(request, "plain/me.html", {"form": form, "loans": loans, "books": BOOKS[:5]})


@require_POST
def borrow(request):
    with transaction.atomic():
        loan = Loan.objects.create(member=request.user, title=request.POST["title"][:200])
        report("other", summary=f"Borrowed: {loan.title}")
        if request.POST.get("fail"):
            transaction.set_rollback(True)
    return redirect("me")


@require_POST
def close_account(request):
    request.user.delete()
    return redirect("home")
