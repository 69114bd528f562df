"""The landing: what spends a token, what does not, and what a refusal looks like."""

import io
import logging
from unittest import mock

from django.contrib.auth import get_user_model, user_logged_in
from django.test import RequestFactory, override_settings

from lac_django import signals
from lac_django.logs import HideSecrets
from tests.support.cases import LANDING, ORIGIN, PASSWORD, SECRET, Browser, KitCase
from tests.support.stub import SESSION, hang, iso, problem


class Button(KitCase):
    def test_a_get_shows_one_form_and_spends_nothing(self):
        response = self.browser.get(LANDING, {"secret": SECRET})
        page = response.content.decode()
        self.assertEqual(response.status_code, 200)
        self.assertEqual(page.count("<form"), 1)
        self.assertEqual(page.count("<button"), 1)
        self.assertIn(f'name="secret" value="{SECRET}"', page)
        self.assertIn(f'action="{LANDING}"', page)
        self.assertNotIn("<script", page)
        self.assertIn("For staff", page)
        self.assertEqual(self.stub.calls, [])

    def test_head_prefetch_and_options_spend_nothing(self):
        self.assertEqual(self.browser.head(LANDING, {"secret": SECRET}).status_code, 200)
        self.browser.get(LANDING, {"secret": SECRET}, headers={"sec-purpose": "prefetch"})
        self.assertEqual(self.browser.options(LANDING).status_code, 405)
        self.assertEqual(self.browser.put(LANDING, {"secret": SECRET}).status_code, 405)
        self.assertEqual(self.stub.calls, [])

    def test_its_headers_protect_the_token(self):
        for response in (self.browser.get(LANDING, {"secret": SECRET}), self.land(), self.land(origin="null")):
            self.assertEqual(response["Referrer-Policy"], "strict-origin")
            self.assertIn("no-store", response["Cache-Control"])
            self.assertIn("frame-ancestors 'none'", response["Content-Security-Policy"])
            self.assertIn("default-src 'none'", response["Content-Security-Policy"])
            self.assertEqual(response["X-Frame-Options"], "DENY")

    def test_nothing_is_loaded_from_elsewhere(self):
        page = self.browser.get(LANDING, {"secret": SECRET}).content.decode()
        for attribute in ("src=", "http:", "https:", "//"):
            text = page.replace(ORIGIN, "")
            self.assertNotIn(attribute, text)

    def test_the_token_is_escaped(self):
        page = self.browser.get(LANDING, {"secret": '"><script>alert(1)</script>'}).content.decode()
        self.assertNotIn("<script>", page)

    def test_the_page_says_who_will_be_signed_out(self):
        self.browser.force_login(self.bob)
        self.assertIn("bob@example.com", self.browser.get(LANDING, {"secret": SECRET}).content.decode())


