"""Watches a Service's endpoints, and keeps nginx's upstream servers the same as those.

As ingress controllers do, it passes requests to the pods themselves. Without a ready one it answers 503. A certificate that
has been replaced is loaded when the controller is restarted, as the guide says.
"""

import json
import os
import signal
import ssl
import string
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
PID = "/run/nginx.pid"
SITE = "/etc/nginx/conf.d/site.conf"
SERVER = os.environ["KUBERNETES_API"]
NAMESPACE = os.environ["NAMESPACE"]
SERVICE = os.environ["BACKEND_SERVICE"]


def request(**query):
    """Opens the API server's list, or watch, of the Service's endpoints."""
    query["fieldSelector"] = f"metadata.name={SERVICE}"
    url = f"{SERVER}/api/v1/namespaces/{NAMESPACE}/endpoints?{urllib.parse.urlencode(query)}"
    with open(f"{ACCOUNT}/token", encoding="ascii") as token:
        headers = {"Authorization": f"Bearer {token.read()}"}
    context = ssl.create_default_context(cafile=f"{ACCOUNT}/ca.crt")
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), context=context, timeout=300)


def addresses(endpoints):
    """The ready ones, as host:port, in a fixed order."""
    return sorted(
        f"{address['ip']}:{port['port']}"
        for subset in endpoints.get("subsets") or []
        for address in subset.get("addresses") or []
        for port in subset["ports"]
    )


def write_site(servers):
    with open("/opt/ingress/site.conf", encoding="utf8") as template:
        text = string.Template(template.read()).substitute(
            # An upstream has to have a server, even one that nothing is passed to.
            servers="\n".join(f"    server {server} max_fails=1 fail_timeout=5s;" for server in servers or ["127.0.0.1:1 down"]),
            action="proxy_pass http://backend;" if servers else "return 503;",
        )
    with open(SITE, "w", encoding="utf8") as site:
        site.write(text)


def follow(nginx):
    """Lists once, then watches. Returns when the watch ends, which it does every few minutes."""
    with request() as answer:
        listed = json.load(answer)
    known = [address for item in listed["items"] for address in addresses(item)]
    apply(nginx, known)
    with request(watch="true", resourceVersion=listed["metadata"]["resourceVersion"]) as events:
        for line in events:
            event = json.loads(line)
            if event["type"] == "ERROR":
                return
            now = [] if event["type"] == "DELETED" else addresses(event["object"])
            if now != known:
                known = now
                apply(nginx, known)


def apply(nginx, servers):
    print(f"controller: {SERVICE} has {', '.join(servers) or 'no ready endpoints'}", flush=True)
    write_site(servers)
    nginx.send_signal(signal.SIGHUP)


def start_nginx():
    write_site([])
    if os.path.exists(PID):
        os.remove(PID)
    nginx = subprocess.Popen(["nginx", "-g", "daemon off;"])
    # Until it has written its id it would die of the signal that asks it to reload.
    while nginx.poll() is None and not os.path.exists(PID):
        time.sleep(0.02)
    return nginx


def main():
    nginx = start_nginx()

    def end(*_):
        nginx.terminate()
        sys.exit(nginx.wait())

    signal.signal(signal.SIGTERM, end)
    # Without nginx there is nothing to control: the pod is restarted.
    signal.signal(signal.SIGCHLD, lambda *_: nginx.poll() is not None and os._exit(1))
    while True:
        try:
            follow(nginx)
        except (OSError, ValueError, KeyError) as error:
            print(f"controller: the API server: {error}", file=sys.stderr, flush=True)
            time.sleep(1)


main()
