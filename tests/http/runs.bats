#!/usr/bin/env bats
# Demos and runs: starting, following, resuming, stopping, keeping.
load lib.bash

: "${PREPD_TEST_DEMOS:=$(dirname "$PREPD_BIN")/tests/demos}"

events_of() { # RUN : all events, as text
    curl -sN -m 60 "$URL/api/runs/$1/events"
}

@test "the demos list their manifests and whether they run here" {
    serve
    get /api/demos
    equal "$(field '.demos[] | select(.id == "bloom") | .available')" true
    get /api/demos/bloom
    equal "$(field '.params | map(.name) | index("n") != null')" true
    get /api/demos/nowhere
    equal "$code" 404
}

@test "a run streams start, samples, metrics, checks and exit, numbered from 1" {
    serve
    start_run bloom '{"n":20000}'
    events_of "$RUN" >"$BATS_TEST_TMPDIR/events"
    grep -qx 'event: start' "$BATS_TEST_TMPDIR/events"
    grep -qx 'event: sample' "$BATS_TEST_TMPDIR/events"
    grep -qx 'event: metric' "$BATS_TEST_TMPDIR/events"
    grep -qx 'event: check' "$BATS_TEST_TMPDIR/events"
    equal "$(grep '^event: ' "$BATS_TEST_TMPDIR/events" | tail -n 1)" "event: exit"
    n=$(grep -c '^id: ' "$BATS_TEST_TMPDIR/events")
    equal "$(sed -n 's/^id: //p' "$BATS_TEST_TMPDIR/events" | tr '\n' ' ')" "$(seq "$n" | tr '\n' ' ')"
    sed -n 's/^data: //p' "$BATS_TEST_TMPDIR/events" | jq -e . >/dev/null
}

@test "two readers and a late one get the same bytes" {
    serve
    start_run bloom '{"n":20000}'
    events_of "$RUN" >"$BATS_TEST_TMPDIR/a" 3>&- &
    first=$!
    events_of "$RUN" >"$BATS_TEST_TMPDIR/b"
    wait "$first"
    events_of "$RUN" >"$BATS_TEST_TMPDIR/c"
    cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
    cmp "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/c"
}

@test "Last-Event-ID resumes exactly after that event" {
    serve
    start_run bloom '{"n":20000}'
    events_of "$RUN" | grep -v '^:' >"$BATS_TEST_TMPDIR/all"
    total=$(grep -c '^id: ' "$BATS_TEST_TMPDIR/all")
    for last in 0 1 2 $((total / 2)) $((total - 1)); do
        curl -sN -m 20 -H "Last-Event-ID: $last" "$URL/api/runs/$RUN/events" | grep -v '^:' >"$BATS_TEST_TMPDIR/rest"
        awk -v last="$last" '/^id: / { show = $2 > last } show' "$BATS_TEST_TMPDIR/all" | cmp - "$BATS_TEST_TMPDIR/rest"
    done
    get "/api/runs/$RUN/events" -H 'Last-Event-ID: x'
    equal "$code" 400
}

@test "a run is the same bytes after a restart" {
    serve
    start_run bloom '{"n":20000}'
    events_of "$RUN" | grep -v '^:' >"$BATS_TEST_TMPDIR/before"
    get "/api/runs/$RUN/log"
    log=$output
    get "/api/runs/$RUN"
    metrics=$(field .metrics)
    stop
    serve
    events_of "$RUN" | grep -v '^:' | cmp - "$BATS_TEST_TMPDIR/before"
    get "/api/runs/$RUN/log"
    equal "$output" "$log"
    get "/api/runs/$RUN"
    equal "$(field .metrics)" "$metrics"
}

@test "samples arrive while the run goes on, and Stop ends it with exit" {
    serve
    start_run bloom '{"n":10000000}'
    events_of "$RUN" >"$BATS_TEST_TMPDIR/events" 3>&- &
    reader=$!
    for _ in $(seq 200); do grep -q '^event: sample' "$BATS_TEST_TMPDIR/events" && break; sleep 0.05; done
    grep -q '^event: sample' "$BATS_TEST_TMPDIR/events"
    ! grep -q '^event: exit' "$BATS_TEST_TMPDIR/events"
    send POST "/api/runs/$RUN/stop" ''
    equal "$code" 202
    wait "$reader"
    sed -n 's/^data: //p' "$BATS_TEST_TMPDIR/events" | tail -n 1 | jq -e '.event == "exit" and .stopped == true'
}

