"""The attacks: submissions that try to get out, look in, linger, hoard, or score without an answer.

Each prints TRIED before and BREACH when it got what it was after. `forges` marks those that aim at the hidden-input
check `gradient` without computing it. The sources run inside a sandbox and nowhere else.
"""

# ruff: noqa: E501 - an attack that stands on one line is told apart from the next at a glance.

from __future__ import annotations

from dataclasses import dataclass

PRELUDE = '''
import ctypes, errno, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def tried(what=""):
    print("TRIED", what, flush=True)
def breach(what):
    print("BREACH", what, flush=True)
def refused(number, *arguments):
    """A raw system call that must not succeed."""
    tried(number)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) for a in arguments])
    if result >= 0:
        breach(f"system call {number} gave {result}")
def must_fail(action, what=""):
    tried(what)
    try:
        result = action()
    except (OSError, RuntimeError, MemoryError, ValueError, ImportError) as error:
        print(type(error).__name__, getattr(error, "errno", None))
    else:
        breach(f"{what} gave {str(result)[:200]!r}")
def inject(data):
    """Write to the line to the trusted side, whichever descriptor it is."""
    for fd in range(3, 1024):
        try:
            os.write(fd, data)
        except OSError:
            pass
def answer():
    return 42
'''


@dataclass(frozen=True)
class Attack:
    """A named submission. `needs_private_root`: only rungs with a root of their own promise to stop it."""

    name: str
    source: str
    forges: bool = False
    needs_private_root: bool = False


def syscall(name: str, number: int, *arguments: int) -> Attack:
    return Attack(name, f"refused({number}, {', '.join(map(str, arguments))})")


def unreadable(name: str, path: str) -> Attack:
    return Attack(name, f"must_fail(lambda: open({path!r}, 'rb').read(4096), {path!r})")


PROCESSES = [
    Attack("fork", "must_fail(os.fork, 'fork')"),
    Attack("subprocess", "import subprocess\nmust_fail(lambda: subprocess.run(['/bin/true']).returncode, 'run')"),
    Attack("os-system", "tried()\nif os.system('/bin/true') == 0: breach('shell')"),
    Attack("posix-spawn", "must_fail(lambda: os.posix_spawn('/bin/true', ['true'], {}), 'spawn')"),
    Attack("execve", "must_fail(lambda: os.execv('/bin/true', ['true']), 'exec')"),
    syscall("raw-fork", 57),
    syscall("raw-vfork", 58),
    syscall("raw-clone-without-thread", 56, 17, 0, 0, 0, 0),
    syscall("raw-clone-into-namespaces", 56, 0x10000000 | 0x20000000 | 0x10F00, 0, 0, 0, 0),
    syscall("clone3", 435, 0, 88),
    Attack("multiprocessing", "import multiprocessing as m\nmust_fail(lambda: m.Process(target=print).start(), 'mp')"),
    Attack(
        "thread-bomb",
        "import threading, time\ntried()\nn = 0\ntry:\n    while n < 500:\n"
        "        threading.Thread(target=time.sleep, args=(30,), daemon=True).start(); n += 1\n"
        "except RuntimeError:\n    pass\nprint(n)\nif n > 64: breach(f'{n} threads')",
    ),
]

MEMORY = [
    Attack("forty-gigabytes", "import torch\nmust_fail(lambda: torch.zeros(10**10).sum(), 'zeros')"),
    Attack("hoard", "tried()\nhoard = []\nwhile True: hoard.append(bytearray(b'x') * (1 << 20))"),
    Attack(
        "shared-memory",
        "import mmap\ntried()\nhoard = []\nwhile True:\n    m = mmap.mmap(-1, 16 << 20); m.write(b'x' * (16 << 20)); hoard.append(m)",
    ),
    syscall("memfd", 319, 0, 0),
    Attack("dev-shm", "must_fail(lambda: open('/dev/shm/x', 'wb').write(b'x'), 'shm')"),
    Attack(
        "raise-own-limits", "import resource\nmust_fail(lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)), 'as')"
    ),
    Attack("huge-reply", "import torch\ndef gradient(x):\n    return torch.zeros(3 * 10**7)\ntried()", forges=True),
    Attack("wide-reply", "def gradient(x):\n    return [[0] * 1000] * 1000\ntried()", forges=True),
    Attack("long-output", "tried()\nfor _ in range(20000): print('x' * 50000)"),
    Attack("raw-output", "tried()\nwhile True: os.write(1, b'x' * 65536)"),
]

