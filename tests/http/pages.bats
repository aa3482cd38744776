#!/usr/bin/env bats
# Pages: languages, topics, forms without JavaScript, errors as pages.
load lib.bash

@test "/ goes to the language that the browser prefers" {
    serve
    get / -o /dev/null -D -
    contains "302"
    equal "$(curl -s -o /dev/null -w '%{redirect_url}' "$URL/")" "$URL/zh/"
    equal "$(curl -s -o /dev/null -w '%{redirect_url}' -H 'Accept-Language: en-US,en;q=0.9,zh;q=0.8' "$URL/")" "$URL/en/"
    equal "$(curl -s -o /dev/null -w '%{redirect_url}' -H 'Accept-Language: fr, zh-CN' "$URL/")" "$URL/zh/"
}

@test "the language switch is remembered by a cookie" {
    serve
    jar=$BATS_TEST_TMPDIR/jar
    equal "$(curl -s -c "$jar" -o /dev/null -w '%{http_code} %{redirect_url}' "$URL/en/?lang=en")" "303 $URL/en/"
    equal "$(curl -s -o /dev/null -w '%{redirect_url}' "$URL/demos/bloom?n=5000&lang=en&kind=blocked")" "$URL/demos/bloom?n=5000&kind=blocked"
    equal "$(curl -s -b "$jar" -o /dev/null -w '%{redirect_url}' -H 'Accept-Language: zh' "$URL/")" "$URL/en/"
}

@test "the twelve notes are pages with a heading and a place in the navigation" {
    serve
    get /api/topics
    equal "$(field '.topics | length')" 12
    for slug in $(field '.topics[].slug'); do
        get "/zh/$slug"
        equal "$code" 200
        contains "<h1"
        contains "href=\"/zh/$slug\""
    done
}

@test "a page has no inline script and no inline style" {
    serve
    for path in /zh/ /zh/gc /demos /demos/bloom /nowhere; do
        get "$path"
        ! grep -qE '<script>|<script [^>]*>[^<]|<style|[ "]style=| on[a-z]+=' <<<"$output"
    done
}

@test "a page unchanged is answered with 304, a ticked one is not" {
    serve
    etag=$(curl -s -o /dev/null -D - "$URL/zh/time-wait" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
    [ -n "$etag" ]
    equal "$(curl -s -o /dev/null -w '%{http_code}' -H "If-None-Match: $etag" "$URL/zh/time-wait")" 304
    first_item time-wait
    send PUT "/api/items/$ITEM" '{"state":"done"}'
    equal "$(curl -s -o /dev/null -w '%{http_code}' -H "If-None-Match: $etag" "$URL/zh/time-wait")" 200
}

@test "gzip carries the same page" {
    serve
    plain=$(curl -s "$URL/zh/gc" | sha256sum)
    equal "$(curl -s --compressed "$URL/zh/gc" | sha256sum)" "$plain"
    curl -s -H 'Accept-Encoding: gzip' "$URL/zh/gc" | gzip -t
}

@test "a tick by form without JavaScript comes back to its item and is stored" {
    serve
    first_item time-wait
    equal "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -d "id=$ITEM&state=done" "$URL/zh/time-wait")" \
        "303 $URL/zh/time-wait#item-$ITEM"
    get "/api/items?topic=time-wait"
    equal "$(field ".items[] | select(.id == \"$ITEM\") | .state")" done
}

@test "a form with a wrong state, id or type is refused on a page that says why" {
    serve
    get /zh/time-wait -d 'id=0&state=done'
    equal "$code" 400
    contains "<html"
    first_item time-wait
    get /zh/time-wait -d "id=$ITEM&state=perhaps"
    equal "$code" 400
    get /zh/time-wait -H 'Content-Type: text/plain' -d "id=$ITEM&state=done"
    equal "$code" 415
    get "/api/items?topic=time-wait"
    equal "$(field ".items[] | select(.id == \"$ITEM\") | .state")" todo
}

@test "an unknown path is a page for a browser and JSON for the API" {
    serve
    get /zh/nowhere -H 'Accept: text/html'
    equal "$code" 404
    contains "<html"
    get /api/nowhere
    equal "$code" 404
    equal "$(field .error.code)" not_found
}

@test "what a path holds is escaped in the error page" {
    serve
    get '/zh/%3Cscript%3Ealert(1)%3C%2Fscript%3E' -H 'Accept: text/html'
    equal "$code" 404
    ! grep -q '<script>alert' <<<"$output"
}

@test "a demo run by form leads to its page" {
    serve
    to=$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -d 'n=1000' "$URL/demos/bloom")
    [[ "$to" == "303 $URL/runs/"* ]]
    run_path=${to#303 "$URL"}
    curl -sN "$URL/api$run_path/events" >/dev/null
    get "$run_path"
    equal "$code" 200
    contains "<html"
}

@test "a demo's page refuses parameters that its manifest does not allow" {
    serve
    get '/demos/bloom?n=0'
    equal "$code" 400
    contains "params.n"
    get '/demos/bloom?nonsense=1'
    equal "$code" 400
}
