import json

from django.core.management.base import BaseCommand, CommandError

from lac_django import client, outbox, sync
from lac_django.client import GatewayError
from lac_django.models import DeletedCustomer


class Command(BaseCommand):
    help = "Tell lac about all customers and orders, and send reports that are still waiting."

    def add_arguments(self, parser):
        parser.add_argument("--reports-only", action="store_true", help="send waiting reports, nothing else")
        parser.add_argument("--batch", type=int, default=1000, help="rows of a request (default: 1000)")

    def handle(self, *args, batch, reports_only, **options):
        if not 1 <= batch <= sync.MAX_ROWS:
            raise CommandError(f"--batch must be between 1 and {sync.MAX_ROWS}")
        if not reports_only:
            deleted = list(DeletedCustomer.objects.values_list("pk", flat=True))
            self.send("customers", sync.customers(), batch)
            DeletedCustomer.objects.filter(pk__in=deleted).delete()
            self.send("orders", sync.orders(), batch)
        left = outbox.flush(everything=True)
        if left:
            raise CommandError(f"{left} reports could not be sent; they are tried again later")

    def send(self, kind, rows, batch):
        totals = dict.fromkeys(("read", "created", "updated", "unchanged", "deleted", "skipped"), 0)
        for part in parts(rows, batch):
            try:
                answer = client.gateway.sync(kind, part, timeout=client.SYNC_TIMEOUT)
            except GatewayError as error:
                hint = f" ({error.hint})" if error.hint else ""
                raise CommandError(f"{kind}: {error.code}: {error.detail}{hint}") from None
            for skipped in answer.get("skipped") or []:
                name = skipped.get("id") or skipped.get("number")
                self.stderr.write(f"{kind}: {name} was skipped: {skipped.get('reason')}")
            for name in totals:
                value = answer.get(name) or 0
                totals[name] += len(value) if isinstance(value, list) else value
        self.stdout.write(f"{kind}: " + ", ".join(f"{value} {name}" for name, value in totals.items()))


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
