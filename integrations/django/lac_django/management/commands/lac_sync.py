import json
import re

from django.core.management.base import BaseCommand, CommandError

from lac_django import client, outbox, sync
from lac_django.client import GatewayError
from lac_django.models import DeletedCustomer

COUNTS = ("read", "created", "updated", "unchanged", "deleted", "skipped")
# So many rows are looked for one by one; more refusals have another cause.
MAX_REFUSED = 50


class Command(BaseCommand):
    help = "Tell lac about all customers and orders, and send reports that are still waiting."

    def add_arguments(self, parser):
        parser.add_argument("--reports-only", action="store_true", help="send waiting reports, nothing else")
        parser.add_argument("--batch", type=int, default=1000, help="rows of a request (default: 1000)")

    def handle(self, *args, batch, reports_only, **options):
        if not 1 <= batch <= sync.MAX_ROWS:
            raise CommandError(f"--batch must be between 1 and {sync.MAX_ROWS}")
        problems = []
        if not reports_only:
            deleted = list(DeletedCustomer.objects.values_list("pk", flat=True))
            if self.send("customers", sync.customers(), batch, problems):
                DeletedCustomer.objects.filter(pk__in=deleted).delete()
            self.send("orders", sync.orders(), batch, problems)
        left = outbox.flush(everything=True)
        if left:
            problems.append(f"{left} reports could not be sent; they are tried again later")
        if problems:
            raise CommandError("\n".join(problems))

    def send(self, kind, rows, batch, problems):
        """Sends all rows, or adds what stopped it to ``problems``."""
        totals = dict.fromkeys(COUNTS, 0)
        try:
            for part in parts(rows, batch):
                self.send_part(kind, part, totals)
        except GatewayError as error:
            problems.append(f"{kind}: {said(error)}")
            return False
        finally:
            self.stdout.write(f"{kind}: " + ", ".join(f"{value} {name}" for name, value in totals.items()))
        return True

    def send_part(self, kind, part, totals):
        try:
            answer = client.gateway.sync(kind, part, timeout=client.SYNC_TIMEOUT)
        except GatewayError as error:
            if error.status not in (400, 409) or totals["skipped"] >= MAX_REFUSED:
                raise
            # Some of the rows are refused, and all others with them: find out which.
            if len(part) > 1:
                middle = len(part) // 2
                self.send_part(kind, part[:middle], totals)
                self.send_part(kind, part[middle:], totals)
                return
            answer = {"read": 1, "skipped": [{"at": 0, "reason": said(error)}]}
        for skipped in answer.get("skipped") or []:
            name = name_of(part, skipped.get("at")) or skipped.get("id") or skipped.get("number")
            self.stderr.write(f"{kind}: {name} was skipped: {with_names(str(skipped.get('reason')), part)}")
        for name in COUNTS:
            value = answer.get(name) or 0
            totals[name] += len(value) if isinstance(value, list) else value


def said(error):
    """What the gateway said, for the operator."""
    if error.code in ("not_found", "bad_answer"):
        return f"{error.code}: your gateway is older than the kit, or LAC['URL'] is not a gateway's"
    detail = f": {error.detail}" if error.detail else ""
    hint = f" ({error.hint})" if error.hint else ""
    return f"{error.code}{detail}{hint}"


def name_of(part, at):
    """What a row is about: a customer's id or an order's number."""
    if not isinstance(at, int) or not 0 <= at < len(part):
        return None
    return part[at].get("id") or part[at].get("number")


def with_names(reason, part):
    """A reason that names rows by what they are about, not by their place in a request."""

    def name(row):
        return str(name_of(part, int(row[1])) or row[0])

    return re.sub(r"\brow (\d{1,5})\b", name, reason)


def parts(rows, batch):
    """Divides rows into requests that keep lac's limits."""
    rows = iter(rows)
    part, size = [], 2
    for row in rows:
        length = len(json.dumps(row)) + 2
        if part and (len(part) == batch or size + length > sync.MAX_BYTES):
            yield part
            part, size = [], 2
        part.append(row)
        size += length
    if part:
        yield part
