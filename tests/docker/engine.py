"""Podman with storage, networks and images of its own, below one folder: what the machine has is not touched.

The image that ours begins with is made by debootstrap, from the mirror of the machine's own apt. Pip's and npm's
settings of the machine are there while an image is made, read-only, and never in it.
"""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.docker.firewall import Firewall
from tests.running import ROOT

NEEDED = ("podman", "runc", "iptables", "debootstrap", "apt-get", "openssl")
NETWORKING = ("netavark", "aardvark-dns")  # Podman starts them, from a folder that is in nobody's PATH
BASE = "docker.io/library/debian:12-slim"
STAND_IN = "localhost/samenbeheer-stand-in"
HOME_IN_IMAGE = "/root"  # of who builds, inside the image
CERTIFICATES = "/run/host/certificates.pem"

CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "{folder}/tmp"
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
"""
STORAGE_CONF = """
[storage]
driver = "{driver}"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""
# As in the real image: no manuals. And no waiting for the disk at each package.
DPKG = """path-exclude /usr/share/doc/*
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
force-unsafe-io
"""


def why_not() -> str:
    """Return why containers cannot be tried here; nothing when they can."""
    if os.geteuid() != 0:
        return "containers are tried by root only"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    missing += [name for name in NETWORKING if not Path("/usr/lib/podman", name).exists()]
    return f"not installed: {', '.join(missing)}" if missing else ""


