#!/bin/sh
# content.sh PREPD - the shipped notes: read by `prepd check`, and compared with the notebook they come from. TAP output.
set -u
cd "$(dirname "$0")/.." || exit 1
prepd=$1
. tests/tap.sh # result, tap_end

"$prepd" check >build/log/check.txt 2>&1
result $? "prepd check finds nothing wrong in the shipped notes"
[ "$bad" = 0 ] || sed 's/^/# /' build/log/check.txt

# Every heading and item of the notebook is in the Chinese notes: a word of each that must not get lost.
while IFS='|' read -r file words; do
    grep -qiF -- "$words" "content/zh/$file"
    result $? "content/zh/$file keeps: $words"
done <tests/fixtures/notebook.txt

# ---- diagrams ----

# What is drawn, without its words.
shapes() { # FILE
    grep -vE '^ *<(svg|title|desc|text)[ >]' "$1"
}

# What all share: colours, type, arrows.
style() { # FILE
    sed -n '/<style>/,/<\/defs>/p' "$1"
}

first=content/zh/img/gmp.svg
for zh in content/zh/img/*.svg; do
    name=${zh##*/}
    en=content/en/img/$name
    [ "$(shapes "$zh")" = "$(shapes "$en")" ]
    result $? "$name has the same shapes in both languages"
    [ "$(style "$zh")" = "$(style "$first")" ]
    result $? "$name is drawn in the style that all share"
    ! grep -qE '<script|href=|url\(["h]| on[a-z]+=' "$zh" "$en"
    result $? "$name runs and loads nothing"
    grep -qF "(img/$name " content/zh/*.md && grep -qF "(img/$name " content/en/*.md
    result $? "$name stands in a note of each language"
done
for en in content/en/img/*.svg; do
    [ -f "content/zh/img/${en##*/}" ]
    result $? "${en##*/} is there in Chinese too"
done

tap_end