class Redeem(KitCase):
    def test_the_button_redeems_once_and_opens_the_account(self):
        response = self.land()
        self.assertEqual((response.status_code, response["Location"]), (303, "/me/"))
        self.assertEqual(self.stub.paths(), ["/v1/redeem"])
        _, _, body, headers = self.stub.calls[0]
        self.assertEqual(body["token"], SECRET)
        self.assertEqual(body["audience"], ORIGIN)
        self.assertEqual(body["client_ip"], "127.0.0.1")
        self.assertEqual(headers["Authorization"], "Bearer lac_0123456789abcdef")
        self.assertContains(self.browser.get("/me/"), "Ada Byron")

    def test_next_is_ignored(self):
        token = self.csrf(path=LANDING + "?secret=x&next=https://evil.example/")
        data = {"secret": SECRET, "csrfmiddlewaretoken": token, "next": "https://evil.example/"}
        response = self.browser.post(LANDING + "?next=//evil.example", data, headers={"origin": ORIGIN})
        self.assertEqual(response["Location"], "/me/")

    def test_landing_can_be_a_path_a_name_or_a_function(self):
        for setting, address in (("/shelf/", "/shelf/"), ("home", "/"), ("tests.support.landing.place", "/shelf/#order:7")):
            self.lac(LANDING=setting)
            self.assertEqual(self.land(Browser(), document="order:7")["Location"], address)

    def test_the_landing_is_no_login_of_the_customer(self):
        heard = mock.Mock()
        user_logged_in.connect(heard)
        self.addCleanup(user_logged_in.disconnect, heard)
        self.land()
        self.ada.refresh_from_db()
        self.assertIsNone(self.ada.last_login)
        heard.assert_not_called()

    def test_it_sends_its_own_signal(self):
        heard = mock.Mock()
        signals.impersonation_started.connect(heard)
        self.addCleanup(signals.impersonation_started.disconnect, heard)
        self.land()
        self.assertEqual(heard.call_args.kwargs["user"], self.ada)
        self.assertEqual(heard.call_args.kwargs["impersonation"].agent, "Anna Agent")

    def test_it_takes_nothing_over_from_the_session_before(self):
        self.browser.force_login(self.bob)
        session = self.browser.session
        session["basket"] = "guest"
        session.save()
        before = self.browser.cookies["sessionid"].value
        self.land()
        self.assertNotEqual(self.browser.cookies["sessionid"].value, before)
        self.assertNotIn("basket", self.browser.session)
        self.assertContains(self.browser.get("/me/"), "Ada Byron")
        old = Browser()
        old.cookies["sessionid"] = before
        self.assertLoggedOut(old)

    def test_a_refused_login_leaves_the_session_alone(self):
        self.browser.force_login(self.bob)
        self.stub.script["/redeem"] = [problem(409, "token_spent")]
        self.land()
        self.assertContains(self.browser.get("/me/"), "Bob")

    def test_the_session_does_not_outlive_its_end(self):
        self.land(ends_at=iso(600))
        self.assertLess(self.browser.session.get_expiry_age(), 601)
        self.clock.move(601)
        self.assertLoggedOut()

    def test_a_second_login_ends_the_first(self):
        self.land()
        response = self.land(session_id="b" * 32)
        self.assertEqual(response.status_code, 303)
        self.assertIn(f"/v1/sessions/{SESSION}/end", self.stub.paths())
        self.assertEqual(self.stub.bodies(f"{SESSION}/end"), [{"cause": "signed_out"}])
        self.assertNotIn("/v1/sessions/" + "b" * 32 + "/end", self.stub.paths())

    def test_a_second_login_works_from_a_read_only_session(self):
        self.land(read_only=True)
        self.assertEqual(self.land(session_id="b" * 32).status_code, 303)

    def test_the_agents_browser_is_named(self):
        self.lac(TRUSTED_PROXY_COUNT=1)
        token = self.csrf()
        self.browser.post(
            LANDING,
            {"secret": SECRET, "csrfmiddlewaretoken": token},
            headers={"origin": ORIGIN, "x-forwarded-for": "198.51.100.7, 203.0.113.9", "user-agent": "U" * 400},
        )
        body = self.stub.bodies("/redeem")[0]
        self.assertEqual(body["client_ip"], "203.0.113.9")
        self.assertEqual(body["user_agent"], "U" * 256)

    def test_an_odd_name_of_the_browser_does_not_prevent_a_landing(self):
        for sent, told in (("Odd\x01\x7f\x85/1.0\t", "Odd/1.0"), ("\x02" * 300 + "U" * 300, "U" * 256), ("\x00\x1f", None), ("", None)):
            self.stub.calls.clear()
            token = self.csrf()
            answer = self.browser.post(
                LANDING, {"secret": SECRET, "csrfmiddlewaretoken": token}, headers={"origin": ORIGIN, "user-agent": sent}
            )
            self.assertEqual(answer.status_code, 303)
            self.assertEqual(self.stub.bodies("/redeem")[0]["user_agent"], told)

    def test_without_trusted_proxies_the_header_does_not_count(self):
        token = self.csrf()
        self.browser.post(
            LANDING,
            {"secret": SECRET, "csrfmiddlewaretoken": token},
            headers={"origin": ORIGIN, "x-forwarded-for": "198.51.100.7"},
        )
        self.assertEqual(self.stub.bodies("/redeem")[0]["client_ip"], "127.0.0.1")


