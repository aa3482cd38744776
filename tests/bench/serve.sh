#!/bin/sh
# serve.sh BUILD - prepd against nginx and the disk, in turn, in one run.
set -eu
build=$1
prepd=$build/prepd
client=$build/tests/bench_base_client
rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-2}
work=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null; rm -rf "$work"' EXIT INT TERM

if [ "$(nproc)" -ge 2 ]; then
    on_server='taskset -c 1' on_client='taskset -c 0'
else
    on_server='' on_client=''
fi

# ---- notes of a given size, in Chinese and code, with items ----
# shellcheck disable=SC2016 # the quotes of Markdown
make_note() { # TITLE SECTIONS
    echo "# $1"
    i=0
    while [ "$i" -lt "$2" ]; do
        i=$((i + 1))
        printf '\n## 第 %d 节：runtime 的一部分\n\n' "$i"
        printf '并发标记与写屏障 %d：`gcController` 按 GOGC 计算目标堆，**assist** 让分配者出力；见 [源码](https://go.dev/src/runtime/mgc.go#%d)。\n\n' "$i" "$i"
        printf '| 版本 | 变化 %d |\n|---|---|\n| 1.%d | 标记 |\n| 1.%d | 清扫 |\n\n' "$i" "$i" "$((i + 1))"
        printf '```go\nfunc f%d(p *T) *T { return &T{n: %d} }\n```\n\n- [ ] 能说出第 %d 点 ^bench-%d\n' "$i" "$i" "$i" "$i"
    done
}
mkdir -p "$work/notes" "$work/data" "$work/www"
make_note small 4 >"$work/notes/01-small.md"
make_note large 32 >"$work/notes/02-large.md"

start_prepd() { # ARG... : sets port and pid
    # shellcheck disable=SC2086
    $on_server "$prepd" serve --listen 127.0.0.1:0 "$@" >"$work/out" 2>"$work/err" &
    pid=$!
    pids="$pids $pid"
    while ! grep -q http "$work/out"; do
        kill -0 "$pid" 2>/dev/null || { cat "$work/err" >&2; exit 1; }
        sleep 0.02
    done
    port=$(sed -n 's|.*:\([0-9]*\)/.*|\1|p' "$work/out")
}

start_prepd --only-notes --notes "$work/notes" --data "$work/data"
prepd_pid=$pid prepd_port=$port

# ---- nginx serves the very same bytes ----
for page in small large; do
    curl -s "http://127.0.0.1:$prepd_port/zh/$page" >"$work/www/$page.html"
    curl -s -H 'Accept-Encoding: gzip' "http://127.0.0.1:$prepd_port/zh/$page" >"$work/www/$page.html.gz"
done
nginx_port=$((prepd_port + 1))
cat >"$work/nginx.conf" <<CONF
user root; worker_processes 1; pid $work/nginx.pid; error_log $work/nginx.err; daemon off;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=16; types { text/html html; }
  client_body_temp_path $work/t1; proxy_temp_path $work/t2; fastcgi_temp_path $work/t3; uwsgi_temp_path $work/t4; scgi_temp_path $work/t5;
  server { listen 127.0.0.1:$nginx_port; root $work/www; gzip_static on; gzip_vary on; etag on; }
}
CONF
[ "$(id -u)" = 0 ] || sed -i 's/^user root;//' "$work/nginx.conf"
# shellcheck disable=SC2086
$on_server nginx -c "$work/nginx.conf" -p "$work" &
pids="$pids $!"
while ! curl -s -o /dev/null "http://127.0.0.1:$nginx_port/small.html"; do sleep 0.05; done
nginx_pid=$(pgrep -P "$(cat "$work/nginx.pid")" | head -n 1)

cpu_ticks() { # PID: user + system time in clock ticks
    awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"
}

