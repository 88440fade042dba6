# What Tools/hone and Tools/test share: the tool chain, the system's libraries, the flags of the build.
# Sourced, not run. Everything it says goes to standard error.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

die() {
  printf 'error: %s\n' "$@" >&2
  exit 69
}

need_swift() {
  local mend='install Swift 6.2 or newer: https://www.swift.org/install'
  command -v swift >/dev/null || die "swift is not in PATH; $mend"
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  [[ -n $version ]] || die "swift --version doesn't work here; $mend"
  local major=${version%%.*} minor=${version#*.}
  ((major > 6 || (major == 6 && minor >= 2))) || die "this is Swift $version; $mend"
}

# OpenBLAS, libarchive and libcrypto with their headers; installed where they are missing.
need_libraries() {
  if command -v pkg-config >/dev/null && pkg-config --exists openblas libarchive libcrypto; then
    return
  fi
  local packages=(libopenblas-dev libarchive-dev libssl-dev pkg-config)
  local command=(apt-get install -y --no-install-recommends "${packages[@]}")
  command -v apt-get >/dev/null ||
    die 'OpenBLAS, libarchive, OpenSSL (with headers) or pkg-config is missing; install them'
  local sudo=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "missing system packages; as root: ${command[*]}"
    sudo=(sudo)
  fi
  echo "Installing ${packages[*]}…" >&2
  local log
  log=$(mktemp)
  export DEBIAN_FRONTEND=noninteractive
  # A list of packages may be there already; only where that fails it is fetched.
  if ! "${sudo[@]}" "${command[@]}" >"$log" 2>&1 &&
    ! { "${sudo[@]}" apt-get update && "${sudo[@]}" "${command[@]}"; } >>"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    die "that failed; by hand: ${command[*]}"
  fi
  rm -f "$log"
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
