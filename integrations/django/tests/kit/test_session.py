"""During a session: is it still valid, who ends it, and what is closed to it."""

from unittest import mock

from django.contrib.auth import get_user_model

from lac_django import outbox, signals
from lac_django.models import Outgoing
from plain.models import Loan
from tests.support.cases import Browser, KitCase
from tests.support.stub import SESSION, hang, problem

CHECK = f"/v1/sessions/{SESSION}/check"
END = f"/v1/sessions/{SESSION}/end"


class Check(KitCase):
    def setUp(self):
        super().setUp()
        self.land()
        self.stub.calls.clear()

    def checks(self):
        return self.stub.paths().count(CHECK)

    def test_a_check_is_kept_for_two_seconds_in_the_session(self):
        for _ in range(3):
            self.browser.get("/me/")
        self.assertEqual(self.checks(), 0)
        self.clock.move(2)
        other_worker = Browser()
        other_worker.cookies["sessionid"] = self.browser.cookies["sessionid"].value
        self.browser.get("/me/")
        other_worker.get("/me/")
        self.assertEqual(self.checks(), 1)

    def test_a_page_five_seconds_after_the_end_is_the_public_one(self):
        self.stub.sessions[SESSION]["state"] = "ended"
        self.clock.move(5)
        home = self.browser.get("/")
        self.assertEqual(home.status_code, 200)
        self.assertNotContains(home, "lac-banner")
        self.assertNotContains(home, "Ada Byron")
        self.assertEqual(home["Clear-Site-Data"], '"cache"')
        self.assertIn("no-store", home["Cache-Control"])
        self.assertLoggedOut()
        self.assertNotIn(END, self.stub.paths())

    def test_a_form_that_comes_after_the_end_changes_nothing(self):
        self.stub.sessions[SESSION]["state"] = "ended"
        self.clock.move(5)
        response = self.post("/me/borrow/", {"title": "Late"})
        self.assertContains(response, "The session has ended", status_code=403)
        self.assertFalse(Loan.objects.exists())

    def test_an_unknown_state_is_over(self):
        for state in ("paused", "", None, 1):
            self.land()
            self.stub.sessions[SESSION]["state"] = state
            self.clock.move(2)
            self.assertLoggedOut()

    def test_a_session_that_lac_does_not_know_is_over(self):
        self.stub.script["/check"] = [problem(404, "session_not_found")]
        self.clock.move(2)
        self.assertLoggedOut()

    def test_a_check_is_retried_once(self):
        self.stub.script["/check"] = [problem(503, "busy"), None]
        self.clock.move(2)
        self.assertEqual(self.browser.get("/me/").status_code, 200)
        self.assertEqual(self.checks(), 2)

    def test_answers_that_are_no_answers_are_retried_too(self):
        for answer in ((200, b"<html>proxy</html>"), (502, b"bad gateway"), (404, b"not found"), problem(404, "not_found"), problem(401, "not_authenticated")):
            self.stub.script["/check"] = [answer, None]
            self.clock.move(2)
            self.assertEqual(self.browser.get("/me/").status_code, 200)

    def test_a_call_takes_two_seconds_at_most(self):
        import time

        self.stub.script["/check"] = [hang(5)]
        self.clock.move(2)
        start = time.monotonic()
        self.assertEqual(self.browser.get("/me/").status_code, 200)
        self.assertLess(time.monotonic() - start, 5)
        self.assertGreater(time.monotonic() - start, 3.5)

    def test_thirty_seconds_without_a_good_answer_end_it(self):
        self.stub.script["/check"] = [problem(503, "busy")]
        self.clock.move(25)
        self.assertEqual(self.browser.get("/me/").status_code, 200)
        self.clock.move(6)
        self.assertLoggedOut()
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "unusable"}])

    def test_a_good_answer_starts_the_thirty_seconds_again(self):
        for _ in range(3):
            self.clock.move(25)
            self.assertEqual(self.browser.get("/me/").status_code, 200)

    def test_a_storefront_whose_token_is_refused_serves_nobody(self):
        self.stub.script["/check"] = [problem(401, "not_authenticated")]
        self.stub.script["/end"] = [problem(401, "not_authenticated"), None]
        self.clock.move(2)
        self.assertLoggedOut()
        # lac is told as soon as it takes the shop's token again.
        outbox.flush(everything=True)
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "unusable"}] * 2)

    def test_a_401_from_something_in_between_is_no_answer(self):
        self.stub.script["/check"] = [(401, {"error": "login"})]
        self.clock.move(25)
        self.assertEqual(self.browser.get("/me/").status_code, 200)
        self.clock.move(6)
        self.assertLoggedOut()

    def test_read_only_follows_the_check(self):
        self.stub.sessions[SESSION]["read_only"] = True
        self.clock.move(2)
        self.assertEqual(self.post("/me/borrow/", {"title": "Now"}).status_code, 403)

    def test_an_earlier_end_is_taken_over(self):
        from tests.support.stub import iso

        self.stub.sessions[SESSION]["ends_at"] = iso(60)
        self.clock.move(2)
        self.browser.get("/me/")
        self.stub.calls.clear()
        self.clock.move(60)
        self.assertLoggedOut()
        self.assertEqual(self.checks(), 0)
        self.land()
        for ends_at in (None, "tomorrow", 5):
            self.stub.sessions[SESSION]["ends_at"] = ends_at
            self.clock.move(2)
            self.assertEqual(self.browser.get("/me/").status_code, 200)

    def test_a_check_does_not_undo_what_another_request_stored(self):
        """The check writes at once, so it cannot bring back an older session."""
        self.clock.move(2)

        def meanwhile(body):
            session = self.browser.session
            session["basket"] = "full"
            session.save()
            return None

        self.stub.script["/check"] = [meanwhile]
        self.browser.get("/me/")
        self.assertEqual(self.browser.session["basket"], "full")

    def test_a_session_that_ends_meanwhile_is_not_stored_again(self):
        self.clock.move(2)
        key = self.browser.cookies["sessionid"].value

        def meanwhile(body):
            self.browser.session.flush()
            return None

        self.stub.script["/check"] = [meanwhile]
        self.browser.get("/me/")
        stale = Browser()
        stale.cookies["sessionid"] = key
        self.assertLoggedOut(stale)