TIME = [
    Attack("endless-loop", "tried()\nwhile True: pass"),
    Attack(
        "deaf-loop",
        "import signal\ntried()\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ),
    Attack("sleep", "import time\ntried()\nwhile True:\n    try: time.sleep(1000)\n    except BaseException: pass"),
    Attack("stop-oneself", "import signal\ntried()\nos.kill(os.getpid(), signal.SIGSTOP)"),
    Attack(
        "spinning-threads",
        "import torch, threading\ntried()\na = torch.rand(300, 300)\ndef spin():\n    while True: a @ a\n"
        "for _ in range(8): threading.Thread(target=spin).start()",
    ),
    Attack("endless-regex", "import re\ntried()\nre.match(r'(a+)+$', 'a' * 40 + 'b')"),
    Attack("huge-power", "tried()\nx = 9 ** 9 ** 9"),
    Attack("timer-off", "import signal\ntried()\nsignal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass"),
    Attack(
        "endless-call",
        "def gradient(x):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass\ntried()",
    ),
]

FILES = [
    Attack(
        "fill-one-file",
        "tried()\nn = 0\ntry:\n    with open('big', 'wb') as f:\n        while n < 1 << 30: n += f.write(b'x' * (1 << 20))\n"
        "except OSError: pass\nif n > 64 << 20: breach(f'{n} bytes')",
    ),
    Attack(
        "fill-many-files",
        "tried()\nn = 0\ntry:\n    while n < 5000:\n        open(f'f{n}', 'wb').write(b'x' * 65536); n += 1\n"
        "except OSError: pass\nif n > 1000: breach(f'{n} files')",
    ),
    unreadable("read-passwd", "/etc/passwd"),
    unreadable("read-shadow", "/etc/shadow"),
    unreadable("read-environ", "/proc/self/environ"),
    unreadable("read-parent-environ", "/proc/1/environ"),
    unreadable("read-own-memory", "/proc/self/mem"),
    unreadable("read-cmdline", "/proc/1/cmdline"),
    unreadable("read-sys", "/sys/kernel/notes"),
    unreadable("read-canary", "{canary}"),
    unreadable("read-hidden-checks", "{checks}/test_target.py"),
    unreadable("read-pack", "{pack}/pack.toml"),
    unreadable("read-engine", "{grader}/runner/plugin.py"),
    unreadable("read-device", "/dev/mem"),
    Attack(
        "list-root-home",
        "tried()\ntry: names = os.listdir('{home}')\nexcept OSError: names = []\nif set(names) - {'.pyenv'}: breach(names)",
    ),
    Attack("list-proc", "must_fail(lambda: [p for p in os.listdir('/proc') if p.isdigit()][0], 'proc')"),
    Attack(
        "stat-hidden-checks", "must_fail(lambda: os.stat('{checks}/test_target.py'), 'stat')", needs_private_root=True
    ),
    Attack("write-host-tmp", "tried()\ntry: open('{canary}', 'w').write('overwritten')\nexcept OSError: pass"),
    Attack("remove-canary", "tried()\ntry: os.remove('{canary}')\nexcept OSError: pass"),
    Attack("write-torch", "import torch\nmust_fail(lambda: open(torch.__file__, 'a').write('x = 1'), 'torch')"),
    Attack("write-stdlib", "must_fail(lambda: open(os.__file__, 'a').write('x = 1'), 'os')"),
    Attack("chmod-torch", "import torch\nmust_fail(lambda: os.chmod(torch.__file__, 0o777), 'chmod')"),
    Attack(
        "symlink-out",
        "tried()\ntry:\n    os.symlink('/etc/passwd', 'link'); print(open('link').read()); breach('link')\nexcept OSError: pass",
    ),
    Attack(
        "descriptors",
        "import stat\ntried()\nlines = 0\nfor fd in range(3, 1024):\n    try: mode = os.fstat(fd).st_mode\n"
        "    except OSError: continue\n    lines += 1\n    if not stat.S_ISSOCK(mode): breach(f'descriptor {fd} is open')\n"
        "if lines > 1: breach(f'{lines} descriptors')",
    ),
]

KERNEL = [
    Attack("inet-socket", "import socket\nmust_fail(lambda: socket.socket(), 'inet')"),
    Attack("inet6-socket", "import socket\nmust_fail(lambda: socket.socket(socket.AF_INET6), 'inet6')"),
    Attack("unix-socket", "import socket\nmust_fail(lambda: socket.socket(socket.AF_UNIX), 'unix')"),
    Attack(
        "netlink-socket",
        "import socket\nmust_fail(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW), 'netlink')",
    ),
    Attack("socketpair", "import socket\nmust_fail(lambda: socket.socketpair(), 'pair')"),
    Attack("dns", "import socket\nmust_fail(lambda: socket.getaddrinfo('example.org', 80), 'dns')"),
    Attack(
        "http",
        "import urllib.request\nmust_fail(lambda: urllib.request.urlopen('http://127.0.0.1:1/', timeout=1), 'http')",
    ),
    syscall("io-uring", 425, 1, 0),
    syscall("mount", 165, 0, 0, 0, 0, 0),
    syscall("unshare-user", 272, 0x10000000),
    syscall("unshare-mount", 272, 0x00020000),
    syscall("setns", 308, 0, 0),
    Attack("chroot", "must_fail(lambda: os.chroot('.'), 'chroot')"),
    syscall("pivot-root", 155, 0, 0),
    Attack("kill-everyone", "must_fail(lambda: os.kill(-1, 9), 'kill -1')"),
    Attack("kill-parent", "tried()\ntry: os.kill(os.getppid(), 9)\nexcept OSError: pass"),
    syscall("tgkill", 234, 1, 1, 9),
    syscall("ptrace", 101, 16, 1, 0, 0),
    syscall("process-vm-readv", 310, 1, 0, 0, 0, 0, 0),
    syscall("pidfd-open", 434, 1, 0),
    syscall("pidfd-getfd", 438, 3, 0, 0),
    syscall("kcmp", 312, 1, 2, 0, 0, 0),
    syscall("bpf", 321, 0, 0, 0),
    syscall("perf-event-open", 298, 0, 0, -1, -1, 0),
    syscall("keyctl", 250, 0, -3, 0, 0, 0),
    syscall("userfaultfd", 323, 0),
    syscall("init-module", 175, 0, 0, 0),
    syscall("open-by-handle", 304, -100, 0, 0),
    syscall("sched-setaffinity", 203, 0, 0, 0),
    syscall("swapon", 167, 0, 0),
    syscall("reboot", 169, 0, 0, 0, 0),
    syscall("sethostname", 170, 0, 0),
    Attack("take-another-uid", "must_fail(lambda: os.setresuid(12345, 12345, 12345), 'uid')"),
    Attack("take-a-capability", "must_fail(lambda: os.chown('.', 12345, 12345), 'chown')"),
]

FORGERY = [
    Attack("exit-at-once", "tried()\nos._exit(0)", forges=True),
    Attack("sys-exit", "tried()\nsys.exit(0)", forges=True),
    Attack("print-passed", "tried()\nprint('10 passed in 0.1s')\nsys.exit(0)", forges=True),
    Attack("close-everything", "tried()\nos.closerange(0, 64)", forges=True),
    Attack("garbage-on-the-line", "tried()\ninject(b'\\x00' * 4096)", forges=True),
    Attack("json-on-the-line", "tried()\ninject(b'{\"verdict\": \"passed\"}\\n' * 100)", forges=True),
    Attack("huge-frame-claim", "tried()\ninject(b'\\xff' * 29)", forges=True),
    Attack("deep-json", "tried()\ninject(b'[' * 1000000)", forges=True),
    Attack(
        "forged-reply-ahead",
        "tried()\nfrom grader.wire import codec\nfrom grader.wire.messages import *\n"
        "reply = CallReport(False, 42, None, (), (), 0, (), (), (), '')\n"
        "for nonce in (bytes(16), b'\\xff' * 16): inject(codec.encode(reply, nonce))",
        forges=True,
    ),
    Attack(
        "stolen-nonce",
        "tried()\nimport gc\nfrom grader.wire import codec\nfrom grader.wire.messages import *\n"
        "reply = CallReport(False, 42, None, (), (), 0, (), (), (), '')\n"
        "for o in gc.get_objects():\n    if isinstance(o, bytes) and len(o) == 16: inject(codec.encode(reply, o))\n"
        "f = sys._getframe()\nwhile f:\n    for v in list(f.f_locals.values()):\n"
        "        if isinstance(v, bytes) and len(v) == 16: inject(codec.encode(reply, v))\n    f = f.f_back",
        forges=True,
    ),
    Attack(
        "search-for-expected-values",
        "import gc\ntried()\n"
        "for o in gc.get_objects():\n    if type(o) is dict and ('SECRET_OF_THE_CHECKS' in o or 'hidden-check-canary-5417' in o.values()): breach('canary')\n"
        "for m in list(sys.modules):\n    if m.startswith(('pytest', '_pytest', 'grader.checks', 'grader.runner', 'grader.packs', 'grader.report')): breach(m)",
    ),
    Attack("environment", "tried()\nfor k, v in os.environ.items():\n    if 'canary' in v or 'SECRET' in k: breach(k)"),
    Attack("arguments", "tried()\nif any('canary' in a for a in sys.argv): breach('argv')"),
    Attack(
        "patched-comparison",
        "import torch\ntorch.allclose = torch.equal = lambda *a, **k: True\ntorch.Tensor.__eq__ = lambda s, o: True\n"
        "torch.testing.assert_close = lambda *a, **k: None\ndef gradient(x):\n    return torch.zeros_like(x)\ntried()",
        forges=True,
    ),
    Attack(
        "equal-to-everything",
        "class Yes:\n    def __eq__(self, o): return True\n    def __getattr__(self, n): return self\n    def __call__(self, *a, **k): return self\n"
        "    def __bool__(self): return True\n    def __float__(self): return 1.0\ndef gradient(x):\n    return Yes()\ntried()",
        forges=True,
    ),
    Attack(
        "lying-tensor",
        "import torch\nclass Liar(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, f, t, a=(), k=None): return True\n"
        "def gradient(x):\n    return torch.zeros(x.shape).as_subclass(Liar)\ntried()",
        forges=True,
    ),
    Attack("nan", "import torch\ndef gradient(x):\n    return torch.full(x.shape, float('nan'))\ntried()", forges=True),
    Attack("infinity", "import torch\ndef gradient(x):\n    return torch.full(x.shape, float('inf'))\ntried()", forges=True),
    Attack("broadcast", "import torch\ndef gradient(x):\n    return torch.tensor(0.0)\ntried()", forges=True),
    Attack("empty", "import torch\ndef gradient(x):\n    return torch.tensor([])\ntried()", forges=True),
    Attack(
        "changed-input",
        "import torch\ndef gradient(x):\n    with torch.no_grad(): x.zero_()\n    return 3 * x ** 2\ntried()",
        forges=True,
    ),
    Attack(
        "pickle-in-the-reply",
        "class Bomb:\n    def __reduce__(self): return (os.system, ('touch /tmp/pwned',))\ndef gradient(x):\n    return Bomb()\ntried()",
        forges=True,
    ),
    Attack(
        "type-name-in-the-reply",
        "numpy = type('loadtxt', (), {'__module__': 'numpy', '__repr__': lambda s: '{checks}/test_target.py'})\n"
        "def gradient(x):\n    return numpy()\ntried()",
        forges=True,
    ),
    Attack("lying-class", "class L:\n    @property\n    def __class__(self):\n        import torch; return torch.Tensor\ndef gradient(x):\n    return L()\ntried()", forges=True),
    Attack("evil-repr", "class E:\n    def __repr__(self): os._exit(0)\ndef gradient(x):\n    return E()\ntried()", forges=True),
    Attack("endless-nesting", "def gradient(x):\n    a = []\n    a.append(a)\n    return a\ntried()", forges=True),
    Attack("deep-nesting", "def gradient(x):\n    a = []\n    for _ in range(100000): a = [a]\n    return a\ntried()", forges=True),
    Attack("recursion", "tried()\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()", forges=True),
    Attack("null-pointer", "tried()\nctypes.string_at(0)", forges=True),
    Attack("abort", "tried()\nos.abort()", forges=True),
    Attack("evil-exception", "class E(Exception):\n    def __str__(self): os._exit(0)\n    __repr__ = __str__\ntried()\nraise E", forges=True),
    Attack(
        "patched-child",
        "tried()\nimport grader.sandbox.child as child, gc\nfor name in dir(child):\n"
        "    if callable(getattr(child, name)) and not name.startswith('__'):\n"
        "        try: setattr(child, name, lambda *a, **k: None)\n        except Exception: pass",
        forges=True,
    ),
    Attack("answer-for-another-check", "def gradient(x):\n    return 42\ntried()", forges=True),
    Attack("terminal-codes", "tried()\nprint('\\x1b]0;owned\\x07\\x1b[2J\\x1b[31mred')\ndef gradient(x):\n    raise ValueError('\\x1b[2J<script>alert(1)</script>')", forges=True),
]  # fmt: skip

ATTACKS = [*PROCESSES, *MEMORY, *TIME, *FILES, *KERNEL, *FORGERY]
