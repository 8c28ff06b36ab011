#!/bin/sh
# Makes the virtual environment in .venv: exactly the packages of requirements.lock, each checked
# by its hash, and this project itself, editable. Writes .venv/ready when all is done.
set -eu

find_python() {
    for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "Python 3.11 or newer is needed; name yours with PYTHON=/path/to/python3" >&2
    exit 1
}

python=$(find_python)
echo "Installing Python packages ($("$python" --version))"
rm -f .venv/ready
if ! .venv/bin/python -m pip --version >/dev/null 2>&1 ||
    [ "$(cat .venv/home 2>/dev/null)" != "$PWD" ]; then
    rm -rf .venv
    if ! "$python" -m venv .venv; then
        echo "This Python has no venv module (on Debian: apt install python3-venv)" >&2
        exit 1
    fi
    printf '%s\n' "$PWD" >.venv/home
fi

# pip brings uv, uv brings the rest: the same lock for both, and a tenth of the time.
pip() {
    .venv/bin/python -m pip --quiet --disable-pip-version-check "$@"
}
awk '/^[^ ]/ { wanted = /^(pip|uv)==/ } wanted' requirements.lock >.venv/uv.lock
pip install --require-hashes -r .venv/uv.lock

export UV_PYTHON="$PWD/.venv/bin/python" UV_PYTHON_DOWNLOADS=never UV_NO_CONFIG=1
export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS-1}"
if ! .venv/bin/uv pip sync --quiet --require-hashes requirements.lock; then
    echo "uv could not install the packages; trying pip, which reads its own settings" >&2
    pip install --require-hashes -r requirements.lock
fi
.venv/bin/uv pip install --quiet --offline --no-deps --no-build-isolation --editable .
printf '%s\n' "$PWD" >.venv/ready
