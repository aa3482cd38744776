#!/bin/sh
# run.sh BUILD [NAME] - what `./dev bench` runs. Every figure is a ratio to a peer that is measured in turn with it in the same run;
# absolute numbers belong to the machine they were taken on.
#   serve   pages against nginx (wrk, 64 keep-alive connections, server and client on a core each), memory, start, first sample, ticks
#   run     a run's events against a bare epoll server and Node's http: latency of one reader and of 1000, memory, CPU, first event
#   gc      the collector of demos/gc against Go's, Boehm's and malloc, on binary trees and a cache in a steady state; objects lost in
#           10^9 writes with its barrier and without
#   layers  the programs bench_* of the build: rendering against md4c's own, the store against fdatasync, demos' mechanisms
set -eu
build=$1
what=${2:-all}
here=$(cd "$(dirname "$0")" && pwd)

case $what in
serve | all) sh "$here/serve.sh" "$build" ;;
esac
case $what in
run | all) sh "$here/stream.sh" "$build" ;;
esac
case $what in
gc | all)
    sh "$here/gc/compare.sh" "$build"
    "$build/tests/bench_demo_gc_barrier"
    ;;
esac
case $what in
layers | all)
    for bench in "$build"/tests/bench_*; do
        case $bench in
        *bench_base_* | *bench_demo_gc_*) continue ;;
        esac
        if [ ! -f "$bench" ] || [ ! -x "$bench" ]; then
            continue
        fi
        echo "== $(basename "$bench")"
        "$bench"
        if [ "$(basename "$bench")" = bench_notes_render ]; then
            echo "the shipped notes:"
            "$bench" "$here"/../../content/*/*.md
        fi
    done
    ;;
esac
