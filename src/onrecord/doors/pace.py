"""The pace at which passwords may be tried: per address, and per name. The clock is the caller's."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

#: Failures that cost nothing: people mistype.
FREE = 5
#: Seconds. An address waits longer than a name: whoever guesses at a name must not shut its owner out for long.
MOST_FOR_ADDRESS, MOST_FOR_NAME = 900.0, 60.0
#: After so many seconds without a failure all is forgotten.
FORGET_AFTER = 3_600.0
#: Addresses and names that are remembered; the ones that failed longest ago go first.
REMEMBERED = 10_000


@dataclass(slots=True)
class _Failures:
    count: int = 0
    last: float = 0.0


class Pace:
    """How long somebody has to wait before the next try. In memory: a restart forgets it.

    Args:
        now: Seconds, rising.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def begin(self, address: str, name: str) -> float:
        """Count a try; return the seconds to wait instead, 0 if it may be made.

        It counts as a failure until `succeeded` says otherwise: a hundred tries at once are a hundred tries.
        """
        keys = _keys(address, name)
        waits = max(self._wait(key, most) for key, most in keys)
        if waits <= 0:
            for key, _ in keys:
                self._count(key)
        return waits

    def succeeded(self, address: str, name: str) -> None:
        """Forget the failures of an address and a name."""
        for key, _ in _keys(address, name):
            self._failures.pop(key, None)

    def _wait(self, key: str, most: float) -> float:
        known = self._failures.get(key)
        if known is None or known.count < FREE:
            return 0.0
        passed = self._now() - known.last
        if passed >= FORGET_AFTER:
            return 0.0
        return max(0.0, min(2.0 ** min(known.count - FREE, 20), most) - passed)

    def _count(self, key: str) -> None:
        known = self._failures.setdefault(key, _Failures())
        at = self._now()
        known.count = 1 if at - known.last >= FORGET_AFTER else known.count + 1
        known.last = at
        self._failures.move_to_end(key)
        if len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)


def _keys(address: str, name: str) -> tuple[tuple[str, float], ...]:
    return ((f"address {_network(address)}", MOST_FOR_ADDRESS), (f"name {name[:100]}", MOST_FOR_NAME))


def _network(address: str) -> str:
    """Return what one machine can choose its address from: of IPv6 the /64."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6:
        return (
            found.ipv4_mapped.compressed
            if found.ipv4_mapped
            else str(ipaddress.ip_network((found, 64), strict=False))
        )
    return found.compressed