class Refusals(KitCase):
    def error_page(self):
        """What every refusal shows, without the page's own token."""
        return self.browser.get(LANDING).content

    def refused(self, response, redeemed=False):
        self.assertEqual(response.status_code, 403)
        self.assertEqual(response.content, self.error_page())
        self.assertLoggedOut()
        self.assertEqual("/v1/redeem" in self.stub.paths(), redeemed)

    def test_without_a_csrf_token(self):
        self.csrf()
        self.refused(self.browser.post(LANDING, {"secret": SECRET}, headers={"origin": ORIGIN}))

    def test_without_any_cookie(self):
        self.refused(self.browser.post(LANDING, {"secret": SECRET}, headers={"origin": ORIGIN}))

    def test_from_another_origin_no_origin_or_null(self):
        for origin in ("https://evil.example", "null", None, "http://localhost.evil.example", "https://localhost"):
            self.refused(self.land(origin=origin))

    def test_of_another_content_type(self):
        token = self.csrf()
        response = self.browser.post(
            LANDING, '{"secret": "x"}', content_type="application/json",
            headers={"origin": ORIGIN, "x-csrftoken": token},
        )
        self.refused(response)

    def test_with_ten_megabytes(self):
        token = self.csrf()
        data = {"secret": "x" * 10_000_000, "csrfmiddlewaretoken": token}
        self.refused(self.browser.post(LANDING, data, headers={"origin": ORIGIN}))

    def test_without_a_secret(self):
        self.refused(self.land(secret=""))
        self.refused(self.browser.get(LANDING))

    def test_whatever_lac_says_the_page_is_the_same(self):
        for status, code in (
            (409, "token_spent"), (409, "token_expired"), (409, "token_invalid"), (409, "audience_mismatch"),
            (409, "consent_withheld"), (401, "not_authenticated"), (429, "rate_limited"), (503, "busy"), (500, "io"),
        ):
            self.stub.reset()
            self.stub.script["/redeem"] = [problem(status, code)]
            with self.assertLogs("lac_django", "WARNING") as logged:
                self.refused(self.land(), redeemed=True)
            self.assertIn(code, "\n".join(logged.output))
            self.assertNotIn(SECRET, "\n".join(logged.output))

    def test_redeem_is_never_retried(self):
        self.stub.script["/redeem"] = [hang(0), hang(0)]
        self.refused(self.land(), redeemed=True)
        self.assertEqual(self.stub.paths(), ["/v1/redeem"])

    def test_a_session_whose_redemption_is_lost_is_ended(self):
        import base64
        import json

        from lac_django import outbox

        session = "e" * 32
        claims = base64.urlsafe_b64encode(json.dumps({"jti": session}).encode()).decode().rstrip("=")
        self.stub.script["/redeem"] = [hang(0)]
        self.stub.script["/end"] = [problem(503, "busy"), None]
        self.refused(self.land(secret=f"e30.{claims}.sig"), redeemed=True)
        outbox.flush(everything=True)
        self.assertEqual(self.stub.bodies(f"{session}/end"), [{"cause": "unusable"}] * 2)

    def test_a_refused_token_ends_nothing(self):
        self.stub.script["/redeem"] = [problem(409, "token_spent")]
        self.land(secret="e30.eyJqdGkiOiJlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZSJ9.sig")
        self.stub.script["/redeem"] = [hang(0)]
        for secret in ("x", "a.b.c", "e30.eyJqdGkiOiIuLi8uLiJ9.x", "e30.W10.x"):
            self.land(secret=secret)
        self.assertEqual(self.stub.bodies("/end"), [])

    def test_a_slow_gateway_is_given_two_seconds(self):
        import time

        self.stub.script["/redeem"] = [hang(4)]
        start = time.monotonic()
        self.refused(self.land(), redeemed=True)
        self.assertLess(time.monotonic() - start, 3)

    def test_a_stopped_gateway_lets_nobody_in(self):
        self.lac(URL="http://127.0.0.1:9")
        self.refused(self.land())


class Unusable(KitCase):
    """What lac redeemed and this shop cannot open is ended at once."""

    def unusable(self, **answer):
        response = self.land(**answer)
        self.assertEqual(response.status_code, 403)
        self.assertEqual(self.stub.bodies(f"{SESSION}/end"), [{"cause": "unusable"}])
        self.assertLoggedOut()

    def customer(self, customer_id):
        return {"id": customer_id, "email": "x@example.com", "name": "X", "website": "books_de"}

    def test_no_such_customer(self):
        self.unusable(customer=self.customer("4711"))

    def test_ids_that_are_no_primary_keys(self):
        for customer_id in ("local:1", "0", "-1", "1.0", " 1", "01", "1 OR 1=1", "9" * 40, "", "¹"):
            self.stub.reset()
            self.unusable(customer=self.customer(customer_id))

    def test_staff_superusers_and_whom_the_shop_names(self):
        for change in ({"is_staff": True}, {"is_superuser": True}, {"is_supplier": True}, {"is_active": False}):
            self.stub.reset()
            get_user_model().objects.filter(pk=1).update(
                **({"is_staff": False, "is_superuser": False, "is_supplier": False} | change)
            )
            self.unusable()

    def test_a_login_for_another_website(self):
        self.unusable(website="books_fr")

    def test_an_answer_with_parts_missing(self):
        self.unusable(ends_at=None)
        self.stub.reset()
        self.unusable(customer={"email": "no id"})

    def test_a_shop_s_own_code_that_fails(self):
        def fail(**kwargs):
            raise RuntimeError

        signals.impersonation_started.connect(fail)
        try:
            self.unusable()
        finally:
            signals.impersonation_started.disconnect(fail)
        self.stub.reset()
        with mock.patch("lac_django.views._destination", side_effect=RuntimeError):
            self.unusable()

    def test_the_end_is_told_later_if_lac_does_not_answer(self):
        from lac_django import outbox

        self.stub.script["/end"] = [problem(503, "busy"), None]
        response = self.land(customer=self.customer("4711"))
        self.assertEqual(response.status_code, 403)
        self.assertEqual(self.stub.sessions[SESSION]["state"], "active")
        self.assertEqual(outbox.flush(everything=True), 0)
        self.assertEqual(self.stub.sessions[SESSION]["end_cause"], "unusable")


