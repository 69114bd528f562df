"""What a shop would use instead of the gateway, for benches/gateway.sh: Django
with django-hijack on SQLite. One view spends a token and takes over the customer's
account with hijack's own view, one reads the session.

    peer.py prepare DATABASE TOKENS N    creates the database, N agents, N customers,
                                         and a file with one token in each line
    peer.py count DATABASE               prints the number of recorded takeovers
    gunicorn peer:application            with PEER_DATABASE set

The database waits for the disk at each commit, as the store of lac does.
"""

import json
import os
import secrets
import sys
import time

import django
from django.conf import settings

database = sys.argv[2] if len(sys.argv) > 2 and sys.argv[1] in ("prepare", "count") else os.environ["PEER_DATABASE"]
settings.configure(
    SECRET_KEY="for measuring only",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.admin",
        "hijack",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": database,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    },
)
django.setup()

from django.contrib.admin.models import CHANGE, LogEntry  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import JsonResponse, QueryDict  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from hijack.views import AcquireUserView  # noqa: E402

BACKEND = "django.contrib.auth.backends.ModelBackend"
TOKENS = "CREATE TABLE login_token (token TEXT PRIMARY KEY, agent INTEGER, customer INTEGER, expires REAL, spent REAL)"


@csrf_exempt
def redeem(request):
    """Spends a token once and opens a session as the customer, and records it."""
    token = json.loads(request.body)["token"]
    now = time.time()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE login_token SET spent = %s WHERE token = %s AND spent IS NULL AND expires > %s",
                [now, token, now],
            )
            if cursor.rowcount != 1:
                return JsonResponse({"code": "token_invalid"}, status=409)
            cursor.execute("SELECT agent, customer FROM login_token WHERE token = %s", [token])
            agent, customer = cursor.fetchone()
        request.user = User.objects.get(pk=agent)
        request.session = SessionStore()
        request.session["_auth_user_backend"] = BACKEND
        post = QueryDict(mutable=True)
        post["user_pk"] = str(customer)
        request.POST = post
        request._dont_enforce_csrf_checks = True
        AcquireUserView.as_view()(request)
        request.session.save()
        LogEntry.objects.create(
            user_id=agent, object_id=str(customer), object_repr="customer", action_flag=CHANGE, change_message="hijacked"
        )
        user = User.objects.get(pk=customer)
    return JsonResponse(
        {"session_id": request.session.session_key, "customer": {"id": str(user.pk), "email": user.email, "name": user.username}}
    )


def check(request):
    """Whether the visitor's session is still that of a customer."""
    return JsonResponse({"customer": request.user.pk, "hijacked": bool(request.session.get("hijack_history"))})


urlpatterns = [path("redeem", redeem), path("check", check)]
application = get_wsgi_application()


def prepare(tokens, count):
    call_command("migrate", verbosity=0)
    User.objects.bulk_create(
        User(username=f"agent{n}", is_staff=True, is_superuser=True, password="!") for n in range(count)
    )
    User.objects.bulk_create(
        User(username=f"customer{n}", email=f"customer{n}@example.com", password="!") for n in range(count)
    )
    agents = User.objects.filter(is_staff=True).order_by("pk").values_list("pk", flat=True)
    customers = User.objects.filter(is_staff=False).order_by("pk").values_list("pk", flat=True)
    pairs = list(zip(agents, customers))
    made = [secrets.token_urlsafe(180) for _ in pairs]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TOKENS)
        cursor.executemany(
            "INSERT INTO login_token VALUES (%s, %s, %s, %s, NULL)",
            [(token, *pair, time.time() + 3600) for token, pair in zip(made, pairs)],
        )
    with open(tokens, "w") as file:
        file.writelines(token + "\n" for token in made)
    session = SessionStore()
    session["_auth_user_id"] = str(pairs[0][1])
    session["_auth_user_backend"] = BACKEND
    session["_auth_user_hash"] = User.objects.get(pk=pairs[0][1]).get_session_auth_hash()
    session["hijack_history"] = [str(pairs[0][0])]
    session.save()
    print(session.session_key)


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(sys.argv[3], int(sys.argv[4]))
    else:
        print(LogEntry.objects.filter(change_message="hijacked").count())
