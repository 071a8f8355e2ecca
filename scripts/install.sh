# Sourced by the other scripts: installs the packages when the lock file changed, and sets BUN to the Bun among them.

# One at a time: two installations at once would get under each other's feet. The lock ends with the installation.
install_packages() (
  mkdir -p dist
  if command -v flock >/dev/null; then
    exec 9>dist/.lock
    flock 9
  fi
  if [[ node_modules/.installed -nt package-lock.json && node_modules/.installed -nt package.json ]]; then return; fi
  npm ci --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.installed
)

# npm 10 runs the install script of the package `bun`, which puts the binary for this machine in place. npm 11 may not
# run it; then the binary lies where the platform's own package has it. Which of those runs here (glibc or musl, with
# AVX2 or "baseline") is found by running it.
find_bun() {
  local bun
  for bun in node_modules/bun/bin/bun.exe node_modules/@oven/bun-*/bin/bun; do
    if [[ -x $bun ]] && "$bun" --version >/dev/null 2>&1; then
      BUN=$PWD/$bun
      return
    fi
  done
  echo "no Bun in node_modules runs on this machine ($(uname -sm)); remove node_modules and try again" >&2
  return 1
}

install_packages
find_bun
export BUN
