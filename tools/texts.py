"""What dev.py says, in English and Chinese. The environment's locale decides, as for any other command."""

from __future__ import annotations

import os


class SetupError(Exception):
    """Something stands in the way that a person can put right; the message says what and how."""


TEXTS = {
    "setting_up": ("Setting up; the first time takes a few minutes.", "正在准备环境，第一次需要几分钟。"),
    "making_venv": ("make .venv", "建立 .venv"),
    "finding_torch": ("look for the CPU build of torch", "查找 CPU 版 torch"),
    "getting_uv": ("install uv, which knows where the CPU build is", "安装 uv（它知道 CPU 版在哪里）"),
    "cpu_torch": ("install the CPU build of torch (about 200 MB)", "安装 CPU 版 torch（约 200 MB）"),
    "installing": ("install the packages of constraints.txt", "安装 constraints.txt 里的软件包"),
    "updating_apt": ("refresh the list of system packages", "刷新系统软件包列表"),
    "os_package": ("install the system package {package}", "安装系统软件包 {package}"),
    "big_torch": (
        "  The CPU build of torch could not be found, so the ordinary one is installed: several GB to download,\n"
        "  but it works all the same. To avoid it, set PIP_EXTRA_INDEX_URL to the CPU index named on PyTorch's\n"
        "  install page.",
        "  没有找到 CPU 版 torch，改装普通版：要下载好几 GB，但同样能用。\n"
        "  若想避免，请把 PIP_EXTRA_INDEX_URL 设为 PyTorch 安装页上给出的 CPU 索引。",
    ),
    "newer_python": (
        "This Python is older than 3.11; going on with {newer}.",
        "当前 Python 低于 3.11，改用 {newer}。",
    ),
    "old_python": (
        "This is Python {found}, and 3.11 or newer is needed. Install it, then run the same command with it,\n"
        "for example: python3.11 dev.py run",
        "当前是 Python {found}，需要 3.11 或更新的版本。请先安装，再用它运行同一条命令，\n例如：python3.11 dev.py run",
    ),
    "little_room": (
        "Only {gb} GB are free on this disk; setting up needs 2. Free some room and run the same command again.",
        "磁盘只剩 {gb} GB，准备环境需要 2 GB。请腾出空间后再运行同一条命令。",
    ),
    "disk_full": (
        "The disk is full ({title}). Free about 2 GB and run the same command again; it goes on from here.",
        "磁盘已满（{title}）。请腾出约 2 GB 后再运行同一条命令，会从这里继续。",
    ),
    "no_network": (
        "The package index can't be reached ({title}). Check the network, or set PIP_INDEX_URL or a proxy\n"
        "(HTTPS_PROXY) for your network, then run the same command again. Details: {log}",
        "连不上软件包索引（{title}）。请检查网络，或按所在网络设置 PIP_INDEX_URL 或代理（HTTPS_PROXY），\n"
        "再运行同一条命令。详情见 {log}",
    ),
    "certificate": (
        "The package index's certificate is not trusted here ({title}). If your network inspects traffic, set\n"
        "PIP_CERT to its certificate file. Details: {log}",
        "此处不信任软件包索引的证书（{title}）。如果网络会检查流量，请把 PIP_CERT 设为它的证书文件。详情见 {log}",
    ),
    "no_package": (
        "The system package {package} is missing and only root can install it. Run: sudo apt-get install {package}\n"
        "(or what it is called on your system), then the same command again.",
        "缺少系统软件包 {package}，只有 root 能安装。请运行：sudo apt-get install {package}\n"
        "（其他系统请用相应的名称），再运行同一条命令。",
    ),
    "failed": (
        "This step failed: {title}. It ended with:\n{tail}\nThe whole output is in {log}",
        "这一步失败了：{title}。最后的输出是：\n{tail}\n完整输出见 {log}",
    ),
    "no_wheel": (
        "No package index in reach has one of the packages for Python {python} on this machine ({title}).\n"
        "Check the network and pip's settings; Python 3.11 on Linux x86_64 is known to work. Details: {log}",
        "能连上的软件包索引里，没有适合本机 Python {python} 的某个软件包（{title}）。\n"
        "请检查网络和 pip 的设置；已知可用的是 Linux x86_64 上的 Python 3.11。详情见 {log}",
    ),
    "no_torch_pin": ("constraints.txt has no line torch==VERSION.", "constraints.txt 里没有 torch==版本 这一行。"),
    "linux_only": (
        "Grading needs Linux: the sandbox is made of its kernel's features. On this machine, use a Linux container\n"
        "or virtual machine.",
        "评分需要 Linux：沙箱由 Linux 内核的功能构成。在这台机器上请使用 Linux 容器或虚拟机。",
    ),
    "stopped": ("\nStopped.", "\n已停止。"),
    "usage": (
        "Usage: python3 dev.py run | samples | test [ARGS...] | check | setup",
        "用法：python3 dev.py run | samples | test [参数…] | check | setup",
    ),
    "ok": ("ok", "通过"),
    "found": ("found something", "发现问题"),
    "lint_failed": (
        "Before the tests, this failed: {names}. Its output is above.",
        "测试之前，以下检查没有通过：{names}。其输出见上文。",
    ),
    "no_engine": (
        "The sample submissions of {pack} could not be graded:\n{reason}",
        "练习 {pack} 的示例提交未能评分：\n{reason}",
    ),
    "no_samples": ("There is no exercise with a pack.toml in {folder}.", "{folder} 里没有带 pack.toml 的练习。"),
    "intro": (
        "Grading sample submissions: the solution, the empty starter and two wrong answers of each exercise.",
        "正在评分示例提交：每个练习的参考解答、空白起始文件和两份错误答案。",
    ),
    "points": ("{score} of {most}", "{score} / {most} 分"),
    "more": ("and {count} more", "另有 {count} 项"),
    "next": (
        "Your own file:  {grader} grade PACK FILE      This machine:  {grader} doctor",
        "评你自己的文件：{grader} grade 练习 文件      检查本机：{grader} doctor",
    ),
}


def language() -> str:
    """Which language the environment asks for: "zh" or, for everything else, "en"."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def text(key: str, **blanks: object) -> str:
    """The sentence `key` in the reader's language, its blanks filled."""
    return TEXTS[key][language() == "zh"].format(**blanks)
