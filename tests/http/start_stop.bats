#!/usr/bin/env bats
# Starting and stopping: the address it prints, what it refuses and how it says so, the ordered stop.
load lib.bash

refused() { # runs prepd with the arguments; status in $status, words in $output
    run timeout 20 "$PREPD_BIN" "$@"
    equal "$status" 2
}

@test "serve prints its address once it answers" {
    serve
    get /healthz
    equal "$code" 200
    equal "$output" ok
}

@test "a busy port is refused with its address" {
    serve
    refused serve --listen "${URL#http://}" --data "$BATS_TEST_TMPDIR/other"
    contains "${URL#http://}"
    contains "in use"
}

@test "an address that is not this machine's own loopback is refused" {
    refused serve --listen 0.0.0.0:0 --data "$DATA"
    contains "0.0.0.0"
}

@test "a second prepd on the same data is refused and told which process holds it" {
    serve
    refused serve --listen 127.0.0.1:0 --data "$DATA"
    contains "$PREPD_PID"
    get /healthz
    equal "$code" 200
}

@test "a data folder that cannot be made is refused by name" {
    touch "$BATS_TEST_TMPDIR/file"
    refused serve --listen 127.0.0.1:0 --data "$BATS_TEST_TMPDIR/file/data"
    contains "$BATS_TEST_TMPDIR/file"
}

@test "a data folder that cannot be written is refused by name" {
    mkdir "$DATA" && chmod 555 "$DATA"
    if [ "$(id -u)" = 0 ]; then
        chmod 755 "$BATS_TEST_TMPDIR" && dir=$BATS_TEST_TMPDIR
        while [ "$dir" != / ]; do chmod o+x "$dir"; dir=$(dirname "$dir"); done
        setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$PREPD_BIN" || skip "nobody cannot reach the build folder"
        run timeout 20 setpriv --reuid=65534 --regid=65534 --clear-groups "$PREPD_BIN" serve --listen 127.0.0.1:0 --data "$DATA"
    else
        run timeout 20 "$PREPD_BIN" serve --listen 127.0.0.1:0 --data "$DATA"
    fi
    equal "$status" 2
    contains "$DATA"
}

@test "a damaged database is refused by name and left as it is" {
    mkdir "$DATA"
    head -c 20000 /dev/urandom >"$DATA/prepd.db"
    before=$(sha256sum <"$DATA/prepd.db")
    refused serve --listen 127.0.0.1:0 --data "$DATA"
    contains "prepd.db"
    equal "$(sha256sum <"$DATA/prepd.db")" "$before"
}

@test "a database of a newer prepd is refused and left as it is" {
    serve && stop
    sqlite3 "$DATA/prepd.db" 'PRAGMA wal_checkpoint(TRUNCATE); PRAGMA user_version=9999;' >/dev/null
    refused serve --listen 127.0.0.1:0 --data "$DATA"
    contains "newer"
    equal "$(sqlite3 "$DATA/prepd.db" 'PRAGMA user_version')" 9999
}

@test "a database that another program has locked is refused by name" {
    serve && stop
    coproc LOCK { sqlite3 "$DATA/prepd.db"; }
    echo "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; SELECT 'locked';" >&"${LOCK[1]}"
    read -r -u "${LOCK[0]}" _
    read -r -u "${LOCK[0]}" _
    run timeout 20 "$PREPD_BIN" serve --listen 127.0.0.1:0 --data "$DATA"
    kill "$LOCK_PID"
    equal "$status" 2
    contains "locked"
    contains "prepd.db"
}

@test "notes that are not there are refused by name" {
    refused serve --listen 127.0.0.1:0 --data "$DATA" --notes "$BATS_TEST_TMPDIR/nowhere"
    contains "$BATS_TEST_TMPDIR/nowhere"
}

@test "an unknown command and an unknown option are usage errors" {
    refused nonsense
    contains 'no command "nonsense"'
    refused serve --nonsense
}

@test "--help and --version answer" {
    run "$PREPD_BIN" --help
    equal "$status" 0
    contains "serve"
    run "$PREPD_BIN" --version
    equal "$status" 0
    contains "prepd 0."
    run "$PREPD_BIN" serve --help
    equal "$status" 0
    contains "--listen"
}

# items WORD: four files of 4000 items
items() {
    local topic
    for topic in a b c d; do
        { printf '# %s\n' "$topic"; seq 4000 | sed "s/^/- [ ] $1 $topic /"; } >"$BATS_TEST_TMPDIR/notes/$topic.md"
    done
}

@test "a page that is asked for while the notes are read does not keep it from stopping" {
    mkdir "$BATS_TEST_TMPDIR/notes"
    items old
    serve --only-notes --notes "$BATS_TEST_TMPDIR/notes"
    items new
    sleep 0.5
    curl -sS -o /dev/null "$URL/zh/" & # waits for the year of days, behind the notes
    sleep 0.2
    stop
    wait
}

@test "SIGTERM and SIGINT stop it with status 0" {
    serve && stop
    serve
    pid=$PREPD_PID && PREPD_PID=
    kill -INT "$pid"
    wait "$pid"
}

@test "it stops within a second with a run in progress and readers on it, and leaves no process" {
    serve
    start_run bloom '{"n":10000000}'
    curl -sN "$URL/api/runs/$RUN/events" >"$BATS_TEST_TMPDIR/events" 3>&- &
    curl -sN "$URL/api/events" >/dev/null 3>&- &
    for _ in $(seq 100); do grep -q 'event: sample' "$BATS_TEST_TMPDIR/events" && break; sleep 0.05; done
    grep -q 'event: sample' "$BATS_TEST_TMPDIR/events"
    tree=$(pgrep -P "$PREPD_PID")
    begun=$(date +%s%N)
    stop
    took=$((($(date +%s%N) - begun) / 1000000))
    echo "stopped in $took ms" >&2
    [ "$took" -lt 1500 ]
    for pid in $tree; do
        for _ in $(seq 40); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
        run kill -0 "$pid"
        [ "$status" != 0 ]
    done
}

@test "a run that was going on when prepd was killed is in the history as lost" {
    serve
    start_run bloom '{"n":10000000}'
    sleep 2
    kill -KILL "$PREPD_PID" && wait "$PREPD_PID" || true
    serve
    get "/api/runs/$RUN"
    equal "$code" 200
    equal "$(field .state)" lost
}
