"""The customer's own pages: the checkbox, an agent's question, and the history."""

from io import StringIO
from unittest import mock

from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.utils import timezone

from lac_django import outbox, sync
from lac_django.management.commands.lac_sync import parts
from lac_django.models import Outgoing
from tests.support.cases import Browser, KitCase
from tests.support.stub import hang, iso, problem

PAGE = "/loginascustomer/consent"
CONSENT = "/v1/customers/1/consent"


def consent(**values):
    return 200, {
        "customer_id": "1", "granted": False, "until": None, "changed_at": None, "mode": "opt-in",
        "title": "Let us <help>", "tooltip": "Our \"staff\" can log in", "can_change": True,
        "website": "books_de", "website_name": "Book Room Berlin", "ask": None,
    } | values


ASK = {
    "id": "ask-1", "website": "books_de", "website_name": "Book Room Berlin", "ticket": "ZD-9", "duration": 86400,
    "asked_at": iso(0), "expires_at": iso(86400),
}


class OwnPages(KitCase):
    def setUp(self):
        super().setUp()
        self.browser.force_login(self.ada)
        self.stub.script["/consent"] = [consent()]

    def choose(self, **data):
        self.browser.get(PAGE)
        return self.post(PAGE, data)

    def test_it_is_for_customers_who_are_signed_in(self):
        guest = Browser().get(PAGE)
        self.assertEqual(guest.status_code, 302)
        self.assertIn("/in/", guest["Location"])
        self.assertEqual(self.stub.calls, [])

    def test_title_and_tooltip_come_from_lac_and_are_escaped(self):
        page = self.browser.get(PAGE)
        self.assertContains(page, "Let us &lt;help&gt;")
        self.assertContains(page, "Our &quot;staff&quot; can log in")
        self.assertNotContains(page, " checked")
        self.assertIn("no-store", page["Cache-Control"])
        self.assertEqual(page["X-Frame-Options"], "DENY")
        self.assertIn("frame-ancestors 'none'", page["Content-Security-Policy"])

    def test_a_yes_and_a_no(self):
        self.stub.script["/consent"] = [lambda body: consent(granted=bool(body and body["granted"]), changed=True)]
        response = self.choose(granted="true")
        self.assertEqual(response["Location"], PAGE + "?saved=yes")
        self.assertEqual(self.choose()["Location"], PAGE + "?saved=no")
        puts = [body for verb, _, body, _ in self.stub.calls if verb == "PUT"]
        self.assertEqual(puts, [{"granted": True}, {"granted": False}])

    def test_it_takes_forms_of_this_site_alone(self):
        self.browser.get(PAGE)
        for origin in ("https://evil.example", "null", None):
            self.assertEqual(self.post(PAGE, {"granted": "true"}, origin=origin).status_code, 403)
        self.assertEqual(self.post(PAGE, {"granted": "true", "csrfmiddlewaretoken": "x"}).status_code, 403)
        self.assertNotIn("PUT", [verb for verb, *_ in self.stub.calls])

    def test_a_question_is_answered(self):
        self.stub.script["/consent"] = [consent(ask=ASK)]
        page = self.browser.get(PAGE)
        for text in ("May we log in", "Book Room Berlin", "ZD-9", "24 hours"):
            self.assertContains(page, text)
        self.stub.script["/ask-1"] = [
            lambda body: (200, {"ask_id": "ask-1", "state": {"allow": "allowed", "deny": "denied"}[body["decision"]]})
        ]
        self.assertEqual(self.choose(ask="ask-1", decision="allow")["Location"], PAGE + "?saved=allowed")
        self.assertEqual(self.choose(ask="ask-1", decision="deny")["Location"], PAGE + "?saved=denied")
        self.assertEqual(self.choose(ask="ask-1", decision="whatever")["Location"], PAGE + "?saved=denied")
        self.assertIn(f"{CONSENT}-asks/ask-1", self.stub.paths())

    def test_a_question_that_is_closed(self):
        self.stub.script["/ask-1"] = [problem(409, "ask_closed")]
        self.assertContains(self.choose(ask="ask-1", decision="allow"), "no longer open", status_code=409)

    def test_ids_of_questions_cannot_leave_their_place(self):
        self.stub.script["/x"] = [problem(404, "ask_not_found")]
        self.choose(ask="../../../sessions/x", decision="allow")
        self.assertIn(CONSENT + "-asks/..%2F..%2F..%2Fsessions%2Fx", self.stub.paths())

    def test_where_the_storefront_may_not_change_it(self):
        self.stub.script["/consent"] = [consent(can_change=False, mode="mandatory")]
        page = self.browser.get(PAGE)
        self.assertContains(page, " disabled")
        self.assertContains(page, "support may always log in")

    def test_hints_are_for_the_log(self):
        refusal = 403, {"code": "resource_denied", "hint": "lac storefront add"}
        self.stub.script["/consent"] = [lambda body: refusal if body else consent()]
        response = self.choose(granted="true")
        self.assertNotContains(response, "lac storefront", status_code=403)

    def test_lac_learns_of_a_customer_it_does_not_know(self):
        self.stub.script["/consent"] = [problem(404, "customer_not_found"), consent()]
        self.stub.script["/sync/customers"] = [(200, {"read": 1, "created": 1})]
        self.assertContains(self.browser.get(PAGE), "Let us")
        self.assertEqual(self.stub.paths(), [CONSENT, "/v1/sync/customers", CONSENT])
        (row,) = self.stub.bodies("/sync/customers")[0]
        self.assertEqual(
            row,
            {"id": "1", "email": "ada@example.com", "name": "Ada Byron", "website": "books_de", "active": True, "confirmed": True},
        )

    def test_without_lac_it_says_so(self):
        self.stub.script["/consent"] = [hang(0)]
        self.assertContains(self.browser.get(PAGE), "Not available", status_code=503)

    def test_the_history(self):
        visit = {
            "started_at": iso(-7200), "ended_at": iso(-3600), "duration": 3600, "state": "ended", "website": "books_de",
            "website_name": "Book Room Berlin", "read_only": False,
            "actions": [{"action": "order_placed", "document": "order:100042", "at": iso(-5000)}],
        }
        self.stub.script["/access-history"] = [(200, {"customer_id": "1", "visits": [visit], "next": "a/b"})]
        page = self.browser.get("/loginascustomer/history")
        for text in ("1 hour", "Order placed: 100042", "Book Room Berlin", "?after=a/b"):
            self.assertContains(page, text)
        self.assertNotContains(page, "Who")
        visit |= {"admin": "anna", "admin_full_name": "Anna <A>", "reason": "Broken lamp", "ticket": "ZD-1"}
        page = self.browser.get("/loginascustomer/history?after=a/b")
        self.assertContains(page, "Anna &lt;A&gt;")
        self.assertIn("&after=a%2Fb", self.stub.paths()[-1])


