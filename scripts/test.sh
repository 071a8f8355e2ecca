#!/usr/bin/env bash
# Builds, checks and tests everything; its last line is `N passed, N failed, N skipped`. Arguments go to `bun test`:
# a part of a file's name, -t PATTERN, or --seed=N, which replays the order that an earlier run printed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What tests need that npm has not: "program, Debian's package, what is not tested without it".
needs=(
  "chromium chromium the page in a real browser"
  "cc build-essential a disk that is slow, fails, or loses its power"
  "ip iproute2 several hosts with addresses of their own"
  "zsh zsh completion in zsh"
  "fish fish completion in fish"
  "promtool prometheus the figures and alert rules for Prometheus"
  "mandoc mandoc the form of the manual pages"
  "openssl openssl a client of TLS that renegotiates"
  "haproxy haproxy peers behind it"
  "nginx nginx-light peers behind it, with libnginx-mod-stream"
  "nc netcat-openbsd the dialogue at nc"
  "curl curl the commands of curl"
  "irssi irssi a conversation with irssi"
  "weechat-headless weechat-headless a conversation with WeeChat"
  "sic sic a conversation with sic"
)

# Says what could not be had, on standard output, so that it stands in the log beside the tests skipped for it.
install_system_packages() {
  local need program package packages=()
  missing=()
  for need in "${needs[@]}"; do
    read -r program package _ <<<"$need"
    command -v "$program" >/dev/null || packages+=("$package")
    # Its TCP proxy is a package of its own.
    [[ $program != nginx || -e /usr/lib/nginx/modules/ngx_stream_module.so ]] || packages+=(libnginx-mod-stream)
  done
  if ((${#packages[@]} > 0 && EUID == 0)) && command -v apt-get >/dev/null; then
    echo "installing ${packages[*]}"
    { apt-get -q update && DEBIAN_FRONTEND=noninteractive \
      apt-get -qy install --no-install-recommends "${packages[@]}"; } >"$work/apt" 2>&1 || tail -n 5 "$work/apt"
  fi
  for need in "${needs[@]}"; do
    read -r program package about <<<"$need"
    command -v "$program" >/dev/null || missing+=("$program (Debian's package $package): not tested: $about")
  done
}

# Runs one check; says nothing if all is well, else everything.
check() {
  local name=$1
  shift
  "$@" >"$work/check" 2>&1 && return
  echo "--- $name"
  cat "$work/check"
  failed_checks+=("$name")
}

# The number before a word in the summary of `bun test`, 0 if it names none.
count() { awk -v word="$1" '$2 == word && NF == 2 { n = $1 } END { print n + 0 }' "$work/summary"; }

work=$(mktemp -d "${TMPDIR:-/tmp}/chat-tests.XXXXXX")
trap 'rm -rf "$work"' EXIT

failed_checks=() missing=()
bash scripts/build.sh && . scripts/install.sh || { echo "the build failed"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
install_system_packages

check 'bun check' "$BUN" check
check 'bun fmt --check' "$BUN" fmt --check
check oxlint node_modules/.bin/oxlint --deny-warnings
check knip node_modules/.bin/knip --no-progress

case " $*" in
  *' --seed'*) seed=() ;;
  *) seed=("--seed=$((RANDOM << 15 | RANDOM))") ;;
esac
# A test that waits for an event that never comes is a failure; 30 s are for a busy machine, not for slow tests.
"$BUN" test --randomize "${seed[@]}" --timeout 30000 "$@" 2>&1 | tee "$work/log"
status=${PIPESTATUS[0]}

tail -n 12 "$work/log" >"$work/summary"
passed=$(count pass) failed=$(count fail) skipped=$(($(count skip) + $(count todo)))
# A runner that died has no summary, or one without the failure.
if ((status != 0 && failed == 0)); then failed=1; fi

# Slower is a warning, in a whole run only.
if (($# == 0)) && command -v taskset >/dev/null; then
  echo "CPU beside a plain server (bench/guard.ts):"
  timeout 120 "$BUN" bench/guard.ts 2>&1 || echo "the guard did not come to its end, which says nothing"
fi

for line in "${missing[@]}"; do echo "MISSING: $line"; done
if ((skipped > 0)); then
  echo "SKIPPED:"
  grep -E '^\((skip|todo)\)' "$work/log"
fi
for name in "${failed_checks[@]}"; do echo "FAILED: $name (see above)"; done
echo "the order of this run again: bash scripts/test.sh ${seed[*]:-$*}"
echo "$passed passed, $failed failed, $skipped skipped"
((status == 0 && ${#failed_checks[@]} == 0))
