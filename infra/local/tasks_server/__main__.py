"""Run the server by hand: `python -m infra.local.tasks_server --queue projects/p/locations/l/queues/q`."""

import argparse
import signal
import sys
import threading

from infra.local.tasks_server.server import TasksServer


def main() -> None:
    """Serve until interrupted."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    arguments = _parse()
    server = TasksServer(port=arguments.port, certs_port=arguments.certs_port)
    for name in arguments.queue:
        server.create_queue(name)
    with server:
        sys.stdout.write(f"Cloud Tasks (in memory) at {server.address}, certificates at {server.certs_url}\n")
        sys.stdout.flush()
        stopping.wait()


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Cloud Tasks on this machine, in memory.")
    parser.add_argument("--port", type=int, default=8123, help="of the gRPC API")
    parser.add_argument("--certs-port", type=int, default=8124, help="of the certificates")
    parser.add_argument("--queue", action="append", default=[], metavar="NAME", help="full; may be repeated")
    return parser.parse_args()


if __name__ == "__main__":
    main()
