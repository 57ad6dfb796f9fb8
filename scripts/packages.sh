#!/bin/bash
# Functions that scripts/setup, scripts/install and the labs share, to be sourced: packages of the distribution, and the
# environment that Python packages are installed in. The caller defines say and die.

# Keep mirrors, proxies and certificates of the environment; unset variables that change how commands behave.
clean_environment() {
  local name
  for name in $(compgen -e | grep -E '^(UV|PIP)_' || true); do
    [[ $name =~ INDEX|FIND_LINKS|HOST|CERT|PROXY|TIMEOUT|RETRIES|CACHE|CONFIG|KEYRING|OFFLINE ]] || unset "$name"
  done
  unset PYTHONHOME PYTHONPATH VIRTUAL_ENV
  export UV_SYSTEM_CERTS=true UV_PYTHON_DOWNLOADS=never PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1
  export PIP_CERT=${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}
}

is_raspberry_pi() {
  [[ $(uname -m) == aarch64 ]] && grep -qs 'Raspberry Pi' /proc/device-tree/model
}

# Only Raspberry Pi OS has libcamera's Python module for its kernel; PiDNG and python-prctl have no wheel.
# shellcheck disable=SC2034 # used by the scripts that source this
pi_packages=(gcc libcap-dev python3-dev python3-kms++ python3-lgpio python3-libcamera)
# shellcheck disable=SC2034 # same
pi_options=(--extra pi --no-binary pidng --no-binary python-prctl)

as_root() {
  if ((EUID == 0)); then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

# install_debian_packages PACKAGE...: install those that are missing. The output of apt-get is shown if it fails.
install_debian_packages() {
  local missing=() package log
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) == installed ]] ||
      missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  ((EUID == 0)) || sudo -n true 2>/dev/null ||
    die "not root, and no sudo without a password; first run: apt-get install ${missing[*]}"
  say "installing Debian packages: ${missing[*]}"
  log=$(mktemp)
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  as_root "${apt[@]}" update
  as_root "${apt[@]}" -o Dpkg::Use-Pty=0 install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1 ||
    { cat "$log" >&2; rm -f "$log"; die "apt-get could not install ${missing[*]}"; }
  rm -f "$log"
  local service
  # shellcheck disable=SC2154 # set by scripts/setup, unset elsewhere
  for service in ${resting_services[@]+"${resting_services[@]}"}; do
    [[ " ${missing[*]} " != *" $service "* ]] || rest_service "$service"
  done
}

# Debian starts these services on installation; where tests start their own, they are left off.
rest_service() {
  say "leaving the $1 service off"
  if [[ -d /run/systemd/system ]]; then
    as_root systemctl --quiet disable --now "$1.service"
  else
    as_root systemctl --quiet disable "$1.service"
    as_root service "$1" stop >/dev/null 2>&1 || true # a machine without an init has nothing to stop
  fi
}

# install_uv VENV LOCK: install uv, checked against its hash in the lock, into a virtual environment that has pip.
install_uv() {
  local lock
  lock=$(mktemp)
  awk '/^[^ ]/ { on = /^uv==/ } on' "$2" >"$lock"
  [[ -s $lock ]] || die "$2 does not name uv"
  "$1"/bin/python -m pip install --quiet --require-hashes --only-binary :all: --no-deps -r "$lock"
  rm -f "$lock"
}
