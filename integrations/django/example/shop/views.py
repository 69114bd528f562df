from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import redirect, render

from lac_django import report

from .models import Newsletter


@login_required
def newsletter(request):
    if request.method == "POST":
        wanted = bool(request.POST.get("subscribed"))
        with transaction.atomic():
            if wanted:
                Newsletter.objects.get_or_create(user=request.user)
            else:
                Newsletter.objects.filter(user=request.user).delete()
            # A shop's own act: one line, in its own transaction.
            report("other", summary="Newsletter: subscribed" if wanted else "Newsletter: unsubscribed")
        messages.success(request, "Your choice is saved.")
        return redirect("newsletter")
    subscribed = Newsletter.objects.filter(user=request.user).exists()
    return render(request, "shop/newsletter.html", {"subscribed": subscribed, "page_title": "Newsletter"})
