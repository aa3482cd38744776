#!/usr/bin/env bats
# The stream of a run's events: whole, exact, in bounded memory, whoever else reads. The demo is tests/sandbox/show.c.
load lib.bash

: "${PREPD_TEST_DEMOS:=$(dirname "$PREPD_BIN")/tests/demos}"

serve_show() { # ARG...
    # What AddressSanitizer keeps of freed memory is not prepd's.
    ASAN_OPTIONS=${ASAN_OPTIONS:-}:quarantine_size_mb=1 serve --demos "$PREPD_TEST_DEMOS" "$@"
}

stream() { # COMMAND RUN ARGUMENT
    node "$BATS_TEST_DIRNAME/stream.mjs" "$1" "$URL/api/runs/$2/events" "$3"
}

# A reader of $RUN that takes nothing until go exists; its process is $STALLED, what it says is in the file stalled.
stalled_reader() {
    stream stalled "$RUN" "$BATS_TEST_TMPDIR/go" >"$BATS_TEST_TMPDIR/stalled" 3>&- &
    STALLED=$!
    wait_until 20 grep -q connected "$BATS_TEST_TMPDIR/stalled"
}

events_of() { # RUN [CURL ARG...] : all events, without heartbeats
    local run=$1
    shift
    curl -sN -m 90 "$@" "$URL/api/runs/$run/events" | sed '/^:/,+1d'
}

descriptors() {
    find "/proc/$PREPD_PID/fd" -mindepth 1 | wc -l
}

resident_kib() {
    awk '/^VmRSS/ { print $2 }' "/proc/$PREPD_PID/status"
}

# wait_until SECONDS COMMAND... : polls; fails if it never holds.
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.1
    done
}

lines_at_least() { # RUN N
    get "/api/runs/$1"
    [ "$(field .lines)" -ge "$2" ]
}

fewer_descriptors() { # N
    [ "$(descriptors)" -le "$1" ]
}

@test "a log of 100000 events streams whole and numbered to 50 readers, in bounded memory" {
    serve_show
    start_run show '{"what":"views","n":100000,"rate":6000}'
    stream readers "$RUN" 50 >"$BATS_TEST_TMPDIR/readers" 3>&- &
    readers=$!
    most=0
    while kill -0 "$readers" 2>/dev/null; do
        now=$(resident_kib)
        [ "$now" -le "$most" ] || most=$now
        sleep 0.2
    done
    wait "$readers"
    echo "resident at most: $most KiB" >&2
    cat "$BATS_TEST_TMPDIR/readers" >&2
    # start, the events, a metric, a check, exit
    equal "$(awk '{ print $1, $3 }' "$BATS_TEST_TMPDIR/readers")" "50 100004"

    events_of "$RUN" >"$BATS_TEST_TMPDIR/late"
    equal "$(sha256sum <"$BATS_TEST_TMPDIR/late" | cut -d' ' -f1)" "$(cut -d' ' -f2 "$BATS_TEST_TMPDIR/readers")"
    sed -n 's/^id: //p' "$BATS_TEST_TMPDIR/late" | cmp - <(seq 100004)
    curl -s -m 60 "$URL/api/runs/$RUN/log" | cmp - <(sed -n 's/^data: //p' "$BATS_TEST_TMPDIR/late")

    if grep -q __asan_init "$PREPD_BIN"; then limit=$((256 * 1024)); else limit=$((64 * 1024)); fi
    [ "$most" -le "$limit" ]
}

@test "a connection that is cut 50 times gets every event exactly once" {
    serve_show
    start_run show '{"what":"views","n":3000,"rate":800}'
    stream cuts "$RUN" 50 | cmp - <(seq 3004)
}

@test "a reader that stops reading delays neither the demo nor another reader" {
    serve_show
    start_run show '{"what":"notes","n":5000,"rate":2000,"size":3000}' # 16 MB: more than any socket's buffers
    stalled_reader
    stream readers "$RUN" 1 >"$BATS_TEST_TMPDIR/reader"
    get "/api/runs/$RUN"
    equal "$(field '.state, .limit' | tr '\n' ' ')" "ended null "
    equal "$(cat "$BATS_TEST_TMPDIR/stalled")" connected
    touch "$BATS_TEST_TMPDIR/go"
    wait "$STALLED"
    equal "$(tail -n 1 "$BATS_TEST_TMPDIR/stalled")" "$(cut -d' ' -f2- "$BATS_TEST_TMPDIR/reader")"
}