@test "runs are listed by demo, newest first, and can be deleted" {
    serve
    start_run bloom '{"n":1000}'
    one=$RUN
    events_of "$one" >/dev/null
    start_run bloom '{"n":2000}'
    two=$RUN
    events_of "$two" >/dev/null
    sleep 0.3
    get '/api/runs?demo=bloom'
    equal "$(field '[.runs[].run] | join(" ")')" "$two $one"
    equal "$(field '.runs[0].params.n')" 2000
    get "/api/runs/$one" -X DELETE
    equal "$code" 204
    get "/api/runs/$one"
    equal "$code" 404
    get '/api/runs?demo=bloom'
    equal "$(field '.runs | length')" 1
}

@test "parameters that the manifest does not allow are refused by name and range" {
    serve
    while IFS='|' read -r json field_name; do
        send POST /api/demos/bloom/runs "$json"
        equal "$json: $code" "$json: 400"
        equal "$(field .error.field)" "$field_name"
        [ -n "$(field .error.message)" ]
    done <<'TABLE'
{"params":{"n":0}}|params.n
{"params":{"n":-5}}|params.n
{"params":{"n":1.5}}|params.n
{"params":{"n":"1000"}}|params.n
{"params":{"n":1e300}}|params.n
{"params":{"n":null}}|params.n
{"params":{"kind":"nonsense"}}|params.kind
{"params":{"kind":1}}|params.kind
{"params":{"nonsense":1}}|params.nonsense
{"params":[]}|params
TABLE
    send POST /api/demos/bloom/runs 'not json'
    equal "$code" 400
    send POST /api/demos/nowhere/runs '{}'
    equal "$code" 404
}

@test "a full queue is answered with 429" {
    serve
    codes=
    for _ in $(seq 12); do
        send POST /api/demos/bloom/runs '{"params":{"n":10000000}}'
        codes="$codes $code"
    done
    equal "$codes" " 201 201 201 201 201 201 201 201 201 201 429 429"
}

@test "a run that is not there, or a bad id, is 404" {
    serve
    for path in /api/runs/nonsense /api/runs/00000000000000000000000000000000 /api/runs/00000000000000000000000000000000/events \
        /api/runs/00000000000000000000000000000000/log; do
        get "$path"
        equal "$path $code" "$path 404"
    done
    send POST /api/runs/00000000000000000000000000000000/stop ''
    equal "$code" 404
}

@test "prepd run gives NDJSON on a pipe and exits 0 when every check held" {
    "$PREPD_BIN" run bloom n=2000 >"$BATS_TEST_TMPDIR/lines"
    jq -e . "$BATS_TEST_TMPDIR/lines" >/dev/null
    equal "$(tail -n 1 "$BATS_TEST_TMPDIR/lines" | jq -r .event)" exit
    run "$PREPD_BIN" run bloom n=0
    equal "$status" 2
    contains "params.n"
    run "$PREPD_BIN" run nowhere
    equal "$status" 2
}

@test "prepd run lets no control character of a manifest reach the terminal" {
    mkdir "$BATS_TEST_TMPDIR/demos"
    cp "$PREPD_TEST_DEMOS/show" "$BATS_TEST_TMPDIR/demos/rogue"
    jq -c '.id = "rogue" | .title = {zh: "\u009b31m\u001b[31mred", en: "\u009b31m\u001b[31mred"}' \
        "$PREPD_TEST_DEMOS/show.json" >"$BATS_TEST_TMPDIR/demos/rogue.json"
    script -qec "$PREPD_BIN run --demos $BATS_TEST_TMPDIR/demos rogue n=3 rate=0" /dev/null >"$BATS_TEST_TMPDIR/seen" </dev/null
    cat "$BATS_TEST_TMPDIR/seen"
    grep -q '31m.*red' "$BATS_TEST_TMPDIR/seen"
    LC_ALL=C run grep -cP '\x1b\[31m|\xc2\x9b' "$BATS_TEST_TMPDIR/seen"
    equal "$output" 0
}
