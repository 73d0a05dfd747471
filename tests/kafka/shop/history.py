"""One history of a shop's orders, the same in every run, and JSON that keeps every digit."""

import random
from collections import namedtuple
from decimal import Decimal
from json import dumps

BASE = 1735689600000  # 2025-01-01T00:00:00Z, in milliseconds

# time: milliseconds; payload: what becomes JSON
Event = namedtuple("Event", "order version type time payload correlation")


def to_json(value):
    """The value as JSON; decimals keep their digits."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{dumps(name, ensure_ascii=False)}:{to_json(member)}" for name, member in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(to_json, value)) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return dumps(value, ensure_ascii=False)


def steps(dice):
    """The types of one order's events, in order."""
    yield "OrderPlaced"
    for _ in range(dice.randrange(4)):
        yield dice.choice(("ItemAdded", "ItemAdded", "ItemRemoved", "AddressChanged"))
    if dice.random() < 0.12:
        yield "OrderCancelled"
        return
    yield "OrderPaid"
    if dice.random() < 0.9:
        yield "OrderShipped"
        if dice.random() < 0.1:
            yield "OrderReturned"


def payload(dice, order, version, kind, time):
    body = {"orderId": order, "version": version, "at": time}
    if kind == "OrderPlaced":
        body |= {"customer": f"Kundin {dice.randrange(90)} · 客户", "total": Decimal(dice.randrange(100, 900000)) / 100}
        # Past what a double can hold.
        body |= {"ledger": 2**53 + 1 + dice.randrange(10**6), "rate": Decimal("0.1000000000000000055511151231257827")}
    elif kind in ("ItemAdded", "ItemRemoved"):
        body |= {"sku": f"SKU-{dice.randrange(200):04}", "count": dice.randrange(1, 9)}
    elif kind == "AddressChanged":
        body |= {"address": {"street": "Gänsemarkt 1", "lines": [None, "", "2. OG"]}}
    elif kind == "OrderPaid":
        body |= {"cents": dice.randrange(100, 900000), "means": dice.choice(("card", "voucher", None))}
    elif kind == "OrderShipped":
        body |= {"parcel": f"{dice.randrange(16**12):012x}"}
    else:
        body |= {"reason": dice.choice(("customer's wish", "payment \"failed\"", "late\nby a week"))}
    return body


def history(orders=600, seed=1):
    """The events of that many orders, in the order of their times."""
    dice = random.Random(seed)
    events = []
    for number in range(1, orders + 1):
        time = BASE + dice.randrange(30 * 86400) * 1000
        correlation = f"{dice.randrange(16**8):08x}"
        for version, kind in enumerate(steps(dice), 1):
            name = f"order-{number}"
            events.append(Event(name, version, kind, time, payload(dice, name, version, kind, time), correlation))
            time += dice.randrange(1, 7200 * 1000)
    return sorted(events, key=lambda event: (event.time, event.order, event.version))