@test "a late joiner gets what has left memory byte for byte, while the run goes on and after a restart" {
    serve_show
    start_run show '{"what":"notes","n":4000,"rate":1000,"size":3000}' # 13 MB, of which 4 stay in memory
    events_of "$RUN" >"$BATS_TEST_TMPDIR/first" 3>&- &
    first=$!
    wait_until 30 lines_at_least "$RUN" 2500
    events_of "$RUN" >"$BATS_TEST_TMPDIR/late"
    wait "$first"
    cmp "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/late"
    for last in 1 999 1000 3999; do
        events_of "$RUN" -H "Last-Event-ID: $last" >"$BATS_TEST_TMPDIR/rest"
        awk -v last="$last" '/^id: / { show = $2 > last } show' "$BATS_TEST_TMPDIR/first" | cmp - "$BATS_TEST_TMPDIR/rest"
    done
    stop
    serve_show
    events_of "$RUN" | cmp - "$BATS_TEST_TMPDIR/first"
    events_of "$RUN" -H "Last-Event-ID: 4004" | cmp - /dev/null
}

@test "the log so far can be had as NDJSON while the run goes on" {
    serve_show
    start_run show '{"what":"views","n":100000,"rate":100}'
    wait_until 30 lines_at_least "$RUN" 50
    curl -s -m 10 -D "$BATS_TEST_TMPDIR/head" "$URL/api/runs/$RUN/log" >"$BATS_TEST_TMPDIR/log"
    grep -qi '^content-type: application/x-ndjson' "$BATS_TEST_TMPDIR/head"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/log")" -ge 50 ]
    jq -es '.[0].event == "start" and all(.event != "exit")' "$BATS_TEST_TMPDIR/log"
}

@test "readers that have left are freed within 16 seconds" {
    serve_show
    start_run show '{"what":"views","n":10,"rate":0}' # prepd has opened what it opens for a run
    events_of "$RUN" >/dev/null
    start_run show '{"what":"views","n":1000,"rate":5}'
    lines_at_least "$RUN" 1
    sleep 0.5
    before=$(descriptors)
    node "$BATS_TEST_DIRNAME/stream.mjs" hold "$URL/api/runs/$RUN/events" 40 >"$BATS_TEST_TMPDIR/held" 3>&- &
    holder=$!
    wait_until 20 grep -q held "$BATS_TEST_TMPDIR/held"
    [ "$(descriptors)" -ge $((before + 40)) ]
    kill -KILL "$holder"
    wait_until 16 fewer_descriptors "$before"
}

@test "a run goes on when its only reader leaves" {
    serve_show
    start_run show '{"what":"views","n":300,"rate":200}'
    curl -sN -m 0.5 "$URL/api/runs/$RUN/events" >/dev/null || true
    events_of "$RUN" >"$BATS_TEST_TMPDIR/events"
    sed -n 's/^data: //p' "$BATS_TEST_TMPDIR/events" | tail -n 1 | jq -e '.event == "exit" and .code == 0'
    equal "$(grep -c '^id: ' "$BATS_TEST_TMPDIR/events")" 304
}

@test "a silent stream has a comment every 15 seconds" {
    serve_show
    start_run show '{"what":"views","n":2,"rate":0}'
    start_run selftest '{"act":"sleep"}'
    curl -sN -m 20 "$URL/api/runs/$RUN/events" >"$BATS_TEST_TMPDIR/events" || true
    equal "$(grep -c '^:' "$BATS_TEST_TMPDIR/events")" 1
}

@test "every kind of event that a demo may print comes through" {
    serve_show
    start_run show '{"what":"views","n":80,"rate":0}'
    events_of "$RUN" >"$BATS_TEST_TMPDIR/events"
    equal "$(sed -n 's/^event: //p' "$BATS_TEST_TMPDIR/events" | sort | uniq -c | awk '{ print $2 "=" $1 }' | tr '\n' ' ')" \
        "cells=10 check=1 exit=1 metric=1 note=10 progress=10 row=10 sample=20 span=20 start=1 "
}

@test "a run deleted while it is read ends the stream and is gone" {
    serve_show
    start_run show '{"what":"notes","n":3000,"rate":2000,"size":3000}'
    stream readers "$RUN" 1 >/dev/null
    stalled_reader
    get "/api/runs/$RUN" -X DELETE
    equal "$code" 204
    touch "$BATS_TEST_TMPDIR/go"
    wait "$STALLED"
    get "/api/runs/$RUN/events"
    equal "$code" 404
}

@test "--connections says how many readers there may be; one more gets 503" {
    serve_show --connections 3
    start_run show '{"what":"views","n":1000,"rate":5}'
    node "$BATS_TEST_DIRNAME/stream.mjs" hold "$URL/api/runs/$RUN/events" 3 >"$BATS_TEST_TMPDIR/held" 3>&- &
    holder=$!
    wait_until 20 grep -q held "$BATS_TEST_TMPDIR/held"
    get /healthz
    equal "$code" 503
    kill -KILL "$holder"
    wait_until 16 answers
    run "$PREPD_BIN" serve --connections none
    equal "$status" 2
}

answers() {
    get /healthz
    [ "$code" = 200 ]
}
