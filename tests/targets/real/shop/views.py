# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.template import engines

INDEX = engines["django"].from_string("<ul>{% for user in users %}<li>{{ user.username }}</li>{% endfor %}</ul>")
exported = {}
requests = []


def index(request):
    User.objects.get_or_create(username="user%d" % User.objects.count())
    return HttpResponse(INDEX.render({"users": User.objects.all()}))


def export(request, number):
    exported[number] = bytearray(2_000_000)
    return HttpResponse("exported")


def remember(request):
    requests.append(request)
    return HttpResponse("remembered")
