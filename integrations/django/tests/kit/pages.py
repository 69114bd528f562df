"""Pages of all kinds, beside those of the plain shop."""

import gzip

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.template import engines
from django.urls import include, path
from django.views.decorators.cache import cache_control, cache_page
from django.views.decorators.http import condition

from plain.models import Visit

PAGE = "<!DOCTYPE html><html><head><title>t</title></head><body><p>Grüße</p></body></html>"


def page(content=PAGE, **values):
    @login_not_required
    def view(request):
        response = HttpResponse(content, status=values.get("status", 200), content_type=values.get("type"))
        for name, value in values.get("headers", {}).items():
            response[name] = value
        return response

    return view


@login_not_required
def missing(request):
    raise Http404


@login_not_required
def forbidden(request):
    raise PermissionDenied


@login_not_required
def stream(request):
    return StreamingHttpResponse(iter([PAGE.encode()]))


@login_not_required
def writing_stream(request):
    def parts():
        yield b"<p>"
        Visit.objects.create(path="stream")
        yield b"</p>"

    return StreamingHttpResponse(parts())


@login_not_required
def data(request):
    return JsonResponse({"html": "</body>"})


@login_not_required
def own_place(request):
    source = "{% load lac %}<html><body><header>{% lac_banner %}</header><p>x</p></body></html>"
    return HttpResponse(engines["django"].from_string(source).render({}, request))


@login_not_required
def nonce(request):
    request.csp_nonce = "bm9uY2U"
    return HttpResponse(PAGE)


def etag(request):
    return '"the-same"'


urlpatterns = [
    path("", include("plain.urls")),
    path("page/", page()),
    path("latin/", page(PAGE.encode("latin-1"), type="text/html; charset=iso-8859-1")),
    path("upper/", page(PAGE.replace("</body>", "</BODY >"))),
    path("twice/", page(PAGE.replace("<p>", "<p data-x='</body>'>"))),
    path("teapot/", page(status=418)),
    path("length/", page(headers={"Content-Length": str(len(PAGE.encode()))})),
    path("public/", login_not_required(cache_control(public=True, max_age=600)(page(headers={"ETag": '"x"'})))),
    path("cached/", login_not_required(cache_page(600)(page()))),
    path("etag/", login_not_required(condition(etag_func=etag)(page()))),
    path("fragment/", page("<li>one</li>")),
    path("text/", page("</body>", type="text/plain")),
    path("zipped/", page(gzip.compress(PAGE.encode()), headers={"Content-Encoding": "gzip"})),
    path("moved/", page(status=302, headers={"Location": "/page/"})),
    path("file/", page(headers={"Content-Disposition": "attachment; filename=invoice.html"})),
    path("missing/", missing),
    path("forbidden/", forbidden),
    path("stream/", stream),
    path("writing-stream/", writing_stream),
    path("data/", data),
    path("own-place/", own_place),
    path("nonce/", nonce),
]
