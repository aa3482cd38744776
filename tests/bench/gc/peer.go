// peer.go WORKLOAD [THREADS] - the workloads of bench_demo_gc_collector.c on Go's own collector.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const (
	depth        = 16
	trees        = 40
	nodes        = 2<<depth - 1
	entries      = 100000
	replacements = 4000000
)

type node struct{ left, right *node }

func makeTree(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	n := &node{}
	n.left = makeTree(depth - 1)
	n.right = makeTree(depth - 1)
	return n
}

func (n *node) count() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

func check(right bool) {
	if !right {
		panic("an object is not what it should be")
	}
}

func workTrees(int) {
	kept := makeTree(depth)
	for i := 0; i < trees; i++ {
		check(makeTree(depth).count() == nodes)
	}
	check(kept.count() == nodes)
}

type value struct{ words [4]uint64 }
type entry struct {
	value *value
	words [7]uint64
}

type random uint64 // SplitMix64, as in the C programs

func (r *random) below(bound uint64) uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z ^ z>>31) >> 33 * bound >> 31
}

func workCache(seed int) {
	r := random(seed)
	table := make([]*entry, entries)
	for i := 0; i < entries+replacements; i++ {
		slot := i
		if i >= entries {
			slot = int(r.below(entries))
		}
		if old := table[slot]; old != nil {
			check(old.value.words[1] == uint64(slot))
		}
		v := &value{}
		v.words[1] = uint64(slot)
		table[slot] = &entry{value: v}
	}
}

// The upper bound of the last bucket that is not empty.
func longestStop() float64 {
	sample := []metrics.Sample{{Name: "/gc/pauses:seconds"}}
	metrics.Read(sample)
	histogram := sample[0].Value.Float64Histogram()
	longest := 0.0
	for i, n := range histogram.Counts {
		if n > 0 {
			longest = histogram.Buckets[i+1]
		}
	}
	return longest * 1e6
}

func main() {
	threads := 2
	if len(os.Args) > 2 {
		threads, _ = strconv.Atoi(os.Args[2])
	}
	runtime.GOMAXPROCS(threads)
	work, operations := workTrees, float64(trees+1)*nodes
	if os.Args[1] == "cache" {
		work, operations = workCache, entries+replacements
	}
	var group sync.WaitGroup
	start := time.Now()
	for i := 1; i <= threads; i++ {
		group.Add(1)
		go func(i int) {
			work(i)
			group.Done()
		}(i)
	}
	group.Wait()
	seconds := time.Since(start).Seconds()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	fmt.Printf("go %s %.2f %.1f %.1f %.1f\n", os.Args[1], operations*float64(threads)/seconds/1e6, longestStop(),
		float64(memory.HeapSys)/1e6, float64(usage.Maxrss)/1e3)
}
