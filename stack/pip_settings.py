"""
What the user told pip about where packages come from, said again for uv, which does not read pip's settings.

Order, as in pip: the PIP_* variables win over the files; of the files the later one wins, and in each the
section `install` wins over `global`. A UV_* variable that the user set is left alone. Source: pip
documentation, "Configuration"; uv documentation, "Compatibility with pip" and "Environment variables".
"""

import configparser
import os
from collections.abc import Mapping
from pathlib import Path

KEYS = ("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "cert", "proxy", "timeout")


def list_pip_files(environ: Mapping[str, str]) -> list[Path]:
    """Pip's settings files, the one that wins last."""
    if environ.get("PIP_CONFIG_FILE") == os.devnull:
        return []
    home = Path(environ.get("HOME") or Path.home())
    site_folders = environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
    files = [Path(folder) / "pip" / "pip.conf" for folder in site_folders if folder]
    files.append(Path("/etc/pip.conf"))
    files.append(home / ".pip" / "pip.conf")
    files.append(Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip" / "pip.conf")
    if "PIP_CONFIG_FILE" in environ:
        files.append(Path(environ["PIP_CONFIG_FILE"]))
    return files


def read_pip_settings(environ: Mapping[str, str], files: list[Path]) -> dict[str, str]:
    """The settings of KEYS that are in force; lists have their items apart by one space."""
    settings: dict[str, str] = {}
    for file in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue  # pip itself tells the user about a broken file
        for section in ("global", "install"):
            if parser.has_section(section):
                settings.update({key: parser[section][key] for key in KEYS if key in parser[section]})
    for key in KEYS:
        variable = "PIP_" + key.upper().replace("-", "_")
        if variable in environ:
            settings[key] = environ[variable]
    return {key: " ".join(value.split()) for key, value in settings.items() if value.strip()}


def to_uv_variables(settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """
    The UV_* (and TLS, proxy) variables that say the same.

    With several indexes uv takes a package from the first that knows its name; pip, whose settings these are,
    looks for the wanted version in all of them. `unsafe-best-match` is uv's name for that.
    """
    variables = {
        "UV_DEFAULT_INDEX": settings.get("index-url"),
        "UV_INDEX": settings.get("extra-index-url"),
        "UV_INDEX_STRATEGY": "unsafe-best-match" if "extra-index-url" in settings else None,
        "UV_FIND_LINKS": ",".join(settings.get("find-links", "").split()),
        "UV_INSECURE_HOST": settings.get("trusted-host"),
        "UV_HTTP_TIMEOUT": settings.get("timeout"),
        "SSL_CERT_FILE": settings.get("cert"),
        "ALL_PROXY": settings.get("proxy"),
    }
    return {name: value for name, value in variables.items() if value and name not in environ}


def uv_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment to run uv in."""
    settings = read_pip_settings(environ, list_pip_files(environ))
    return {**environ, **to_uv_variables(settings, environ)}


def uv_flags(environ: Mapping[str, str]) -> list[str]:
    """Flags for what uv takes no variable for."""
    settings = read_pip_settings(environ, list_pip_files(environ))
    return ["--no-index"] if settings.get("no-index", "0").lower() in {"1", "true", "yes", "on"} else []