class Sync(KitCase):
    def test_customers_without_the_staff(self):
        get_user_model().objects.create_user("S-3", "staff@example.com", is_staff=True)
        get_user_model().objects.filter(pk=2).update(website="books_fr", is_active=False)
        self.stub.script["/sync/customers"] = [
            (200, {"read": 2, "created": 1, "skipped": [{"at": 1, "id": "2", "reason": "unknown website"}]})
        ]
        self.stub.script["/sync/orders"] = [(200, {})]
        out, err = StringIO(), StringIO()
        call_command("lac_sync", stdout=out, stderr=err)
        (rows,) = self.stub.bodies("/sync/customers")
        self.assertEqual([row["id"] for row in rows], ["1", "2"])
        self.assertEqual((rows[1]["website"], rows[1]["active"]), ("books_fr", False))
        self.assertIn("2 was skipped: unknown website", err.getvalue())
        self.assertIn("customers: 2 read, 1 created", out.getvalue())

    def test_deleted_customers(self):
        self.bob.delete()
        self.stub.script["/sync/customers"] = [problem(503, "busy"), (200, {"read": 2, "deleted": 1})]
        self.stub.script["/sync/orders"] = [(200, {})]
        with self.assertRaises(CommandError):
            call_command("lac_sync", stdout=StringIO())
        call_command("lac_sync", stdout=StringIO())
        call_command("lac_sync", stdout=StringIO())
        bodies = self.stub.bodies("/sync/customers")
        self.assertEqual([{"id": "2", "deleted": True} in body for body in bodies], [True, True, False])

    def test_a_refusal_is_told_with_its_hint(self):
        self.stub.script["/sync/customers"] = [problem(403, "resource_denied")]
        with self.assertRaisesMessage(CommandError, "resource_denied"):
            call_command("lac_sync", stdout=StringIO())

    def test_names_are_cut_to_what_lac_takes(self):
        self.ada.shown_name = "ß" * 301
        self.assertEqual(sync.customer_row(self.ada)["name"], "ß" * 255)

    def refuse(self, *bad):
        """A gateway that refuses a whole request because of one row."""

        def answer(rows):
            at = next((at for at, row in enumerate(rows) if row["id"] in bad), None)
            if at is None:
                return 200, {"read": len(rows), "created": len(rows), "skipped": []}
            return 400, {"code": "invalid_value", "detail": f"row {at}: email: `x` is not an e-mail address"}

        self.stub.script["/sync/customers"] = [answer]
        self.stub.script["/sync/orders"] = [(200, {})]

    def test_one_bad_customer_does_not_stop_the_others(self):
        for number in range(3, 9):
            get_user_model().objects.create_user(f"C-{number}", f"c{number}@example.com", id=number)
        self.refuse("6")
        out, err = StringIO(), StringIO()
        call_command("lac_sync", stdout=out, stderr=err)
        self.assertIn("customers: 8 read, 7 created", out.getvalue())
        self.assertIn("1 skipped", out.getvalue())
        self.assertEqual(
            err.getvalue().strip(), "customers: 6 was skipped: invalid_value: 6: email: `x` is not an e-mail address"
        )
        taken = [row["id"] for rows in self.stub.bodies("/sync/customers") if "6" not in str(rows) for row in rows]
        self.assertEqual(sorted(taken), ["1", "2", "3", "4", "5", "7", "8"])

    def test_a_gateway_that_refuses_everything_is_not_asked_about_each_row(self):
        for number in range(3, 300):
            get_user_model().objects.create_user(f"C-{number}", f"c{number}@example.com", id=number)
        self.refuse(*map(str, range(300)))
        with self.assertRaisesMessage(CommandError, "customers: invalid_value"):
            call_command("lac_sync", stdout=StringIO(), stderr=StringIO())
        self.assertLess(len(self.stub.calls), 150)

    def test_a_duplicate_is_told_with_the_other_customers_id(self):
        skipped = {"at": 1, "id": "2", "reason": "email: is row 0's too, on the same website"}
        self.stub.script["/sync/customers"] = [(200, {"read": 2, "skipped": [skipped]})]
        err = StringIO()
        call_command("lac_sync", stdout=StringIO(), stderr=err)
        self.assertIn("customers: 2 was skipped: email: is 1's too, on the same website", err.getvalue())

    def test_reports_are_sent_when_customers_are_not(self):
        Outgoing.objects.create(
            id="r1", session_id="a3f1" * 8, kind="action", what="other", at=timezone.now(), next_try=timezone.now()
        )
        self.stub.script["/sync/customers"] = [problem(403, "resource_denied")]
        with self.assertRaisesMessage(CommandError, "customers: resource_denied"):
            call_command("lac_sync", stdout=StringIO())
        self.assertEqual(len(self.stub.bodies("/actions")), 1)
        self.assertFalse(Outgoing.objects.exists())

    def test_an_older_gateway_or_another_server(self):
        for answer in (problem(404, "not_found"), (404, b"<h1>Not found</h1>")):
            self.stub.script["/sync/customers"] = [answer]
            with self.assertRaisesMessage(CommandError, "your gateway is older than the kit, or LAC['URL'] is not a gateway's"):
                call_command("lac_sync", stdout=StringIO())

    def test_requests_keep_the_limits(self):
        rows = [{"id": str(n), "name": "x" * 1000} for n in range(10)]
        self.assertEqual([len(part) for part in parts(rows, 4)], [4, 4, 2])
        with mock.patch("lac_django.sync.MAX_BYTES", 3000):
            self.assertEqual([len(part) for part in parts(rows, 100)], [2] * 5)
        self.assertEqual(list(parts([], 4)), [])