one_round() { # PORT PATH PID ACCEPT : prints requests/s and CPU us per request
    before=$(cpu_ticks "$3")
    # shellcheck disable=SC2086
    $on_client wrk -t1 -c64 -d"${seconds}s" -H "Accept-Encoding: $4" "http://127.0.0.1:$1$2" >"$work/wrk"
    after=$(cpu_ticks "$3")
    ! grep -q 'Non-2xx' "$work/wrk" || { echo "errors from $1$2" >&2; exit 1; }
    requests=$(awk '/requests in/ { print $1 }' "$work/wrk")
    awk -v r="$requests" -v s="$seconds" -v t="$((after - before))" -v hz="$(getconf CLK_TCK)" \
        'BEGIN { printf "%.0f %.2f\n", r / s, t / hz * 1e6 / r }'
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

compare() { # NAME PAGE ACCEPT GOAL
    : >"$work/p"; : >"$work/n"
    i=0
    while [ "$i" -lt "$rounds" ]; do
        i=$((i + 1))
        one_round "$nginx_port" "/$2.html" "$nginx_pid" "$3" >>"$work/n"
        one_round "$prepd_port" "/zh/$2" "$prepd_pid" "$3" >>"$work/p"
    done
    p=$(cut -d' ' -f1 "$work/p" | median) n=$(cut -d' ' -f1 "$work/n" | median)
    pc=$(cut -d' ' -f2 "$work/p" | median) nc=$(cut -d' ' -f2 "$work/n" | median)
    awk -v name="$1" -v p="$p" -v n="$n" -v pc="$pc" -v nc="$nc" -v goal="$4" 'BEGIN {
        printf "%s: prepd %d req/s (%.2f us CPU each), nginx %d req/s (%.2f us): ratio %.2f (goal %s)\n", name, p, pc, n, nc, p / n, goal }'
}

size() { wc -c <"$1" | tr -d ' '; }
echo "== pages: $rounds rounds of $seconds s in turn, wrk -t1 -c64, medians"
compare "note page, $(size "$work/www/small.html") B" small identity 0.90
compare "note page, $(size "$work/www/large.html") B as $(size "$work/www/large.html.gz") B of gzip" large gzip 0.90
compare "note page, $(size "$work/www/large.html") B" large identity -
awk '/VmRSS/ { printf "resident after it: %.1f MiB (goal 16)\n", $2 / 1024 }' "/proc/$prepd_pid/status"

echo "== ticks of one client (one core for server and client)"
taskset -pc 1 "$prepd_pid" >/dev/null 2>&1 || true
# shellcheck disable=SC2086
$on_server "$client" tick "$prepd_port" small "$work/data" 4
echo "== ticks of one client (a core each)"
# shellcheck disable=SC2086
$on_client "$client" tick "$prepd_port" small "$work/data" 4
kill "$prepd_pid"
wait "$prepd_pid" 2>/dev/null || true

echo "== start"
"$client" start 20 "$prepd" serve --listen 127.0.0.1:0 --data "$work/data2" | sed 's/^/shipped notes: /; s/$/ (goal 60 ms)/'
mkdir -p "$work/many"
i=0
while [ "$i" -lt 1000 ]; do
    i=$((i + 1))
    { echo "# note $i"; j=0; while [ "$j" -lt 20 ]; do j=$((j + 1)); echo "- [ ] item $j of note $i"; done; } >"$work/many/n$i.md"
done
"$client" start 1 "$prepd" serve --listen 127.0.0.1:0 --only-notes --notes "$work/many" --data "$work/data3" | sed 's/^/1000 notes of 20 items, first time: /; s/$/ (goal 1 s)/'
"$client" start 5 "$prepd" serve --listen 127.0.0.1:0 --only-notes --notes "$work/many" --data "$work/data3" | sed 's/^/1000 notes of 20 items, again: /; s/$/ (goal 1 s)/'

echo "== first sample of a demo"
start_prepd --data "$work/data4"
"$client" run "$port" bloom 30 | sed 's/$/ (goal p50 15 ms)/'
