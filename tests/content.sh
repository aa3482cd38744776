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

tap_end
