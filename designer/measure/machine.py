"""What this machine is, and what can be measured on it: devices, backends and types, with the reason for each that it lacks."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from designer.analysis.measured import Environment, Lack, Machine, MeasureError

ONLY_ORT = "int8 is measured with ONNX Runtime only, as its static quantisation. Choose the backend onnxruntime."
ORT_TYPES = "ONNX Runtime is measured in fp32 and int8. Choose one of these, or another backend."
ORT_DEVICE = "ONNX Runtime is measured on the processor. Choose the device cpu, or another backend."


def survey() -> Machine:
    """Look at the machine. Takes as long as loading torch."""
    import torch

    lacks: list[Lack] = []
    names = {"cpu": cpu_name()}
    if torch.cuda.is_available():
        names["cuda"] = torch.cuda.get_device_name(0)
    else:
        built = torch.version.cuda is not None or getattr(torch.version, "hip", None) is not None
        why = (
            "This machine has no GPU that torch can use as cuda."
            if built
            else f"The installed torch {torch.__version__} was built without CUDA. Install one that has it, where there is a GPU."
        )
        lacks.append(Lack(device="cuda", sentence=why))
    if torch.backends.mps.is_available():
        names["mps"] = f"{cpu_name()} GPU"
    else:
        lacks.append(Lack(device="mps", sentence="This machine has no mps: that is the GPU of a Mac with an Apple chip."))
    lacks += _lacking_backends(names)
    lacks += [Lack(backend=backend, dtype="int8", sentence=ONLY_ORT) for backend in ("eager", "fused", "compile")]
    lacks += [Lack(backend="onnxruntime", dtype=dtype, sentence=ORT_TYPES) for dtype in ("fp16", "bf16")]
    lacks += [Lack(device=device, backend="onnxruntime", sentence=ORT_DEVICE) for device in ("cuda", "mps")]
    lacks += _lacking_types(names)
    memory, free = memory_bytes(), free_bytes("cpu")
    return Machine(
        cpu=names["cpu"],
        threads=torch.get_num_threads(),
        max_threads=os.cpu_count() or 1,
        memory_bytes=memory,
        free_bytes=free,
        device_names=names,
        lacks=tuple(lacks),
        versions=versions(),
        os=system(),
    )


def _lacking_backends(names: dict[str, str]) -> list[Lack]:
    found = []
    compiler = cpp_compiler()
    if compiler is None:
        sentence = (
            "torch.compile needs a C++ compiler, and there is none on this machine. Install g++ or clang (on Windows the Build "
            "Tools for Visual Studio)."
        )
        found.append(Lack(backend="compile", device="cpu", sentence=sentence))
    if "cuda" in names and find_spec("triton") is None:
        found.append(Lack(backend="compile", device="cuda", sentence="torch.compile needs triton on a GPU, and it is missing."))
    return found


def _lacking_types(names: dict[str, str]) -> list[Lack]:
    """Types in which a device cannot convolve: each is tried, on a map of a few pixels."""
    import torch
    from torch import nn

    found = []
    for device, name in names.items():
        for dtype, kind in (("fp16", torch.float16), ("bf16", torch.bfloat16)):
            try:
                with torch.inference_mode():
                    nn.Conv2d(8, 8, 3, device=device, dtype=kind)(torch.zeros(1, 8, 4, 4, device=device, dtype=kind))
            except (RuntimeError, TypeError, NotImplementedError) as problem:
                said = (str(problem).strip().splitlines() or [""])[0].rstrip(".")
                sentence = f"{name} cannot convolve in {dtype}: torch says: {said}. Choose fp32."
                found.append(Lack(device=device, dtype=dtype, sentence=sentence))
    return found


def refuse_lacking(device: str, backend: str, dtype: str) -> None:
    """Raise MeasureError where this machine cannot do the three together."""
    why = survey().why_not(device=device, backend=backend, dtype=dtype)
    if why:
        raise MeasureError(why)


def cpp_compiler() -> str | None:
    """The C++ compiler that torch.compile would use, None where there is none."""
    if sys.platform == "win32":
        return shutil.which("cl") or shutil.which("clang-cl")
    given = os.environ.get("CXX")
    return shutil.which(given) if given else shutil.which("g++") or shutil.which("clang++") or shutil.which("c++")


# -- where a run takes place -----------------------------------------------------------------------------------------------


def environment(device: str, threads: int, timer: str) -> Environment:
    """The environment of a run that has just ended."""
    now, most, governor = clock_mhz()
    return Environment(
        device=device,
        cpu=cpu_name(),
        threads=threads,
        os=system(),
        versions=versions(),
        device_name=device_name(device),
        clock_mhz=now,
        clock_max_mhz=most,
        governor=governor,
        timer=timer,
    )


def device_name(device: str) -> str:
    """What a device is called; latency tables belong to it."""
    if device == "cuda":
        import torch

        return torch.cuda.get_device_name(0)
    return cpu_name() if device == "cpu" else f"{cpu_name()} GPU"


def cpu_name() -> str:
    """The processor, as its maker calls it."""
    if sys.platform == "linux":
        with suppress(OSError):
            text = Path("/proc/cpuinfo").read_text(errors="replace")
            for key in ("model name", "Model", "Hardware", "cpu model"):
                found = re.search(rf"^{key}\s*:\s*(.+)$", text, re.MULTILINE)
                if found:
                    return " ".join(found[1].split())
    if sys.platform == "darwin":
        import subprocess

        with suppress(OSError, subprocess.SubprocessError):
            said = subprocess.run(
                ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, timeout=5, check=True
            )
            if said.stdout.strip():
                return said.stdout.strip()
    return platform.processor() or platform.machine() or "unknown processor"


def system() -> str:
    return f"{platform.system()} {platform.release()}".strip()


def versions() -> dict[str, str]:
    """Of everything that has a part in the times."""
    import onnxruntime
    import torch

    from designer.version import __version__

    return {
        "lightdesigner": __version__,
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "onnxruntime": onnxruntime.__version__,
    }


def clock_mhz() -> tuple[float | None, float | None, str]:
    """What the processor runs at now, what it can, and how it is steered; None and "" where the system does not say."""
    if sys.platform != "linux":
        return None, None, ""
    now = most = None
    governor = ""
    policy = Path("/sys/devices/system/cpu/cpu0/cpufreq")
    with suppress(OSError, ValueError):
        governor = (policy / "scaling_governor").read_text().strip()
        now = float((policy / "scaling_cur_freq").read_text()) / 1e3
        most = float((policy / "cpuinfo_max_freq").read_text()) / 1e3
    if now is None:
        with suppress(OSError, ValueError):
            rates = re.findall(r"^cpu MHz\s*:\s*([0-9.]+)$", Path("/proc/cpuinfo").read_text(errors="replace"), re.MULTILINE)
            now = max(map(float, rates), default=None)
    return now, most, governor


# -- memory ----------------------------------------------------------------------------------------------------------------


def memory_bytes() -> int | None:
    """Memory of this machine, None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return None


def free_bytes(device: str) -> int | None:
    """What a device can still give, None where it does not say."""
    if device == "cuda":
        import torch

        return torch.cuda.mem_get_info()[0]
    if device == "mps":
        import torch

        return max(0, torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    if sys.platform == "linux":
        with suppress(OSError, ValueError):
            found = re.search(r"^MemAvailable:\s*([0-9]+) kB$", Path("/proc/meminfo").read_text(), re.MULTILINE)
            if found:
                return _within_container(1024 * int(found[1]))
    return memory_bytes()


def _within_container(free: int) -> int:
    """A container may give less than the machine has."""
    with suppress(OSError, ValueError):
        most = int(Path("/sys/fs/cgroup/memory.max").read_text())
        used = int(Path("/sys/fs/cgroup/memory.current").read_text())
        return max(0, min(free, most - used))
    return free
