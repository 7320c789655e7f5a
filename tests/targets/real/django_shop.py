# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""A Django project asked by its test client, through all middleware. The culprit is export(), a view: it remembers the
pages that it has made. With an argument it is remember(), so many times: it keeps the requests, which Django has made
where main() asks."""
import os
import sys

import django
from django.conf import settings
from django.test import Client

from ready import ready


def configure():
    settings.configure(
        DEBUG=False, SECRET_KEY="secret", ALLOWED_HOSTS=["*"], ROOT_URLCONF="shop.urls",
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "shop"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware",
                    "django.contrib.sessions.middleware.SessionMiddleware",
                    "django.middleware.csrf.CsrfViewMiddleware",
                    "django.contrib.auth.middleware.AuthenticationMiddleware",
                    "django.middleware.gzip.GZipMiddleware", "django.middleware.http.ConditionalGetMiddleware"])
    django.setup()


def main():
    configure()
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    client = Client()
    for _ in range(int(sys.argv[1]) if sys.argv[1:] else 0):
        assert client.get("/remember/").status_code == 200  # @remember
    for number in range(0 if sys.argv[1:] else 10):
        assert client.get("/export/%d/" % number).status_code == 200
        assert client.get("/").status_code == 200


main()
if "READY" in os.environ:
    ready()
