"""How to get the strongest sandbox on this machine."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

_INSTALL = {
    "debian": "sudo apt-get install bubblewrap",
    "ubuntu": "sudo apt-get install bubblewrap",
    "fedora": "sudo dnf install bubblewrap",
    "rhel": "sudo dnf install bubblewrap",
    "arch": "sudo pacman -S bubblewrap",
    "alpine": "sudo apk add bubblewrap",
    "opensuse": "sudo zypper install bubblewrap",
}


def install(release: str | None = None) -> str:
    """How to install bubblewrap here, in one sentence.

    Args:
        release: content of `/etc/os-release`; this machine's by default.
    """
    if sys.platform == "darwin":
        return (
            "macOS has no such sandbox; grade in a Linux container or on a Linux "
            "machine."
        )
    if sys.platform == "win32":
        return "Windows has no such sandbox; grade in WSL 2: `wsl --install`."
    if release is None:
        path = Path("/etc/os-release")
        release = path.read_text(encoding="utf-8") if path.is_file() else ""
    known = dict(line.split("=", 1) for line in release.splitlines() if "=" in line)
    names = f"{known.get('ID', '')} {known.get('ID_LIKE', '')}".replace('"', "")
    for name in names.split():
        for start, command in _INSTALL.items():
            if name.startswith(start):
                return f"Install bubblewrap: `{command}`."
    return "Install the package `bubblewrap` of your Linux distribution."


def namespaces(said: str) -> str:
    """What to do if the kernel refuses namespaces.

    Args:
        said: bubblewrap's error message.
    """
    release = platform.release()
    return (
        f"Kernel {release} refuses new namespaces ({said.strip()[:200]}). On Ubuntu "
        "24.04 and later: install the profile `apparmor-profiles` and enable "
        "bwrap-userns-restrict, or `sudo sysctl "
        "kernel.apparmor_restrict_unprivileged_userns=0`; on Debian: `sudo sysctl "
        "kernel.unprivileged_userns_clone=1`; on Fedora and others: `sudo sysctl "
        "user.max_user_namespaces=15000`; in a container: allow user namespaces, for "
        "Docker `--security-opt seccomp=unconfined`."
    )
