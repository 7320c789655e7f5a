# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""The application of django_shop.py."""
