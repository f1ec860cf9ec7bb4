"""
The least that an acknowledged webhook can do: one Django view without middleware, which commits the bytes it got, as
they are, to a table of its own, and answers. `gunicorn "benchmarks._bare_web:load_application()"`.
"""

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from posthog.settings.data_stores import DATABASES

TABLE = "bench_bare_bodies"
CREATE = f"CREATE TABLE IF NOT EXISTS {TABLE} (id bigserial PRIMARY KEY, body bytea NOT NULL)"


def store(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} (body) VALUES (%s)", [request.body])
    return HttpResponse(status=202)


urlpatterns = [path("", store)]


def load_application() -> WSGIHandler:
    """The application, on the Postgres of the environment."""
    settings.configure(
        DATABASES=DATABASES,
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[],
        ALLOWED_HOSTS=["127.0.0.1"],
        DATA_UPLOAD_MAX_MEMORY_SIZE=None,
    )
    return get_wsgi_application()
