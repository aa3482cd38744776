#!/usr/bin/env bats
# Progress: the API of items, what it refuses, what survives.
load lib.bash

seed=$BATS_TEST_DIRNAME/../fixtures/notes/seed.txt

@test "every topic counts its items" {
    serve
    get /api/topics
    equal "$code" 200
    equal "$(field '[.topics[] | select(.items == 0)] | length')" 0
    equal "$(field '.topics[0] | keys | join(",")')" "done,items,shaky,slug,title"
}

@test "a tick is answered with the new state and survives a restart" {
    serve
    first_item gc
    send PUT "/api/items/$ITEM" '{"state":"done"}'
    equal "$code" 200
    equal "$(field '.id + " " + .state')" "$ITEM done"
    stop
    serve
    get '/api/items?topic=gc'
    equal "$(field ".items[] | select(.id == \"$ITEM\") | .state")" done
}

@test "an acknowledged tick survives kill -9" {
    serve
    first_item gc
    for state in done shaky todo done shaky; do
        send PUT "/api/items/$ITEM" "{\"state\":\"$state\"}"
        equal "$code" 200
        kill -KILL "$PREPD_PID" && wait "$PREPD_PID" || true
        serve
        get '/api/items?topic=gc'
        equal "$(field ".items[] | select(.id == \"$ITEM\") | .state")" "$state"
    done
}

@test "setting what is already set is fine and does not move the revision" {
    serve
    first_item gc
    send PUT "/api/items/$ITEM" '{"state":"done"}'
    revision=$(field .revision)
    send PUT "/api/items/$ITEM" '{"state":"done"}'
    equal "$code" 200
    equal "$(field .revision)" "$revision"
}

@test "bad requests for a tick are refused with a reason and change nothing" {
    serve
    first_item gc
    while IFS='|' read -r want json what; do
        send PUT "/api/items/$ITEM" "$json"
        equal "$what: $code" "$what: $want"
        [ -n "$(field .error.message)" ]
    done <<'TABLE'
400|{"state":"perhaps"}|unknown state
400|{"state":1}|a number
400|{"state":null}|null
400|{}|nothing
400|[]|an array
400|"done"|a string
400|{"state":"done"|cut off
400|{"state":"done","state":"todo"}|twice
400||empty
400|not json|words
TABLE
    get "/api/items/$ITEM" -X PUT -H 'Content-Type: text/plain' -d '{"state":"done"}'
    equal "$code" 415
    get "/api/items/$ITEM" -X POST -H 'Content-Type: application/json' -d '{"state":"done"}'
    equal "$code" 405
    send PUT /api/items/xyz '{"state":"done"}'
    equal "$code" 404
    send PUT /api/items/00000000000000000000000000000000 '{"state":"done"}'
    equal "$code" 404
    head -c 70000 /dev/zero | tr '\0' ' ' >"$BATS_TEST_TMPDIR/large"
    send PUT "/api/items/$ITEM" "@$BATS_TEST_TMPDIR/large"
    equal "$code" 413
    get '/api/items?topic=gc'
    equal "$(field '[.items[] | select(.state != "todo")] | length')" 0
}

@test "an item that has left the notes is answered with 409 and the fresh list" {
    mkdir "$BATS_TEST_TMPDIR/notes"
    printf '# t\n\n- [ ] one\n- [ ] two\n- [ ] three\n' >"$BATS_TEST_TMPDIR/notes/t.md"
    serve --only-notes --notes "$BATS_TEST_TMPDIR/notes"
    first_item t
    printf '# t\n\n- [ ] two\n- [ ] three\n' >"$BATS_TEST_TMPDIR/notes/t.md"
    for _ in $(seq 100); do
        get '/api/items?topic=t'
        [ "$(field '.items | length')" = 3 ] || break
        sleep 0.05
    done
    send PUT "/api/items/$ITEM" '{"state":"done"}'
    equal "$code" 409
    equal "$(field '[.items[].text[]] | join(",")')" "two,three"
}

@test "the notebook itself, a .txt with odd fences and blanks, is served and its 17 items tick" {
    serve --only-notes --notes "$seed"
    get /api/topics
    equal "$(field '.topics[0].items')" 17
    slug=$(field '.topics[0].slug')
    get "/api/items?topic=$slug"
    for id in $(field '.items[].id'); do
        send PUT "/api/items/$id" '{"state":"done"}'
        equal "$code" 200
    done
    stop
    serve --only-notes --notes "$seed"
    get /api/topics
    equal "$(field '.topics[0].done')" 17
    get "/zh/$slug"
    contains "time_wait和close_wait"
    contains "逃逸分析"
}

@test "an edit of a note is seen without a restart, and ticks stay with their items" {
    mkdir "$BATS_TEST_TMPDIR/notes"
    printf '# t\n\n- [ ] one\n- [ ] two\n' >"$BATS_TEST_TMPDIR/notes/t.md"
    serve --only-notes --notes "$BATS_TEST_TMPDIR/notes"
    first_item t
    send PUT "/api/items/$ITEM" '{"state":"done"}'
    printf '# t\n\n- [ ] zero\n- [ ] two\n- [ ] one\n' >"$BATS_TEST_TMPDIR/notes/t.md"
    for _ in $(seq 100); do
        get '/api/items?topic=t'
        [ "$(field '.items | length')" = 3 ] && break
        sleep 0.05
    done
    equal "$(field '[.items[] | .text[] + "=" + .state] | join(" ")')" "zero=todo two=todo one=done"
}

@test "a file that is emptied by accident loses nothing" {
    mkdir "$BATS_TEST_TMPDIR/notes"
    printf '# t\n\n- [ ] one\n- [ ] two\n' >"$BATS_TEST_TMPDIR/notes/t.md"
    serve --only-notes --notes "$BATS_TEST_TMPDIR/notes"
    first_item t
    send PUT "/api/items/$ITEM" '{"state":"done"}'
    : >"$BATS_TEST_TMPDIR/notes/t.md"
    sleep 0.5
    get /healthz
    equal "$code" 200
    printf '# t\n\n- [ ] one\n- [ ] two\n' >"$BATS_TEST_TMPDIR/notes/t.md"
    for _ in $(seq 100); do
        get '/api/items?topic=t'
        [ "$(field '.items | length')" = 2 ] && break
        sleep 0.05
    done
    equal "$(field '[.items[] | .text[] + "=" + .state] | join(" ")')" "one=done two=todo"
}

@test "/api/events tells every open page of a tick" {
    serve
    first_item gc
    curl -sN -m 10 "$URL/api/events" >"$BATS_TEST_TMPDIR/events" 3>&- &
    reader=$!
    sleep 0.3
    send PUT "/api/items/$ITEM" '{"state":"shaky"}'
    for _ in $(seq 100); do grep -q "^data:.*$ITEM" "$BATS_TEST_TMPDIR/events" && break; sleep 0.05; done
    kill "$reader"
    grep -q '^event: item' "$BATS_TEST_TMPDIR/events"
    grep -q "\"id\":\"$ITEM\".*\"state\":\"shaky\"" "$BATS_TEST_TMPDIR/events"
}

@test "the API of a topic that is not there says so" {
    serve
    get '/api/items?topic=nowhere'
    equal "$code" 404
    get /api/items
    equal "$code" 400
    equal "$(field .error.field)" topic
}
