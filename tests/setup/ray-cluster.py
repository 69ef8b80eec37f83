"""A Ray cluster of two nodes on this machine, for tests: `ray-cluster.py FOLDER`. Prints its Jobs API and its nodes as one
line of JSON, and ends with everything that it started when its input ends, however its owner ended."""

import json
import os
import random
import re
import shutil
import socket
import sys
import time
import urllib.request

# A busy machine of two cores starts Ray in a minute, not in the seconds that Ray waits by default.
os.environ.update(
    RAY_USAGE_STATS_ENABLED="0",
    RAY_DASHBOARD_SUBPROCESS_MODULE_WAIT_READY_TIMEOUT="120",
    RAY_raylet_start_wait_time_s="120",
)

from ray._common import utils as common  # noqa: E402  (reads the environment)
from ray._private import services, utils  # noqa: E402
from ray.cluster_utils import Cluster  # noqa: E402

# A cluster tells the whole machine where it is, in a folder that only `ray start` makes; this one is a test's own.
utils.write_ray_address = common.reset_ray_address = lambda *_: None

start = services.start_ray_process


def start_less(command, process_type, *args, **more):
    # Of the dashboard's nine processes only the Jobs API is wanted, and what tells it of nodes.
    if process_type == "dashboard":
        command = [*command, "--modules-to-load=JobHead,NodeHead"]
    # Ray tells the agent its port and not the raylet, which then gives up after 15 s without hearing of it.
    if process_type == "raylet":
        port = next(re.search(r"--listen-port=(\d+)", word) for word in command if "--listen-port=" in word)
        command = [*command, f"--dashboard_agent_listen_port={port[1]}"]
    return start(command, process_type, *args, **more)


services.start_ray_process = start_less

folder = sys.argv[1]
# 80 MB is about the least that Ray takes; the jobs put names of files there and nothing else.
size = {"num_cpus": 1, "object_store_memory": 80 * 1024 * 1024}
cluster = Cluster()
given = set()


def free_ports(*names):
    """Ports that nobody listens at, below those that other tests are given by the system until Ray takes its own."""
    return {name: free_port() for name in names}


def free_port():
    while True:
        port = random.randrange(20_000, 32_000)
        if port in given:
            continue
        try:
            socket.create_server(("127.0.0.1", port)).close()
            given.add(port)
            return port
        except OSError:
            continue


def wait_for_jobs(url):
    """The API answers before it can take a job."""
    job = json.dumps({"submission_id": "first", "entrypoint": "true"}).encode()
    request = urllib.request.Request(f"{url}/api/jobs/", job, {"content-type": "application/json"})
    for _ in range(120):
        try:
            urllib.request.urlopen(request, timeout=30).close()
            return
        except OSError as error:
            last = error
            time.sleep(1)
    raise last


# Named, because Ray gives up after 15 s where its agents have to find some, and that is not enough here.
agents = ["metrics_agent_port", "metrics_export_port", "dashboard_agent_listen_port", "runtime_env_agent_port"]
try:
    ports = free_ports("dashboard_port", *agents)
    head = cluster.add_node(**size, **ports, include_dashboard=True, dashboard_host="127.0.0.1", temp_dir=folder)
    second = cluster.add_node(**size, **free_ports(*agents))
    url = f"http://127.0.0.1:{ports['dashboard_port']}"
    wait_for_jobs(url)
    print(json.dumps({"url": url, "nodes": [head.node_id, second.node_id]}), flush=True)
    sys.stdin.read()
finally:
    cluster.shutdown()
    shutil.rmtree(folder, ignore_errors=True)
