"""The door: whatever names or is a network becomes a `Network`: a name, a graph, and a spec if it has one."""

from costcalc.networks.door import Door, build_networks, load, load_all, network, open_networks
from costcalc.networks.network import Network, Reference

__all__ = ["Door", "Network", "Reference", "build_networks", "load", "load_all", "network", "open_networks"]
