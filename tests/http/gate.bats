#!/usr/bin/env bats
# The gate, from outside: who may ask, and what every answer carries.
load lib.bash

@test "every answer carries the security headers, errors too" {
    serve
    for path in /zh/ /zh/gc /api/topics /healthz /nowhere /api/nowhere /demos/bloom; do
        get "$path" -o /dev/null -D -
        output=$(tr -d '\r' <<<"$output" | tr 'A-Z' 'a-z')
        for header in "content-security-policy: default-src 'none'" 'x-content-type-options: nosniff' 'x-frame-options: deny' \
            'referrer-policy: no-referrer' 'cross-origin-resource-policy: same-origin'; do
            contains "$header"
        done
        ! grep -qE 'unsafe-inline|access-control-allow' <<<"$output"
    done
}

@test "a foreign Host is refused" {
    serve
    for host in evil.com localhost.evil.com "127.0.0.1.nip.io:${URL##*:}" "0.0.0.0:${URL##*:}" 127.0.0.1:1 ''; do
        get /api/topics -H "Host: $host"
        [ "$code" = 403 ] || [ "$code" = 421 ] || [ "$code" = 400 ]
    done
    get /api/topics -H "Host: localhost:${URL##*:}"
    equal "$code" 200
}

@test "another origin can neither tick nor start a run nor read the API" {
    serve
    first_item gc
    for header in 'Sec-Fetch-Site: cross-site' 'Sec-Fetch-Site: same-site' 'Origin: http://evil.com' 'Origin: null' 'Origin: http://127.0.0.1:1'; do
        send PUT "/api/items/$ITEM" '{"state":"done"}' -H "$header"
        equal "$header $code" "$header 403"
        send POST /api/demos/bloom/runs '{}' -H "$header"
        equal "$header $code" "$header 403"
        get /zh/gc -H "$header" -d "id=$ITEM&state=done"
        equal "$header $code" "$header 403"
    done
    get /api/topics -H 'Sec-Fetch-Site: cross-site'
    equal "$code" 403
    get '/api/items?topic=gc'
    equal "$(field ".items[] | select(.id == \"$ITEM\") | .state")" todo
    send PUT "/api/items/$ITEM" '{"state":"done"}' -H 'Sec-Fetch-Site: same-origin' -H "Origin: $URL"
    equal "$code" 200
}

@test "paths that climb or hide bytes are refused" {
    serve
    for path in '/assets/../../etc/passwd' '/assets/..%2f..%2fetc/passwd' '/zh/%00' '/assets/%2e%2e/app.js' '/zh/%c0%ae'; do
        get "$path" --path-as-is
        [ "$code" = 400 ] || [ "$code" = 404 ] || { echo "$path $code" >&2; return 1; }
    done
    get /healthz
    equal "$code" 200
}

@test "an unknown method is refused" {
    serve
    get /zh/ -X TRACE
    [ "$code" = 405 ] || [ "$code" = 501 ]
    get /zh/ -X DELETE
    equal "$code" 405
}

@test "HEAD has the headers of GET and no body" {
    serve
    equal "$(curl -sI -o /dev/null -w '%{http_code} %{size_download}' "$URL/zh/gc")" "200 0"
}
