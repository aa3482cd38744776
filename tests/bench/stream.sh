#!/bin/sh
# stream.sh BUILD - a run's events: prepd, a bare epoll server and Node in turn, in one run. Server and demo on one core, readers on the
# other. Latency is from the demo's printf to the reader's recv.
set -eu
build=$1
prepd=$build/prepd
demos=$build/tests/demos
stream=$build/tests/bench_base_stream
here=$(cd "$(dirname "$0")" && pwd)
rounds=${ROUNDS:-9}
seconds=${SECONDS_EACH:-3}
work=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$work"' EXIT INT TERM

if [ "$(nproc)" -ge 2 ]; then
    on_server='taskset -c 1' on_client='taskset -c 0'
else
    on_server='' on_client=''
fi

start() { # COMMAND... : a server that prints its address; sets port and pid
    : >"$work/out"
    # shellcheck disable=SC2086
    $on_server "$@" >"$work/out" 2>"$work/err" &
    pid=$!
    pids="$pids $pid"
    while ! grep -q http "$work/out"; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/err" >&2; exit 1; }
        sleep 0.02
    done
    port=$(sed -n 's|.*:\([0-9]*\)/.*|\1|p' "$work/out")
}

end() { # PID
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

start_run() { # RATE : sets run
    run=$(curl -s -X POST -H 'Content-Type: application/json' "http://127.0.0.1:$port/api/demos/show/runs" \
        -d "{\"params\":{\"what\":\"stamps\",\"n\":1000000,\"rate\":$1}}" | sed 's/.*"run":"\([0-9a-f]*\)".*/\1/')
}

stop_run() {
    curl -s -o /dev/null -X POST -H 'Content-Type: application/json' -d '' "http://127.0.0.1:$port/api/runs/$run/stop"
}

read_stream() { # PORT PATH N : "p50 p99 samples", in microseconds
    # shellcheck disable=SC2086
    $on_client "$stream" read "$1" "$2" "$3" "$seconds"
}

median() { # FILE COLUMN
    cut -d' ' -f"$2" "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

start "$prepd" serve --listen 127.0.0.1:0 --connections 2000 --demos "$demos" --data "$work/data"
prepd_pid=$pid prepd_port=$port

compare() { # READERS RATE GOAL_P50_BARE GOAL_P99_BARE GOAL_P99_NODE
    rm -f "$work"/bare "$work"/node "$work"/prepd
    i=0
    while [ "$i" -lt "$rounds" ]; do
        i=$((i + 1))
        start "$stream" bare "$demos/show" --what=stamps --n=1000000 --rate="$2"
        read_stream "$port" / "$1" >>"$work/bare"
        end "$pid"
        port=$prepd_port
        start_run "$2"
        read_stream "$prepd_port" "/api/runs/$run/events" "$1" >>"$work/prepd"
        stop_run
        start node "$here/stream_node.mjs" "$demos/show" --what=stamps --n=1000000 --rate="$2"
        read_stream "$port" / "$1" >>"$work/node"
        end "$pid"
    done
    echo "== $1 readers, $2 events/s: $rounds rounds of $seconds s in turn, medians"
    for server in bare prepd node; do
        echo "$server: p50 $(median "$work/$server" 1) us, p99 $(median "$work/$server" 2) us"
    done
    awk -v p="$(median "$work/prepd" 1)" -v b="$(median "$work/bare" 1)" -v goal="$3" \
        'BEGIN { printf "p50 to the bare server: %.2f (goal %s)\n", p / b, goal }'
    awk -v p="$(median "$work/prepd" 2)" -v b="$(median "$work/bare" 2)" -v n="$(median "$work/node" 2)" -v goal="$4" -v node_goal="$5" \
        'BEGIN { printf "p99 to the bare server: %.2f (goal %s), to Node: %.2f (goal %s)\n", p / b, goal, p / n, node_goal }'
}

wait_for_readers() { # PID N
    while [ "$(find "/proc/$1/fd" -mindepth 1 | wc -l)" -lt "$2" ]; do sleep 0.1; done
    sleep 0.3
}

rss() { # PID : KiB
    awk '/VmRSS/ { print $2 }' "/proc/$1/status"
}

cpu_ticks() { # PID
    awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"
}

compare 1 100 1.5 - -
compare 1000 20 - 1.1 0.75

echo "== what readers cost"
end "$prepd_pid"
start "$prepd" serve --listen 127.0.0.1:0 --connections 2000 --demos "$demos" --data "$work/data"
prepd_pid=$pid prepd_port=$port
start_run 20
sleep 1
before=$(rss "$prepd_pid")
# shellcheck disable=SC2086
$on_client "$stream" read "$port" "/api/runs/$run/events" 1000 "$((seconds + 2))" >/dev/null &
reader=$!
wait_for_readers "$prepd_pid" 1000
awk -v b="$before" -v a="$(rss "$prepd_pid")" 'BEGIN { printf "memory: %.1f KiB a reader (1000 readers, goal 8)\n", (a - b) / 1000 }'
wait "$reader"
# shellcheck disable=SC2086
$on_client "$stream" read "$port" "/api/runs/$run/events" 300 "$((seconds + 2))" >/dev/null &
reader=$!
wait_for_readers "$prepd_pid" 300
before=$(cpu_ticks "$prepd_pid")
sleep "$seconds"
awk -v t="$(($(cpu_ticks "$prepd_pid") - before))" -v s="$seconds" -v hz="$(getconf CLK_TCK)" \
    'BEGIN { printf "300 readers, 20 events/s: %.1f %% of a core (goal 10)\n", t / hz / s * 100 }'
wait "$reader"
stop_run

echo "== first event, on whichever core the kernel picks"
end "$prepd_pid"
on_server=''
start "$prepd" serve --listen 127.0.0.1:0 --demos "$demos" --data "$work/data"
prepd_pid=$pid prepd_port=$port
"$build/tests/bench_base_client" run "$prepd_port" show 50 | sed 's/$/ (goal p50 4 ms, p95 8 ms)/'
end "$prepd_pid"
