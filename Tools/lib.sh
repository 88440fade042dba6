# What Tools/hone and Tools/test share: the tool chain, the system's libraries, the flags of the build.
# Sourced, not run. Everything it says goes to standard error.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

die() {
  printf 'error: %s\n' "$@" >&2
  exit 69
}

need_swift() {
  local hint='install Swift 6.2 or newer: https://www.swift.org/install'
  command -v swift >/dev/null || die "swift is not in PATH; $hint"
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  [[ -n $version ]] || die "swift --version doesn't work here; $hint"
  local major=${version%%.*} minor=${version#*.}
  ((major > 6 || (major == 6 && minor >= 2))) || die "this is Swift $version; $hint"
}

# Installs Debian packages, quietly; fails, with what apt-get said, where it can't.
install_packages() {
  local command=(apt-get install -y --no-install-recommends "$@") sudo=() log
  command -v apt-get >/dev/null || return
  if ((EUID != 0)); then
    command -v sudo >/dev/null || return
    sudo=(sudo)
  fi
  echo "Installing $*…" >&2
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  # A list of packages may be there already; only where that fails it is fetched.
  if ! "${sudo[@]}" "${command[@]}" >"$log" 2>&1 &&
    ! { "${sudo[@]}" apt-get update && "${sudo[@]}" "${command[@]}"; } >>"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# OpenBLAS, libarchive and libcrypto with their headers; installed where they are missing.
need_libraries() {
  if command -v pkg-config >/dev/null && pkg-config --exists openblas libarchive libcrypto; then
    return
  fi
  local packages=(libopenblas-dev libarchive-dev libssl-dev pkg-config)
  install_packages "${packages[@]}" ||
    die "system packages are missing; as root: apt-get install ${packages[*]}"
}

# An environment of PyPI packages for the tests, made anew where the requirements have changed:
# need_packages FOLDER WHAT DISK FLAG REQUIREMENTS…. Where PyPI or venv can't be had, says so and exports FLAG,
# and the tests that are skipped repeat it.
need_packages() {
  local venv=$1 what=$2 disk=$3 flag=$4 log reason file files=()
  shift 4
  if cat "$@" | cmp -s - "$venv/requirements.txt" && "$venv/bin/python" -c ''; then return; fi
  rm -rf "$venv"
  if ! python3 -c 'import ensurepip, venv' 2>/dev/null && ! install_packages python3-venv; then
    reason="Python's venv is missing (Debian: python3-venv)"
  else
    echo "Installing $what into ${venv##*/}, for the tests…" >&2
    log=$(mktemp)
    for file; do files+=(-r "$file"); done
    if python3 -m venv "$venv" >"$log" 2>&1 &&
      "$venv/bin/pip" install --no-cache-dir --no-compile --progress-bar off --timeout 20 \
        --retries 2 "${files[@]}" >>"$log" 2>&1; then
      rm -f "$log"
      # Last, so that half an environment is none.
      cat "$@" >"$venv/requirements.txt"
      return
    fi
    if ! grep -q 'connection broken by' "$log"; then
      tail -n 20 "$log" >&2
      rm -f "$log"
      die "$* can't be installed; it needs Python 3.11 or newer and $disk of disk at most"
    fi
    rm -f "$log"
    reason="PyPI can't be reached"
  fi
  export "$flag=$reason: without $what, their tests are skipped"
  echo "${!flag}" >&2
}

need_transformers() {
  need_packages "$root/.venv" 'torch, transformers and tensorboard' '6 GB' HONE_NO_TRANSFORMERS \
    "$root/Tests/Transformers/requirements.txt"
}

need_plugin_packages() {
  need_packages "$root/.venv-plugins" 'reasoning-gym and math-verify' '400 MB' HONE_NO_PLUGIN_PACKAGES \
    "$root"/Tasks/plugins/{reasoning-gym,math-verify}/requirements.txt
}

# Swift takes the vector width from the C target CPU: without it a vector of 16 floats is 4 operations.
set_build_flags() {
  local known=' '
  [[ -r /proc/cpuinfo ]] && known=" $(sed -n 's/^flags[[:space:]]*: //p;' /proc/cpuinfo | head -n 1) "
  has() {
    local flag
    for flag; do [[ $known == *" $flag "* ]] || return 1; done
  }
  build_flags=(-c release --package-path "$root")
  if has avx512f avx512vl avx512bw avx512dq avx512cd; then
    build_flags+=(-Xcc -march=x86-64-v4 -Xswiftc -DFUSED_MULTIPLY_ADD)
  elif has avx2 fma bmi2; then
    build_flags+=(-Xcc -march=x86-64-v3 -Xswiftc -DFUSED_MULTIPLY_ADD)
  fi
}

# Runs `swift build` with more arguments; silent unless it fails.
build_quietly() {
  local log
  log=$(mktemp)
  if ! swift build "${build_flags[@]}" "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    die 'the build failed'
  fi
  rm -f "$log"
}
