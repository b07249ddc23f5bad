"""A filter that refuses system calls that attacks use and no lab needs.

A refused call fails with "not permitted", and the process continues. In tier 1 this is
a second line of defence, because files and processes are already out of reach. In tier
2 it is what keeps student code off the network and from starting programs and sending
signals.
"""

from __future__ import annotations

import ctypes
import platform
import struct

from autograder.sandbox.inside import system

_PR_SET_SECCOMP, _MODE_FILTER = 22, 2
_AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_EPERM, _ENOSYS = 1, 38
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_X32_BIT = 0x40000000
_NEW_NAMESPACES = 0x7E020000  # all CLONE_NEW* flags of clone()
_AF_UNIX = 1

# name: (x86_64, aarch64); None if there is no such call.
REFUSED = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "userfaultfd": (323, 282),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "syslog": (103, 116),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "personality": (135, 92),
}
_CLONE3 = (435, 435)  # its flags are in memory; refused as unknown, so clone() is used
_CLONE, _SOCKET = (56, 220), (41, 198)


def install() -> None:
    """Install the filter for this process and everything it starts.

    Raises:
        OSError: the kernel does not support such filters, or the processor is unknown.
    """
    machine = platform.machine()
    if machine not in _AUDIT_ARCH:
        raise OSError(f"there is no system-call filter for {machine}")
    column = 0 if machine == "x86_64" else 1
    program = _program(_AUDIT_ARCH[machine], column)
    code = ctypes.create_string_buffer(b"".join(program))
    pointer = ctypes.addressof(code)
    filter_ = struct.pack("HxxxxxxQ", len(program), pointer)
    system.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.c_char_p(filter_))


def _program(arch: int, column: int) -> list[bytes]:
    """The filter as instructions of the classic Berkeley packet filter."""
    refuse, unknown = _ERRNO | _EPERM, _ERRNO | _ENOSYS
    steps = [_step(_LOAD, 4), _step(_EQUAL, arch, 1, 0), _step(_RETURN, refuse)]
    steps += [_step(_LOAD, 0)]
    if column == 0:  # the calls with 32-bit pointers have other numbers
        steps += [_step(_AT_LEAST, _X32_BIT, 0, 1), _step(_RETURN, unknown)]
    for numbers in REFUSED.values():
        steps += [_step(_EQUAL, numbers[column], 0, 1), _step(_RETURN, refuse)]
    steps += [_step(_EQUAL, _CLONE3[column], 0, 1), _step(_RETURN, unknown)]
    steps += [  # socket(family, …): only sockets between processes of this machine
        _step(_EQUAL, _SOCKET[column], 0, 4),
        _step(_LOAD, 16),
        _step(_EQUAL, _AF_UNIX, 1, 0),
        _step(_RETURN, refuse),
        _step(_LOAD, 0),
        _step(_EQUAL, _CLONE[column], 0, 3),
        _step(_LOAD, 16),
        _step(_BITS, _NEW_NAMESPACES, 0, 1),
        _step(_RETURN, refuse),
    ]
    return [*steps, _step(_RETURN, _ALLOW)]


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)