class Leaks(KitCase):
    def test_no_log_line_names_the_token(self):
        self.stub.script["/redeem"] = [problem(409, "token_spent")]
        with self.assertLogs(level="DEBUG") as logged:
            self.browser.get(LANDING, {"secret": SECRET})
            self.land()
        self.assertNotIn("the-login-token", "\n".join(logged.output))

    @override_settings(DEBUG=True)
    def test_no_error_page_shows_the_token(self):
        self.browser.raise_request_exception = False
        with mock.patch("lac_django.views.check_form", side_effect=RuntimeError(SECRET)):
            with self.assertLogs("lac_django", "ERROR") as logged:
                response = self.land()
        self.assertEqual(response.status_code, 403)
        self.assertNotIn(b"the-login-token", response.content)
        self.assertIn("RuntimeError", logged.output[0])
        self.assertNotIn("the-login-token", logged.output[0])

    @override_settings(DEBUG=True)
    def test_an_error_in_the_shops_middleware_does_not_show_it(self):
        self.browser.raise_request_exception = False
        with mock.patch(
            "django.contrib.messages.middleware.MessageMiddleware.process_request", side_effect=RuntimeError
        ):
            for response in (
                self.browser.get(LANDING, {"secret": SECRET}, RAW_URI=f"{LANDING}?secret={SECRET}"),
                self.browser.post(LANDING, {"secret": SECRET}, headers={"origin": ORIGIN}),
            ):
                self.assertEqual(response.status_code, 500)
                self.assertNotIn(b"the-login-token", response.content)
                self.assertIn(b"RuntimeError", response.content)

    def test_access_logs_of_pythons_servers_do_not_name_it(self):
        out = io.StringIO()
        logger = logging.getLogger("django.server")
        handler = logging.StreamHandler(out)
        logger.addHandler(handler)
        self.addCleanup(logger.removeHandler, handler)
        line = f"GET {LANDING}?secret={SECRET}&x=1 HTTP/1.1"
        logger.info('"%s" %s %s', line, "200", "5", extra={"request": None, "server_time": "", "status_code": 200})
        record = logging.LogRecord("gunicorn.access", 20, "", 0, '%(r)s "%(f)s"', None, None)
        record.args = {"r": line, "f": f"http://h{LANDING}?secret={SECRET}"}
        HideSecrets().filter(record)
        out.write(record.getMessage())
        self.assertNotIn("the-login-token", out.getvalue())
        self.assertIn(LANDING, out.getvalue())

    def test_the_query_is_gone_before_the_shops_code_runs(self):
        from lac_django.middleware import ImpersonationMiddleware

        seen = []
        middleware = ImpersonationMiddleware(lambda request: seen.append(request) or mock.MagicMock(streaming=False))
        request = RequestFactory().get(LANDING, {"secret": SECRET})
        middleware(request)
        self.assertNotIn(SECRET, repr(seen[0].META) + repr(seen[0].GET) + repr(vars(seen[0])) + seen[0].get_full_path())


class OwnPasswordStillWorks(KitCase):
    def test_customers_sign_in_as_before(self):
        self.assertTrue(self.browser.login(username="A-1", password=PASSWORD))
        response = self.browser.get("/me/")
        self.assertNotContains(response, "lac-banner")
        self.assertEqual(self.stub.calls, [])
