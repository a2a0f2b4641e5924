"""What code that nobody has read is kept in: limits, Landlock, namespaces."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress

_LIBC = ctypes.CDLL(None, use_errno=True)

# <sched.h>, <sys/mount.h>, <linux/prctl.h>, <linux/capability.h>, <linux/landlock.h>
_NEW_USER, _NEW_REST = 0x10000000, 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000
_READ_ONLY, _NO_SUID, _NO_DEV, _REMOUNT, _BIND, _DEEP, _PRIVATE = 1, 2, 4, 32, 4096, 16384, 1 << 18
_LOCKED_FLAGS = 1 | 2 | 4 | 8  # the same bits in statvfs and mount
_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}
_DEATH_SIGNAL, _DUMPABLE, _SUBREAPER, _NO_NEW_PRIVILEGES = 1, 4, 36, 38
_CAPABILITIES_3 = 0x20080522
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_FILES_ALL, _FILES_READ, _FILE_READ, _FILE_READ_WRITE = (1 << 15) - 1, 0b1101, 0b101, 0b110
_TCP, _SIGNALS_AND_ABSTRACT_SOCKETS = 0b11, 0b11

_SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_SIZE = "size=64m,nr_inodes=4096"
NOBODY = 65534
MOST_FILE_BYTES = 16 * 1024 * 1024
MOST_OPEN_FILES = 64
MOST_PROCESSES = 64  # threads count too


def _done(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    words = [None if word is None else word.encode() for word in (source, target, kind, data)]
    _done(_LIBC.mount(*words[:3], ctypes.c_ulong(flags), words[3]), f"mount {target}")


def _prctl(option: int, value: int) -> None:
    _done(_LIBC.prctl(option, ctypes.c_ulong(value), 0, 0, 0), f"prctl {option}")


def hide() -> None:
    """No other process of this user may read the memory of this one, and orphans become its children."""
    if sys.platform == "linux":
        _prctl(_DUMPABLE, 0)
        _prctl(_SUBREAPER, 1)


def into_namespaces(folder: str) -> None:
    """Go on as the first process of a world of its own: no network, no other processes, hardly any files.

    The process that called waits for it, and ends with it. The folder becomes the root of its files.

    Raises:
        OSError: The kernel does not let us.
    """
    user, group = os.geteuid(), os.getegid()
    _done(_LIBC.unshare(_NEW_REST | (_NEW_USER if user else 0)), "unshare")
    if user:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
        with suppress(OSError):  # inside there are to be no more of them, with new rights in each
            _write("/proc/sys/user/max_user_namespaces", "0")
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        os._exit(0)
    _prctl(_DEATH_SIGNAL, signal.SIGKILL)
    _prctl(_DUMPABLE, 0)
    _furnish(folder)


def _write(path: str, words: str) -> None:
    with open(path, "w") as file:
        file.write(words)


def _furnish(root: str) -> None:
    """A root with the system and Python in it, that cannot be written, and an empty /tmp that can."""
    _mount("none", "/", None, _DEEP | _PRIVATE)
    _mount("tmpfs", root, "tmpfs", _NO_SUID | _NO_DEV, f"{_SIZE},mode=755")
    for path in _readable():
        _place(path, root + path)
    for path in _DEVICES:
        _place(path, root + path)
    for path in ("/tmp", "/dev/shm"):
        os.makedirs(root + path, exist_ok=True)
        os.chmod(root + path, 0o1777)
    number = _PIVOT_ROOT.get(os.uname().machine)
    if number is None:
        raise OSError(f"no number of pivot_root for {os.uname().machine}")
    os.chdir(root)
    _done(_LIBC.syscall(number, b".", b"."), "pivot_root")
    _done(_LIBC.umount2(b".", _DETACH), "umount")
    _mount("none", "/", None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEV)
    for path in ("/tmp", "/dev/shm"):
        _mount("tmpfs", path, "tmpfs", _NO_SUID | _NO_DEV, f"{_SIZE},mode=1777")
    os.chdir("/tmp")


def _readable() -> Iterator[str]:
    yield from (path for path in _SYSTEM if os.path.exists(path))
    if not sys.base_prefix.startswith("/usr/") and sys.base_prefix != "/usr":
        yield sys.base_prefix


def _place(path: str, target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path):
        path = os.path.realpath(path)
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    elif os.path.exists(path):
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    else:
        return
    _mount(path, target, None, _BIND | _DEEP)
    if path not in _DEVICES:
        # What the mount was not allowed before it stays not allowed: the kernel refuses to give it back.
        locked = os.statvfs(path).f_flag & _LOCKED_FLAGS
        _mount("none", target, None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEV | locked)


def lock_in(level: str, folder: str, *, cpu_s: int, memory_bytes: int) -> None:
    """Give up every right that this process has over others, and set its limits; for good."""
    os.setsid()
    if sys.platform == "linux":
        if os.geteuid() == 0:
            _become_stranger(level, folder)
        _prctl(_NO_NEW_PRIVILEGES, 1)
        _drop_capabilities()
        _prctl(_DEATH_SIGNAL, signal.SIGKILL)
        _prctl(_DUMPABLE, 1)
        if level == "landlock":
            _landlock(folder)
    limits = {
        "RLIMIT_CPU": cpu_s,
        "RLIMIT_AS": memory_bytes,
        "RLIMIT_FSIZE": MOST_FILE_BYTES,
        "RLIMIT_NOFILE": MOST_OPEN_FILES,
        "RLIMIT_CORE": 0,
    }
    if sys.platform == "linux":
        # Where there is no namespace of our own, those that the user has besides are counted too.
        others = 0 if level == "namespaces" else _tasks_of_this_user()
        limits["RLIMIT_NPROC"] = MOST_PROCESSES + others
    for name, limit in limits.items():
        kind = getattr(resource, name)
        most = resource.getrlimit(kind)[1]
        hard = limit if most == resource.RLIM_INFINITY else min(limit, most)
        # A second before it is killed for its time of the processor, a signal says why.
        soft = max(hard - 1, 0) if name == "RLIMIT_CPU" else hard
        with suppress(ValueError):  # macOS has no limit of memory
            resource.setrlimit(kind, (soft, hard))


def _become_stranger(level: str, folder: str) -> None:
    """Another user, whom nothing belongs to and whose processes are counted: those of root are not."""
    if level == "namespaces":
        candidates = [2**30 + int.from_bytes(os.urandom(3)), NOBODY]  # in a container not every number is one
    elif _open_to_all(os.__file__):
        os.chown(folder, NOBODY, NOBODY)
        candidates = [NOBODY]
    else:
        raise OSError(f"limits for root, and no other user can read {os.__file__!r}: be an ordinary user")
    os.setgroups([])
    for each in candidates:
        with suppress(OSError):
            os.setresgid(each, each, each)
            os.setresuid(each, each, each)
            return
    raise OSError("other user to become")


def _open_to_all(path: str) -> bool:
    while path != "/":
        path = os.path.dirname(path)
        if not os.stat(path).st_mode & stat.S_IXOTH:
            return False
    return True


def _drop_capabilities() -> None:
    header = struct.pack("Ii", _CAPABILITIES_3, 0)
    _done(_LIBC.capset(header, bytes(24)), "capset")


def _tasks_of_this_user() -> int:
    """How many threads this user has: the kernel counts them all."""
    user, count = os.getuid(), 0
    with suppress(OSError):
        for name in os.listdir("/proc"):
            with suppress(OSError):
                if name.isdecimal() and os.stat(f"/proc/{name}").st_uid == user:
                    count += len(os.listdir(f"/proc/{name}/task"))
    return count


def _landlock(folder: str) -> None:
    """No files but the system, Python and the folder, no TCP, no look at other processes.

    Raises:
        OSError: The kernel has no Landlock, or one of before Linux 6.7, which lets all connections through.
    """
    version = _done(_LIBC.syscall(_CREATE_RULESET, None, 0, 1), "Landlock")
    if version < 4:
        raise OSError(f"Landlock {version}, which knows no network")
    known = _FILES_ALL if version < 5 else _FILES_ALL << 1 | 1
    rules = struct.pack("QQ", known, _TCP)
    if version >= 6:
        rules += struct.pack("Q", _SIGNALS_AND_ABSTRACT_SOCKETS)
    ruleset = _done(_LIBC.syscall(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0), "Landlock")
    allowed = {path: _FILES_READ if os.path.isdir(path) else _FILE_READ for path in _readable()}
    allowed |= dict.fromkeys(_DEVICES, _FILE_READ_WRITE) | {folder: known}
    for path, access in allowed.items():
        file = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", access, file)
        _done(_LIBC.syscall(_ADD_RULE, ruleset, 1, rule, 0), f"Landlock {path}")
        os.close(file)
    _done(_LIBC.syscall(_RESTRICT_SELF, ruleset, 0), "Landlock")
    os.close(ruleset)
