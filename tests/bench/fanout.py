"""`make bench-fanout`: one event, many sockets. The hub beside nginx with nchan, plain `ws` and Socket.IO, in turns.

    SIZES=200,1000      how many sockets; 200,1000,3000,5000 where nothing is said
    ROUNDS=3            of each measurement; the median is told

Latency of the hub is counted from the commit of the event's transaction, that of the others from handing it to them.
"and writing it" counts the hub's from before the event was written to the log. "from elsewhere" is of what another
process has written, a worker or another web server. All run on this machine, with the program that meters them, so only
what stands beside it in the same run says something.
"""

from __future__ import annotations

import http.client
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.fanout_hub import Hub, the_hub
from tests.bench.fanout_rivals import Contestant, Rival, the_rivals
from tests.bench.fanout_sockets import Count, Sockets

SIZES = [int(size) for size in os.environ.get("SIZES", "200,1000,3000,5000").split(",")]
ROUNDS = int(os.environ.get("ROUNDS", "3"))
CALM_EVENTS, CALM_RATE = 10, 5.0
BURST_EVENTS = 300
BUSY_SHARE, BUSY_S, TICK_S = 0.7, 1.0, 0.02
POSTS = 40
WARM_SOCKETS = 20
WITHIN_S = 30.0
LEAST_RATIO, MOST_RATIO, MOST_KB, MOST_POST_MS = 3.0, 1.2, 20.0, 10.0


@dataclass(slots=True)
class Figures:
    """What one contestant did at one size; a value a round. Latencies are milliseconds, one a delivery."""

    kb_a_socket: float
    most: list[float] = field(default_factory=list)
    cpu_per_100k: list[float] = field(default_factory=list)
    calm: list[list[float]] = field(default_factory=list)
    calm_elsewhere: list[list[float]] = field(default_factory=list)
    calm_and_writing: list[list[float]] = field(default_factory=list)
    busy: list[list[float]] = field(default_factory=list)
    lost: int = 0
    disorder: int = 0


class Bench:
    """One contestant with its open sockets."""

    def __init__(self, contestant: Contestant, sockets: int) -> None:
        self.contestant = contestant
        warm = Sockets(contestant.door, WARM_SOCKETS)
        contestant.publish(1)
        warm.wait_for(WARM_SOCKETS, within_s=WITHIN_S)
        warm.close()
        before = memory_kb(contestant.process_id)
        self.sockets = Sockets(contestant.door, sockets)
        if self.sockets.opened.ready < sockets:
            raise SystemExit(f"{contestant.name}: not all sockets are open: {self.sockets.opened}")
        time.sleep(0.5)
        self.figures = Figures((memory_kb(contestant.process_id) - before) / sockets)

    def calm(self) -> None:
        """Five events a second; the hub's are written where requests are served."""
        publish = self.contestant.publish_there if isinstance(self.contestant, Hub) else self.contestant.publish
        self._paced(CALM_EVENTS, CALM_RATE, publish, self.figures.calm, self.figures.calm_and_writing)

    def calm_from_elsewhere(self) -> None:
        """The hub's are written by another process, as by a worker or a second web server."""
        if isinstance(self.contestant, Hub):
            self._paced(CALM_EVENTS, CALM_RATE, self.contestant.publish, self.figures.calm_elsewhere, [])

    def burst(self) -> None:
        """As many as there are, at once: from the first delivery to the last."""
        self.sockets.begin()
        cpu = cpu_seconds(self.contestant.process_id)
        self.contestant.publish(BURST_EVENTS)
        count = self._wait(BURST_EVENTS)
        self.figures.most.append(count.deliveries * 1e9 / max(1, count.last_ns - count.first_ns))
        used = cpu_seconds(self.contestant.process_id) - cpu
        self.figures.cpu_per_100k.append(used / max(1, count.deliveries) * 1e5)

    def busy(self) -> None:
        """At 70 % of the most."""
        rate = BUSY_SHARE * statistics.median(self.figures.most) / self.sockets.count
        if not rate:
            return  # It has died of the burst; what it lost says so.
        self._paced(max(1, int(rate * BUSY_S)), rate, self.contestant.publish, self.figures.busy, [])

    def _paced(
        self,
        events: int,
        rate: float,
        publish: Callable[[int], None],
        latencies: list[list[float]],
        and_writing: list[list[float]],
    ) -> None:
        self.sockets.begin()
        begun, given = time.monotonic(), 0
        while given < events:
            due = min(events, int((time.monotonic() - begun) * rate) + 1)
            if due > given:
                publish(due - given)
                given = due
            time.sleep(min(TICK_S, 1 / rate))
        self._wait(events)
        samples, waited = self.sockets.samples(), self.contestant.waited_us
        latencies.append([(sample.microseconds - waited.get(sample.seq, 0)) / 1000 for sample in samples])
        and_writing.append([sample.microseconds / 1000 for sample in samples])

    def _wait(self, events: int) -> Count:
        count = self.sockets.wait_for(events * self.sockets.count, within_s=WITHIN_S)
        self.figures.lost += events * self.sockets.count - count.deliveries
        self.figures.disorder += count.gaps + count.doubled
        return count


