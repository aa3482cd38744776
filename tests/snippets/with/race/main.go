package main

import (
	"runtime"
	"sync"
)

var online = map[string]int{}

func login(user string) { online[user]++ }

func main() {
	runtime.GOMAXPROCS(1) // one after the other: the same report each time
	var all sync.WaitGroup
	for _, user := range []string{"ann", "bob"} {
		all.Add(1)
		go func(user string) {
			defer all.Done()
			login(user)
		}(user)
	}
	all.Wait()
}