class WaysOut(KitCase):
    def setUp(self):
        super().setUp()
        self.land()
        self.stub.calls.clear()
        self.heard = mock.Mock()
        signals.impersonation_ended.connect(self.heard)
        self.addCleanup(signals.impersonation_ended.disconnect, self.heard)

    def causes(self):
        return [call.kwargs["cause"] for call in self.heard.call_args_list]

    def test_the_banner_s_button(self):
        response = self.post("/loginascustomer/end")
        self.assertEqual((response.status_code, response["Location"]), (303, "/"))
        self.assertEqual(response["Clear-Site-Data"], '"cache"')
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "left"}])
        self.assertEqual(self.causes(), ["left"])
        self.assertLoggedOut()

    def test_it_is_a_post_from_this_site(self):
        self.assertEqual(self.browser.get("/loginascustomer/end").status_code, 405)
        self.assertEqual(self.post("/loginascustomer/end", origin="https://evil.example").status_code, 403)
        self.assertEqual(self.post("/loginascustomer/end", {"csrfmiddlewaretoken": "x" * 32}).status_code, 403)
        self.assertContains(self.browser.get("/me/"), "lac-banner")

    def test_it_does_not_sign_a_customer_out(self):
        customer = Browser()
        customer.force_login(self.bob)
        self.csrf(customer)
        self.assertEqual(self.post("/loginascustomer/end", browser=customer).status_code, 303)
        self.assertContains(customer.get("/me/"), "Bob")

    def test_it_works_without_lac(self):
        self.lac(URL="http://127.0.0.1:9")
        self.assertEqual(self.post("/loginascustomer/end").status_code, 303)
        self.assertLoggedOut()
        self.lac(URL=self.stub.url)
        self.assertEqual(outbox.flush(everything=True), 0)
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "left"}])

    def test_the_shop_s_own_sign_out(self):
        self.assertEqual(self.post("/out/").status_code, 302)
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "signed_out"}])
        self.assertEqual(self.causes(), ["signed_out"])
        self.assertLoggedOut()

    def test_signing_in_as_somebody_else(self):
        self.browser.login(username="B-2", password="a-customer-s-own-password")
        self.post("/out/")
        self.land()
        self.stub.calls.clear()
        response = self.post("/in/", {"username": "B-2", "password": "a-customer-s-own-password"})
        self.assertEqual(response.status_code, 302)
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "signed_out"}])
        page = self.browser.get("/me/")
        self.assertContains(page, "Bob")
        self.assertNotContains(page, "lac-banner")

    def test_an_account_that_becomes_staff(self):
        get_user_model().objects.filter(pk=1).update(is_staff=True)
        self.assertLoggedOut()
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "unusable"}])

    def test_an_account_that_is_closed_or_gets_a_new_password(self):
        get_user_model().objects.filter(pk=1).update(is_active=False)
        self.assertLoggedOut()
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "unusable"}])
        get_user_model().objects.filter(pk=1).update(is_active=True)
        self.land(session_id="c" * 32)
        self.ada.set_password("the customer has changed it")
        self.ada.save()
        self.assertLoggedOut()

    def test_a_session_with_another_user_s_key_is_ended(self):
        session = self.browser.session
        session["_auth_user_id"] = "2"
        session["_auth_user_hash"] = self.bob.get_session_auth_hash()
        session.save()
        self.assertLoggedOut()