def memory_kb(process_id: int) -> int:
    """What it holds in memory now."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


def cpu_seconds(process_id: int) -> float:
    """What it has used of the processors so far, in its own code and in the kernel."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(hub: Hub, rivals: Sequence[Rival], *, size: int, rounds: int) -> dict[str, Figures]:
    """The figures of the hub and of whoever stands beside it, round by round in turns."""
    with ExitStack() as stack:
        benches = [Bench(hub, size)]
        template = hub.template()
        for rival in rivals:
            rival.template = template
            benches.append(Bench(rival, size))
        for bench in benches:
            stack.callback(bench.sockets.close)
        for phase in (Bench.calm, Bench.calm_from_elsewhere, Bench.burst, Bench.busy):
            for _ in range(rounds):
                for bench in benches:
                    phase(bench)
        return {bench.contestant.name: bench.figures for bench in benches}


def posted(hub: Hub) -> list[float]:
    """One agent waits; tickets are opened over REST, one after the other."""
    sockets, client = Sockets(hub.door, 1), http.client.HTTPConnection("127.0.0.1", hub.door.port)
    try:
        for _ in range(5):
            hub.post(client)
        sockets.wait_for(5, within_s=WITHIN_S)
        sockets.begin()
        answered = []
        for _ in range(POSTS):
            answered.append(hub.post(client))
            time.sleep(0.02)
        sockets.wait_for(POSTS, within_s=WITHIN_S)
        # As many posts as samples, and in the same order: one after the other.
        return [
            (sample.microseconds - waited) / 1000 for sample, waited in zip(sockets.samples(), answered, strict=True)
        ]
    finally:
        client.close()
        sockets.close()


def share(values: list[float], part: float) -> float:
    """The value below which that part of them lies."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def spread(rounds: list[list[float]]) -> str:
    """p50, p99 and max: the median round's."""
    if not rounds:
        return "-"
    return " / ".join(f"{statistics.median(share(one, part) for one in rounds):.1f}" for part in (0.5, 0.99, 1.0))


COLUMNS = (
    "",
    "deliveries/s",
    "ms at 5/s",
    "and writing it",
    "from elsewhere",
    "ms at 70 % load",
    "kB",
    "CPU s",
    "lost",
    "disorder",
)


def tell(size: int, found: dict[str, Figures], posts: list[float]) -> None:
    print(
        f"\n{size} sockets. Latencies: p50 / p99 / max; kB a socket; CPU seconds of the server per 100,000 deliveries"
    )
    rows: list[tuple[str, ...]] = [COLUMNS]
    for name, one in found.items():
        most, cpu = statistics.median(one.most), statistics.median(one.cpu_per_100k)
        latencies = [spread(x) for x in (one.calm, one.calm_and_writing, one.calm_elsewhere, one.busy)]
        figures = (f"{one.kb_a_socket:.1f}", f"{cpu:.3f}", str(one.lost), str(one.disorder))
        rows.append((name, f"{most:,.0f}", *latencies, *figures))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  " + "   ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)))
    print(f"  POST answered -> frame, one socket: p50 {share(posts, 0.5):.1f} ms, p99 {share(posts, 0.99):.1f} ms")


def judge(size: int, found: dict[str, Figures], posts: list[float]) -> bool:
    """Says of each goal whether it was reached; False: one was not."""
    hub, nchan = found["hub"], found.get("nchan")
    goals = [
        ("kB a socket", hub.kb_a_socket, hub.kb_a_socket <= MOST_KB, f"at most {MOST_KB:.0f}"),
        ("POST answered -> frame, p50 ms", share(posts, 0.5), share(posts, 0.5) < MOST_POST_MS, "under 10"),
        ("lost or out of order", hub.lost + hub.disorder, hub.lost + hub.disorder == 0, "0"),
    ]
    if nchan is not None:
        most = statistics.median(hub.most) / statistics.median(nchan.most)
        goals.append(("deliveries, hub : nchan", most, most >= LEAST_RATIO, f"at least {LEAST_RATIO:.0f}"))
        for name, part in (("p50", 0.5), ("p99", 0.99)):
            ours, theirs = (statistics.median(share(one, part) for one in x.calm) for x in (hub, nchan))
            goals.append((f"{name} at 5/s, hub : nchan", ours / theirs, ours <= MOST_RATIO * theirs, "at most 1.2"))
    for name, value, is_reached, goal in goals:
        print(f"  {'reached' if is_reached else 'MISSED '}  {name}: {value:.2f} ({goal})", flush=True)
    return all(is_reached for _, _, is_reached, _ in goals)


def main() -> int:
    reached = True
    for size in SIZES:
        with the_hub() as hub, the_rivals() as rivals:
            posts = posted(hub)
            found = measured(hub, rivals, size=size, rounds=ROUNDS)
        tell(size, found, posts)
        reached = judge(size, found, posts) and reached
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
