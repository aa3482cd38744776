package pool

import (
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
)

func TestHits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // no other P, and no GC, to miss for
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	made := 0
	p := sync.Pool{New: func() any { made++; return new(int) }}
	for i := 0; i < 10000; i++ {
		p.Put(p.Get())
	}
	t.Logf("New called %d times in 10000", made)
}
