// 4 endless loops on 2 Ps, while main sleeps and exits.
package main

import (
	"runtime"
	"sync/atomic"
	"time"
)

func main() {
	runtime.GOMAXPROCS(2)
	var running int32
	for i := 0; i < 4; i++ {
		go func() {
			atomic.AddInt32(&running, 1)
			for {
			}
		}()
	}
	for atomic.LoadInt32(&running) < 2 { // else a slow start would let main through
		runtime.Gosched()
	}
	time.Sleep(250 * time.Millisecond)
}
