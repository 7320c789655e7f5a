# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Tests for pytest. The culprit is load_orders(), which a fixture of the whole session calls."""
import pytest


def load_orders(count):
    orders = []
    for number in range(count):
        orders.append(bytes(10_000 + number))
    return orders


@pytest.fixture(scope="session")
def orders():
    return load_orders(2_000)


@pytest.mark.parametrize("number", range(20))
def test_an_order_has_its_size(orders, number):
    assert len(orders[number]) == 10_000 + number


def test_orders_differ(orders):
    assert len({len(order) for order in orders}) == len(orders)
