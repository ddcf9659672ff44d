#!/usr/bin/python3
"""A service: shows files to those who ask by HTTP."""

import http.server
import os

os.chdir("/etc")
handler = http.server.SimpleHTTPRequestHandler
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), handler).serve_forever()