def said(*command: str, **options) -> str:
    """Run a command and return what it printed; raises RuntimeError with its last words when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)[:300]}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    return done.stdout


class Engine:
    """Podman below one folder; `close` leaves nothing of it."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="samenbeheer-containers-"))
        self.firewall = Firewall()
        if _memory_free() > 12 * 2**30:  # minutes less: packages wait for the disk at each file
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8g,mode=755", "samenbeheer", str(self.folder)])
        (self.folder / "networks").mkdir()
        (self.folder / "containers.conf").write_text(CONTAINERS_CONF.format(folder=self.folder))
        self.environment = {
            **os.environ,
            "CONTAINERS_CONF": str(self.folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(self.folder / "storage.conf"),
            "BUILDAH_ISOLATION": "chroot",
        }
        for driver in ("overlay", "vfs"):  # one overlay does not lie on another: slower, but it works
            (self.folder / "storage.conf").write_text(STORAGE_CONF.format(folder=self.folder, driver=driver))
            if subprocess.run(["podman", "info"], env=self.environment, capture_output=True).returncode == 0:
                break

    def podman(self, *arguments: str, **options) -> str:
        return said("podman", *arguments, env=self.environment, **options)

    def make_base(self) -> None:
        """Make the image that the Dockerfiles begin with."""
        sources = said(
            *("apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
        )
        ours = [line for line in sources.splitlines() if re.search(r" bookworm(-\S+)? main$", line)]
        mirror = next(line.split()[1] for line in ours if line.endswith(" bookworm main"))
        base = self.folder / "base"
        said("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", str(base), mirror)
        (base / "etc/apt/sources.list").write_text("\n".join(ours) + "\n")
        (base / "etc/dpkg/dpkg.cfg.d/small").write_text(DPKG)
        for folder in ("var/lib/apt/lists", "var/cache/apt", "usr/share/doc", "usr/share/man", "usr/share/locale"):
            shutil.rmtree(base / folder)
            (base / folder).mkdir()
        tar = self.folder / "base.tar"
        said("tar", "-C", str(base), "-cf", str(tar), ".")
        shutil.rmtree(base)
        self.podman("import", "--quiet", str(tar), BASE)
        tar.unlink()

    def cannot(self) -> str:
        """Return why no container runs here, though all is installed: as in a container without rights of its own."""
        try:
            self.podman("network", "create", "probe")
            self.podman("run", "--rm", "--network", "probe", "--memory", "64m", BASE, "true")
        except RuntimeError as error:
            return f"Podman cannot run containers here: {str(error).strip().splitlines()[-1]}"
        self.podman("network", "rm", "probe")
        return ""

    def build_arguments(self) -> list[str]:
        """Return what a build needs to find the packages: network, and settings of the machine read-only."""
        mounts = {path: path for path in self._pip()} | self._npm() | self._apt()
        mounts[str(_certificates())] = CERTIFICATES
        mounts[str(self.folder / "pip.conf")] = "/etc/pip.conf"
        volumes = [f"--volume={here}:{there}:ro" for here, there in mounts.items()]
        return ["--network=host", "--pull=never", "--layers", "--format=docker", *volumes]

    def _pip(self) -> list[str]:
        """Write pip's settings to one file; return the local folders and files it looks at."""
        found, local = dict[str, str](), []
        for line in said(sys.executable, "-m", "pip", "config", "list").splitlines():
            name, _, quoted = line.partition("=")
            name, value = name.rpartition(".")[2], ast.literal_eval(quoted)
            if name == "cert" or name == "config-file":
                continue
            found[name] = "\n    ".join(value.split("\n"))  # of the environment last: it counts most
            for word in value.split():
                path = Path(word.removeprefix("file://"))
                if path.is_absolute() and path.exists():
                    local.append(str(path.parent if "index-url" in name else path))  # files lie beside their index
        found["cert"] = CERTIFICATES
        lines = [f"{name} = {value}\n" for name, value in found.items()]
        _secretly(self.folder / "pip.conf", "[global]\n" + "".join(lines))
        return local

    def _npm(self) -> dict[str, str]:
        found = [Path("/usr/etc/npmrc"), Path("/etc/npmrc"), Path.home() / ".npmrc"]
        found += [
            Path(os.environ[name])
            for name in ("NPM_CONFIG_GLOBALCONFIG", "NPM_CONFIG_USERCONFIG")
            if name in os.environ
        ]
        lines = [line for path in found if path.is_file() for line in path.read_text().splitlines()]
        lines = [line for line in lines if not re.match(r"\s*(cafile|nodedir|prefix|cache)\b", line)]
        if registry := os.environ.get("NPM_CONFIG_REGISTRY"):
            lines.append(f"registry={registry}")
        _secretly(self.folder / "npmrc", "\n".join([*lines, f"cafile={CERTIFICATES}"]) + "\n")
        return {str(self.folder / "npmrc"): f"{HOME_IN_IMAGE}/.npmrc"}

    def _apt(self) -> dict[str, str]:
        """Write how apt reaches its mirror here."""
        lines = [line for line in said("apt-config", "dump").splitlines() if re.match(r"Acquire::https?::Proxy ", line)]
        _secretly(self.folder / "apt.conf", "\n".join([*lines, f'Acquire::https::CaInfo "{CERTIFICATES}";']) + "\n")
        return {str(self.folder / "apt.conf"): "/etc/apt/apt.conf.d/99machine"}

    def make_stand_in(self) -> None:
        """Make the image that stands in for those of others."""
        arguments = self.build_arguments()
        self.podman("build", *arguments, "--quiet", "--tag", STAND_IN, str(ROOT / "tests" / "docker"))

    def close(self) -> None:
        """Remove containers, volumes and networks of ours, and the folder with the images."""
        for arguments in (("rm", "--all", "--force", "--time", "0"), ("volume", "rm", "--all", "--force")):
            subprocess.run(["podman", *arguments], env=self.environment, capture_output=True)
        for name in self.podman("network", "ls", "--quiet").split():
            if name != "podman":
                self.podman("network", "rm", "--force", name)
        self.firewall.put_back()
        mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        for place in sorted((one for one in mounted if one.startswith(f"{self.folder}/")), reverse=True):
            said("umount", place)
        if self.folder.is_mount():
            said("umount", str(self.folder))
        said("rm", "--recursive", "--one-file-system", str(self.folder))


def _memory_free() -> int:
    found = re.search(r"MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text())
    return int(found.group(1)) * 1024


def _certificates() -> Path:
    """Return the authorities that this machine believes."""
    named = [os.environ[name] for name in ("SSL_CERT_FILE", "PIP_CERT") if name in os.environ]
    return next(Path(one).resolve() for one in [*named, "/etc/ssl/certs/ca-certificates.crt"] if Path(one).is_file())


def _secretly(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
