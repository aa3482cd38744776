// Parses JSON, and joins strings with +=. Every allocation is sampled, so that
// the heap profile is the same each time.
package main

import (
	"encoding/json"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
)

type user struct {
	Name string
	Tags []string
}

func parse(text string) (users []user) {
	json.Unmarshal([]byte(text), &users)
	return users
}

func join(words []string) string {
	text := ""
	for _, word := range words {
		text += word
	}
	return text
}

func main() {
	runtime.MemProfileRate = 1
	users := parse("[" + strings.Repeat(`{"Name":"somebody","Tags":["a","b","c"]},`, 9999) + "{}]")
	var words []string
	for _, u := range users[:500] {
		words = append(words, u.Name)
	}
	for i := 0; i < 10; i++ {
		join(words)
	}
	runtime.GC()
	out, _ := os.Create("heap.out")
	pprof.Lookup("heap").WriteTo(out, 0)
	runtime.KeepAlive(users)
}
