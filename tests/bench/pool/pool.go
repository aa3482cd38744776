// pool.go THREADS SIZE HELD USES - Go's sync.Pool doing what bench_demo_pool_strategies.c does with ours: each of THREADS goroutines gets
// HELD objects of SIZE bytes, writes a byte to each, and puts them back, until it has done so USES times. Prints ns of CPU time for
// a Get and a Put. The loops are written out for each size: a type parameter would cost a call.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
)

const heldMax = 64

var (
	small = sync.Pool{New: func() any { return new([64]byte) }}
	large = sync.Pool{New: func() any { return new([1024]byte) }}
)

func oneSmall(uses int) {
	for i := 0; i < uses; i++ {
		o := small.Get().(*[64]byte)
		o[63] = 1
		small.Put(o)
	}
}

func oneLarge(uses int) {
	for i := 0; i < uses; i++ {
		o := large.Get().(*[1024]byte)
		o[1023] = 1
		large.Put(o)
	}
}

func manySmall(held, uses int) {
	var hand [heldMax]*[64]byte
	for i := 0; i < uses; i += held {
		for k := 0; k < held; k++ {
			hand[k] = small.Get().(*[64]byte)
			hand[k][63] = 1
		}
		for k := 0; k < held; k++ {
			small.Put(hand[k])
		}
	}
}

func manyLarge(held, uses int) {
	var hand [heldMax]*[1024]byte
	for i := 0; i < uses; i += held {
		for k := 0; k < held; k++ {
			hand[k] = large.Get().(*[1024]byte)
			hand[k][1023] = 1
		}
		for k := 0; k < held; k++ {
			large.Put(hand[k])
		}
	}
}

func work(size, held, uses int) {
	switch {
	case size == 64 && held == 1:
		oneSmall(uses)
	case size == 64:
		manySmall(held, uses)
	case held == 1:
		oneLarge(uses)
	default:
		manyLarge(held, uses)
	}
}

func cpuTime() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano() + usage.Stime.Nano())
}

func measure(threads, size, held, uses int) float64 {
	var wait sync.WaitGroup
	start := cpuTime()
	for p := 0; p < threads; p++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			work(size, held, uses)
		}()
	}
	wait.Wait()
	return (cpuTime() - start) / float64(threads*uses)
}

func main() {
	var numbers [4]int
	for i := range numbers {
		if len(os.Args) == 5 {
			numbers[i], _ = strconv.Atoi(os.Args[i+1])
		}
		if numbers[i] < 1 {
			fmt.Fprintln(os.Stderr, "usage: pool THREADS SIZE(64|1024) HELD USES")
			os.Exit(2)
		}
	}
	runtime.GOMAXPROCS(numbers[0])
	fmt.Println(measure(numbers[0], numbers[1], numbers[2], numbers[3]))
}
