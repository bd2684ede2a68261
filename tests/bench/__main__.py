"""`make bench`: every benchmark of the project. Nothing is asserted: a loaded machine is slower."""

from __future__ import annotations

import os
import platform

from tests.bench import bench_live, bench_pane, bench_server, bench_start
from tests.bench.table import show


def main() -> None:
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} before the run\n")
    show([*bench_start.rows(), *bench_live.rows()])
    print()
    bench_pane.main([])
    print()
    bench_server.main()


main()