class Closed(KitCase):
    """Password, e-mail address, deletion and consent belong to the customer."""

    def setUp(self):
        super().setUp()
        self.land()
        self.before = get_user_model().objects.values().get(pk=1)

    def unchanged(self):
        self.assertEqual(get_user_model().objects.values().get(pk=1), self.before)

    def form(self, **values):
        return {"shown_name": "Ada Byron", "town": "", "mail": "ada@example.com"} | values

    def test_the_password_page(self):
        self.assertContains(self.browser.get("/me/secret/"), "Only the customer", status_code=403)
        self.assertEqual(self.post("/me/secret/", {"old_password": "x"}).status_code, 403)

    def test_an_e_mail_address_on_whatever_page(self):
        response = self.post("/me/", self.form(mail="thief@example.com"))
        self.assertContains(response, "Only the customer", status_code=403)
        self.unchanged()

    def test_names_can_be_changed(self):
        self.assertEqual(self.post("/me/", self.form(town="Dorking")).status_code, 302)
        self.assertEqual(get_user_model().objects.get(pk=1).town, "Dorking")

    def test_the_account_s_deletion(self):
        self.assertEqual(self.post("/me/gone/").status_code, 403)
        self.unchanged()

    def test_consent_and_history(self):
        for path in ("/loginascustomer/consent", "/loginascustomer/history"):
            self.assertContains(self.browser.get(path), "Only the customer", status_code=403)
        for data in ({"granted": "true"}, {"ask": "1", "decision": "allow"}):
            self.assertEqual(self.post("/loginascustomer/consent", data).status_code, 403)
        self.assertFalse([path for path in self.stub.paths() if "/customers/" in path])

    def test_views_that_the_shop_names(self):
        self.lac(FORBIDDEN_VIEWS=["shelf"])
        self.assertEqual(self.browser.get("/shelf/").status_code, 403)

    def test_customers_themselves_can_do_all_that(self):
        customer = Browser()
        customer.force_login(self.ada)
        self.assertEqual(customer.get("/me/secret/").status_code, 200)
        self.assertEqual(self.post_as(customer, "/me/", self.form(mail="new@example.com")).status_code, 302)
        self.assertEqual(get_user_model().objects.get(pk=1).mail, "new@example.com")
        self.assertEqual(self.post_as(customer, "/me/gone/").status_code, 302)
        self.assertFalse(get_user_model().objects.filter(pk=1).exists())


class ReadOnly(KitCase):
    def setUp(self):
        super().setUp()
        self.land(read_only=True)

    def test_it_looks(self):
        self.assertContains(self.browser.get("/me/"), "read-only")

    def test_it_does_not_post_put_or_delete(self):
        for method in ("post", "put", "patch", "delete"):
            response = getattr(self.browser, method)("/me/borrow/", headers={"origin": "http://localhost"})
            self.assertContains(response, "read-only", status_code=403)

    def test_a_get_that_writes_is_refused_by_the_database(self):
        self.assertContains(self.browser.get("/shelf/"), "read-only", status_code=403)
        from plain.models import Visit

        self.assertFalse(Visit.objects.exists())

    def test_others_write_meanwhile(self):
        self.assertEqual(Browser().get("/shelf/").status_code, 200)

    def test_the_way_out_works(self):
        self.assertEqual(self.post("/loginascustomer/end").status_code, 303)
        self.assertLoggedOut()
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "left"}])

    def test_it_ends_and_is_checked_as_any_other(self):
        self.clock.move(3)
        self.assertEqual(self.browser.get("/me/").status_code, 200)
        self.stub.sessions[SESSION]["state"] = "expired"
        self.clock.move(3)
        self.assertLoggedOut()


