"""What Podman's networking leaves in the kernel when the last network is gone: taken away where it was not before."""

import shlex
import subprocess
from pathlib import Path

FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
MARK = "NETAVARK"


class Firewall:
    """As it is now; `put_back` removes rules and chains of Podman if there are none at this moment."""

    def __init__(self):
        self.forwarding = FORWARDING.read_text()
        self.ours = not any(_rules(table) for table in ("filter", "nat"))

    def put_back(self) -> None:
        if not self.ours:
            return
        for table in ("filter", "nat"):
            rules = _rules(table)
            for rule in rules:
                if rule.startswith("-A"):
                    _iptables(table, "-D", *shlex.split(rule)[1:])
            for rule in rules:
                if rule.startswith("-N"):
                    _iptables(table, "-X", rule.split()[1])
        FORWARDING.write_text(self.forwarding)


def _rules(table: str) -> list[str]:
    """Return the rules and chains that are Podman's."""
    return [line for line in _iptables(table, "-S").splitlines() if MARK in line]


def _iptables(table: str, *arguments: str) -> str:
    return subprocess.run(
        ["iptables", "-w", "-t", table, *arguments], capture_output=True, text=True, check=True
    ).stdout
