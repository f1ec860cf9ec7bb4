"""What tests ask about processes that they did not start themselves."""

import psutil


def wait_until_gone(processes: list[psutil.Process], timeout_s: float) -> list[str]:
    """What still runs after the time; a zombie that nobody has collected yet runs no more."""
    alive = psutil.wait_procs([process for process in processes if is_running(process)], timeout_s)[1]
    return [f"{process.pid} {process.name()}" for process in alive if is_running(process)]


def is_running(process: psutil.Process) -> bool:
    """Whether it does anything."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
