#!/bin/sh
# Makes .venv with this package and its office (`run`), with the tools that check it (`dev`) or with the peers to
# measure it against (`bench`): by uv where it is, else by pip.
set -eu
want=$1
if command -v uv >/dev/null 2>&1; then
    case $want in
        run) uv sync --quiet --frozen --no-dev --inexact --extra web ;;
        dev) uv sync --quiet --frozen --inexact --extra all ;;
        *) uv sync --quiet --frozen --inexact --extra "$want" ;;
    esac
else
    for python in python3 python3.13 python3.12 python3.11 python; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
        python=
    done
    [ -n "$python" ] || { echo "Python 3.11 以上が必要です / Python 3.11 or newer is needed" >&2; exit 1; }
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    install() { .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"; }
    case $want in
        run) install --editable ".[web]" ;;
        dev)
            .venv/bin/python -c 'import tomllib
with open("pyproject.toml", "rb") as file: print(*tomllib.load(file)["dependency-groups"]["dev"], sep="\n")' > .venv/dev.txt
            install --editable ".[all]" --requirement .venv/dev.txt ;;
        *) install --editable ".[$want]" ;;
    esac
fi
touch ".venv/$want.ready"