class Reports(KitCase):
    def setUp(self):
        super().setUp()
        self.land()
        self.stub.calls.clear()

    def sent(self):
        return [action for body in self.stub.bodies("/actions") for action in body["actions"]]

    def test_an_act_is_told_after_its_transaction(self):
        self.post("/me/borrow/", {"title": "Sketch of the Engine"})
        (action,) = self.sent()
        self.assertEqual((action["action"], action["summary"]), ("other", "Borrowed: Sketch of the Engine"))
        self.assertRegex(action["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertRegex(action["id"], r"^[A-Za-z0-9._:-]{1,64}$")
        self.assertFalse(Outgoing.objects.exists())

    def test_what_rolls_back_is_not_told(self):
        self.post("/me/borrow/", {"title": "Never", "fail": "1"})
        self.assertFalse(Loan.objects.exists())
        self.assertEqual(self.sent(), [])

    def test_what_the_customer_does_is_not_told(self):
        customer = Browser()
        customer.force_login(self.ada)
        self.post_as(customer, "/me/borrow/", {"title": "Mine"})
        self.assertEqual(self.stub.calls, [])

    def test_changes_of_the_account_are_told_by_themselves(self):
        self.post("/me/", {"shown_name": "Ada King", "town": "Ockham", "mail": "ada@example.com"})
        (action,) = self.sent()
        self.assertEqual(action["action"], "account_changed")
        self.assertIn("shown name", action["summary"])
        self.assertNotIn("Ockham", action["summary"])
        self.stub.calls.clear()
        self.post("/me/", {"shown_name": "Ada King", "town": "Ockham", "mail": "ada@example.com"})
        self.assertEqual(self.sent(), [])

    def test_a_report_waits_for_lac_and_keeps_its_id(self):
        self.stub.script["/actions"] = [problem(503, "busy"), None]
        self.assertEqual(self.post("/me/borrow/", {"title": "Later"}).status_code, 302)
        row = Outgoing.objects.get()
        self.assertEqual((row.tries, row.failed), (1, ""))
        self.assertEqual(outbox.flush(), 0 + 0)  # it is not due yet
        self.assertEqual(outbox.flush(everything=True), 0)
        first, second = self.sent()
        self.assertEqual(first["id"], second["id"])

    def test_what_was_recorded_without_an_answer_is_sent_again_as_it_was(self):
        self.stub.script["/actions"] = [hang(0), None]
        self.post("/me/borrow/", {"title": "Lost answer"})
        outbox.flush(everything=True)
        first, second = self.sent()
        self.assertEqual(first, second)

    def test_one_bad_row_does_not_hold_up_the_others(self):
        def picky(body):
            if any(action["summary"] == "Borrowed: Bad" for action in body["actions"]):
                return problem(409, "action_conflict")
            return None

        self.stub.script["/actions"] = [problem(503, "busy")]
        for title in ("Good", "Bad", "Fine"):
            self.post("/me/borrow/", {"title": title})
        self.stub.script["/actions"] = [picky]
        self.stub.calls.clear()
        self.assertEqual(outbox.flush(everything=True), 0)
        self.assertEqual(Outgoing.objects.get().failed, "action_conflict")
        alone = [body["actions"][0]["summary"] for body in self.stub.bodies("/actions") if len(body["actions"]) == 1]
        self.assertEqual(alone, ["Borrowed: Good", "Borrowed: Bad", "Borrowed: Fine"])

    def test_what_waits_is_told_before_the_end(self):
        self.stub.script["/actions"] = [problem(503, "busy"), None]
        self.post("/me/borrow/", {"title": "First"})
        self.stub.calls.clear()
        self.post("/loginascustomer/end")
        self.assertEqual(self.stub.paths(), [f"/v1/sessions/{SESSION}/actions", END])

    def test_what_waits_is_told_when_the_agent_goes_on(self):
        self.stub.script["/actions"] = [problem(503, "busy"), None]
        self.post("/me/borrow/", {"title": "Earlier"})
        self.stub.calls.clear()
        Outgoing.objects.update(next_try="2020-01-01T00:00:00Z")
        self.browser.get("/me/")
        self.assertEqual([action["summary"] for action in self.sent()], ["Borrowed: Earlier"])
