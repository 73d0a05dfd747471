"""A registry's door that wants a name and password, as hosted registries do: guard.py PORT UPSTREAM_HOST:PORT NAME:PASSWORD."""

import sys
from base64 import b64encode
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

port, upstream, account = sys.argv[1:4]
WANTED = "Basic " + b64encode(account.encode()).decode()


class Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != WANTED:
            self.answer(401, "application/vnd.schemaregistry.v1+json", b'{"error_code":401,"message":"Unauthorized"}')
            return
        names = ("Accept", "Content-Type")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        connection = HTTPConnection(upstream, timeout=60)
        try:
            connection.request(self.command, self.path, body, headers)
            response = connection.getresponse()
            self.answer(response.status, response.headers.get_content_type(), response.read())
        except OSError as error:
            self.answer(502, "text/plain", str(error).encode())
        finally:
            connection.close()

    do_POST = do_PUT = do_DELETE = do_GET

    def answer(self, status, kind, body):
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="registry"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", int(port)), Door).serve_forever()
