#!/bin/sh
# compare.sh BUILD [ROUNDS [THREADS]] - the collector of demos/gc, Go's, Boehm's, and malloc and free, in turns in one run, so that a
# neighbour's noise falls on all alike; medians of the rounds, and the collector's as a ratio to each. Peers that are not installed
# (golang-go, libgc-dev) are left out, and it says so.
set -eu
build=$(cd "$1" && pwd)
rounds=${2:-5}
threads=${3:-2}
here=$(cd "$(dirname "$0")" && pwd)
bench=$build/tests/bench_demo_gc_collector
peers=$build/bench-gc
lines=$peers/lines.txt
mkdir -p "$peers"
: >"$lines"

if command -v go >/dev/null; then
    (cd "$here" && GO111MODULE=off GOFLAGS='' go build -o "$peers/go" peer.go 2>&1)
else
    echo "left out: Go (apt-get install golang-go)"
fi
if ! cc -O2 -o "$peers/boehm" "$here/peer_boehm.c" -lgc -lpthread 2>"$peers/boehm.log"; then
    echo "left out: Boehm (apt-get install libgc-dev)"
fi

for _ in $(seq "$rounds"); do
    for workload in trees cache; do
        "$bench" collector "$workload" "$threads" >>"$lines"
        for peer in go boehm; do
            if [ -x "$peers/$peer" ]; then
                "$peers/$peer" "$workload" "$threads" >>"$lines"
            fi
        done
        "$bench" malloc "$workload" "$threads" >>"$lines"
    done
done

awk -v rounds="$rounds" '
function median(list, n,  values, i, j, t) {
    split(list, values, " ")
    for (i = 1; i <= n; i++)
        for (j = i + 1; j <= n; j++)
            if (values[j] + 0 < values[i] + 0) { t = values[i]; values[i] = values[j]; values[j] = t }
    return values[int((n + 1) / 2)]
}
function ratio(a, b) { return b > 0 ? sprintf("%6.2f", a / b) : "     -" }
{
    key = $2 " " $1
    if (!(key in n)) order[++keys] = key
    n[key]++
    for (i = 3; i <= 6; i++) all[key, i] = all[key, i] " " $i
}
END {
    printf "%-16s %10s %12s %9s %9s   collector / this: %s\n", "medians of " rounds, "Mops/s", "stop max us", "heap MB", "RSS MB", "speed   stop   heap    RSS"
    for (k = 1; k <= keys; k++) {
        key = order[k]
        split(key, part, " ")
        ours = part[1] " collector"
        for (i = 3; i <= 6; i++) { m[i] = median(all[key, i], n[key]); o[i] = median(all[ours, i], n[ours]) }
        printf "%-16s %10.1f %12.1f %9.1f %9.1f                     %s %s %s %s\n", key, m[3], m[4], m[5], m[6],
            ratio(o[3], m[3]), ratio(o[4], m[4]), ratio(o[5], m[5]), ratio(o[6], m[6])
    }
}' "$lines"
