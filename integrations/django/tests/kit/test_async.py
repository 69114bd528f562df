"""The same under ASGI."""

from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient, override_settings

from plain.models import Loan, Visit
from tests.support.cases import LANDING, ORIGIN, SECRET, KitCase
from tests.support.stub import SESSION


class AsyncBrowser(AsyncClient):
    """A browser at http://localhost; Django's says testserver."""

    async def request(self, **request):
        request["headers"] = [
            (name, b"localhost" if name == b"host" else value) for name, value in request["headers"]
        ]
        return await super().request(**request)


@override_settings(ROOT_URLCONF="tests.kit.pages")
class Asgi(KitCase):
    def setUp(self):
        super().setUp()
        self.asgi = AsyncBrowser(enforce_csrf_checks=True)

    async def enter(self, **answer):
        self.stub.next_redeem = answer
        page = (await self.asgi.get(LANDING, {"secret": SECRET})).content.decode()
        self.token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        data = {"secret": SECRET, "csrfmiddlewaretoken": self.token}
        return await self.asgi.post(LANDING, data, headers={"origin": ORIGIN})

    async def send(self, path, **data):
        data["csrfmiddlewaretoken"] = self.asgi.cookies["csrftoken"].value
        return await self.asgi.post(path, data, headers={"origin": ORIGIN})

    @async_to_sync
    async def test_a_session_from_landing_to_end(self):
        self.assertEqual((await self.enter()).status_code, 303)
        page = await self.asgi.get("/me/")
        self.assertIn(b'id="lac-banner"', page.content)
        self.assertIn(b"Ada Byron", page.content)
        self.assertEqual(page["Cache-Control"], "private, no-store")
        self.assertEqual((await self.send("/me/borrow/", title="Async")).status_code, 302)
        self.assertEqual(await sync_to_async(Loan.objects.count)(), 1)
        self.assertEqual(self.stub.bodies("/actions")[0]["actions"][0]["summary"], "Borrowed: Async")
        self.assertEqual((await self.send("/loginascustomer/end")).status_code, 303)
        self.assertEqual((await self.asgi.get("/me/")).status_code, 302)
        self.assertEqual(self.stub.bodies("/end"), [{"cause": "left"}])

    @async_to_sync
    async def test_an_end_elsewhere(self):
        await self.enter()
        self.stub.sessions[SESSION]["state"] = "ended"
        self.clock.move(3)
        page = await self.asgi.get("/page/")
        self.assertNotIn(b"lac-banner", page.content)
        self.assertEqual(page["Clear-Site-Data"], '"cache"')

    @async_to_sync
    async def test_read_only(self):
        await self.enter(read_only=True)
        self.assertEqual((await self.send("/me/borrow/", title="x")).status_code, 403)
        self.assertEqual((await self.asgi.get("/shelf/")).status_code, 403)
        self.assertEqual(await sync_to_async(Visit.objects.count)(), 0)
