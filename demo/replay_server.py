"""
The replay server: stands for the model providers, answers with `provider_bodies/`, costs nothing.

    python -m demo.replay_server --port 9400

Binds to loopback only and prints `ready 127.0.0.1:PORT` once it accepts; `--port 0` lets the kernel choose.
"""

import argparse
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from demo.provider_replies import Reply, build_reply


class ReplayHandler(BaseHTTPRequestHandler):
    """One provider request; the connection stays open as the providers' do."""

    protocol_version = "HTTP/1.1"
    timeout = 300

    def do_GET(self) -> None:
        self._send(Reply(frames=(b'{"status": "ready"}',)))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            body = None
        if isinstance(body, dict):
            self._send(build_reply(self.path, body))
        else:
            self._send(Reply(status=400, frames=(b'{"error": {"message": "expected a JSON object"}}',)))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("content-type", reply.content_type)
        if reply.is_stream:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(sum(map(len, reply.frames))))
        self.end_headers()
        for frame in reply.frames:
            self.wfile.write(_encode_chunk(frame) if reply.is_stream else frame)
        if reply.is_stream:
            self.wfile.write(_encode_chunk(b""))

    def log_message(self, format: str, *args: object) -> None:
        sys.stderr.write(f"{format % args}\n")


class ReplayServer(ThreadingHTTPServer):
    """Bound to loopback: it is a stand-in for tests and demos, nobody else's provider."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), ReplayHandler)


def _encode_chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9400)
    with ReplayServer(parser.parse_args().port) as server:
        sys.stdout.write(f"ready 127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.stderr.write("stopped\n")


if __name__ == "__main__":
    main()
