#!/usr/bin/env bats
# Images beside notes: what is served, under which headers, and what is not.
load lib.bash

# A script in it must never run.
SVG="<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 48 30'><script>alert(1)</script></svg>"

# book MARKDOWN : a folder of notes with one note, zh/pic.md, and an image; and a prepd that serves it.
book() {
    NOTES=$BATS_TEST_TMPDIR/notes
    mkdir -p "$NOTES/zh/img"
    printf '%s' "$SVG" >"$NOTES/zh/img/a.svg"
    printf '# Pictures\n\n%s\n' "$1" >"$NOTES/zh/pic.md"
    serve --only-notes --notes "$NOTES"
}

status_of() { # PATH [CURL ARG...]
    curl -s -o /dev/null --path-as-is -w '%{http_code}' "${@:2}" "$URL$1"
}

headers_of() { # PATH [CURL ARG...]
    output=$(curl -sS -o /dev/null -D - "${@:2}" "$URL$1" | tr -d '\r')
}

@test "a note's image is a figure with its size and caption, and is served" {
    book '![three queues](img/a.svg "Who asks whom")'
    get /zh/pic
    contains '<figure><img src="/images/0/zh/img/a.svg?v='
    contains 'width="48" height="30" loading="lazy" alt="three queues"><figcaption>Who asks whom</figcaption></figure>'
    address=$(sed -n 's/.*<img src="\([^"]*\)".*/\1/p' <<<"$output")
    get "$address"
    equal "$code" 200
    equal "$output" "$SVG"
}

@test "an SVG comes with a policy under which nothing in it runs, and with no other" {
    book '![a](img/a.svg)'
    for etag in '"none"' "$(curl -s -o /dev/null -D - "$URL/images/0/zh/img/a.svg" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')"; do
        headers_of /images/0/zh/img/a.svg -H "If-None-Match: $etag"
        equal "$(grep -ci '^content-security-policy:' <<<"$output")" 1
        contains "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline';"
        contains "; sandbox"
        contains "X-Content-Type-Options: nosniff"
        contains "Cross-Origin-Resource-Policy: same-origin"
    done
    contains "304"
}

@test "each kind has its content type, and only SVG is packed" {
    book '![1](img/a.svg) ![2](img/b.png) ![3](img/c.GIF)'
    printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1%0400d' 0 >"$NOTES/zh/img/b.png"
    printf 'GIF89a\1\0\1\0%0400d' 0 >"$NOTES/zh/img/c.GIF"
    printf '%s' "${SVG/<script/<desc>$(printf '%0400d' 0)<\/desc><script}" >"$NOTES/zh/img/a.svg"
    stop
    serve --only-notes --notes "$NOTES"
    headers_of /images/0/zh/img/a.svg -H 'Accept-Encoding: gzip'
    contains "Content-Type: image/svg+xml"
    contains "Content-Encoding: gzip"
    headers_of /images/0/zh/img/b.png -H 'Accept-Encoding: gzip'
    contains "Content-Type: image/png"
    ! grep -qi '^content-encoding' <<<"$output"
    headers_of /images/0/zh/img/c.GIF -H 'Accept-Encoding: gzip'
    contains "Content-Type: image/gif"
    ! grep -qi '^content-encoding' <<<"$output"
}

@test "an image the browser has is answered with 304 until it changes" {
    book '![a](img/a.svg)'
    etag=$(curl -s -o /dev/null -D - "$URL/images/0/zh/img/a.svg" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p')
    [ -n "$etag" ]
    equal "$(status_of /images/0/zh/img/a.svg -H "If-None-Match: $etag")" 304
    echo "<svg viewBox='0 0 1 1'/>" >"$NOTES/zh/img/a.svg"
    equal "$(status_of /images/0/zh/img/a.svg -H "If-None-Match: $etag")" 200
}

@test "an image that changes changes its note's page in a running prepd" {
    book '![a](img/a.svg)'
    get /zh/pic
    before=$output
    echo "<svg viewBox='0 0 77 55'/>" >"$NOTES/zh/img/a.svg"
    for _ in $(seq 100); do
        get /zh/pic
        [ "$output" = "$before" ] || break
        sleep 0.1
    done
    contains 'width="77" height="55"'
}

@test "what no note names is not served, whatever it is" {
    book '![a](img/a.svg)'
    cp "$NOTES/zh/img/a.svg" "$NOTES/zh/img/other.svg"
    echo secret >"$NOTES/zh/img/secret.txt"
    for path in /images/0/zh/img/other.svg /images/0/zh/img/secret.txt /images/0/zh/pic.md /images/0/zh/img/ /images/ \
        /images/1/zh/img/a.svg /images/0/zh/img/a.svg/ /images/0//zh/img/a.svg; do
        equal "$(status_of "$path")" 404
    done
}

@test "no path leads out of the notes" {
    echo secret >"$BATS_TEST_TMPDIR/secret.svg"
    book '![1](../../secret.svg) ![2](%2e%2e/%2e%2e/secret.svg) ![3](img/link.svg) ![4](.hidden.svg) ![5](img/a.svg)'
    ln -s "$BATS_TEST_TMPDIR/secret.svg" "$NOTES/zh/img/link.svg"
    echo "$SVG" >"$NOTES/zh/.hidden.svg"
    for path in /images/0/../secret.svg /images/0/zh/../../secret.svg /images/0/%2e%2e/secret.svg /images/0/zh/img/..%2fa.svg; do
        equal "$(status_of "$path")" 400
    done
    for path in /images/0/secret.svg /images/0/zh/img/link.svg /images/0/zh/.hidden.svg; do
        equal "$(status_of "$path")" 404
    done
    equal "$(status_of '/images/0/zh/i%6dg/a%2Esvg')" 200
    equal "$(status_of '/images/0/zh/img/a.svg%00.png')" 400
}

@test "a link put in an image's place after the notes were read is not followed" {
    echo secret >"$BATS_TEST_TMPDIR/secret.svg"
    book '![a](img/a.svg)'
    ln -sf "$BATS_TEST_TMPDIR/secret.svg" "$NOTES/zh/img/a.svg"
    get /images/0/zh/img/a.svg
    equal "$code" 404
    ! grep -q secret <<<"$output"
}

@test "an image that is missing or elsewhere leaves its text, and nothing is asked of another host" {
    book '![the heap](img/gone.svg) and ![far](https://example.org/x.png)'
    get /zh/pic
    contains '<span class="image-missing">the heap</span>'
    contains '<a class="image-link" href="https://example.org/x.png" rel="noopener noreferrer">far</a>'
    ! grep -q '<img' <<<"$output"
}

@test "prepd check names images that are missing, elsewhere or without a text" {
    book $'![the heap](img/gone.svg)\n\n![](img/a.svg)\n\n![far](https://example.org/x.png)\n\n![page](pic.md)'
    run "$PREPD_BIN" check "$NOTES"
    equal "$status" 1
    contains 'pic.md:3:13: the image "img/gone.svg" is not shown: there is no such file'
    contains 'pic.md:5:1: the image "img/a.svg" has no alternative text'
    contains 'pic.md:7:8: the image "https://example.org/x.png" is not shown: images from elsewhere are not loaded'
    contains 'pic.md:9:9: the image "pic.md" is not shown: only SVG, PNG, JPEG, GIF and WebP are shown'
}
