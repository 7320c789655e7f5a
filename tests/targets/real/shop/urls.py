# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
from django.urls import path

from shop import views

urlpatterns = [path("", views.index), path("export/<int:number>/", views.export), path("remember/", views.remember)]
