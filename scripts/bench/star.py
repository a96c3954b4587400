"""The star of star.sh by pyroute2. usage: unshare --net --mount … python3 star.py N, with an empty /run/netns"""

import sys

from pyroute2 import IPRoute, NetNS, netns

host = IPRoute()
host.link("add", ifname="br0", kind="bridge")
bridge = host.link_lookup(ifname="br0")[0]
host.link("set", index=bridge, state="up")
for i in range(1, int(sys.argv[1]) + 1):
    netns.create(f"n{i}")
    host.link("add", ifname=f"p{i}", kind="veth", peer={"ifname": "eth0", "net_ns_fd": f"n{i}"})
    port = host.link_lookup(ifname=f"p{i}")[0]
    host.link("set", index=port, master=bridge, state="up")
    with NetNS(f"n{i}") as inside:
        eth0 = inside.link_lookup(ifname="eth0")[0]
        inside.addr("add", index=eth0, address=f"10.1.{i // 256}.{i % 256}", prefixlen=16)
        inside.link("set", index=eth0, state="up")
        inside.link("set", index=1, state="up")
host.close()
