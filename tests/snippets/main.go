// Snippets checks the code in the notes: it is compiled, and run where the
// note says what it prints. It prints TAP.
//
//	snippets WORK N FILE.md...
//
// WORK is a folder for what is built; it is emptied. N results of others came
// before. CONTRIBUTING.md says how
// a fence is marked.
//
//	fences.go   fences of a note, and the words behind their language
//	golang.go   Go: fragments become files, all are compiled at once
//	other.go    C, shell, Lua, JSON
//	output.go   what was printed, compared with what the note says
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// checks says how a language is checked; each gets snippets of its own
// language and sets their problem.
var checks = map[string]func(work string, snippets []*snippet){
	"go":      checkGo,
	"c":       each(checkC),
	"bash":    each(checkShell),
	"sh":      each(checkShell),
	"session": each(checkSession),
	"lua":     each(checkLua),
	"json":    each(checkJSON),
}

// unchecked are languages of which nothing can be run.
var unchecked = map[string]bool{"text": true, "ini": true, "asm": true, "diff": true}

// each checks snippets one by one, as many at a time as there are processors.
func each(check func(work string, s *snippet)) func(string, []*snippet) {
	return func(work string, snippets []*snippet) {
		var all sync.WaitGroup
		slots := make(chan struct{}, runtime.NumCPU())
		for _, s := range snippets {
			all.Add(1)
			go func(s *snippet) {
				defer all.Done()
				slots <- struct{}{}
				defer func() { <-slots }()
				check(work, s)
			}(s)
		}
		all.Wait()
	}
}

// checkAll checks the snippets of the files and returns them in order, the
// same code in several places once.
func checkAll(work string, files []string) ([]*snippet, error) {
	var all []*snippet
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all = append(all, findSnippets(file, string(text))...)
	}
	all = mergeSame(all)
	byLanguage := map[string][]*snippet{}
	for i, s := range all {
		s.name = fmt.Sprintf("s%03d", i)
		if s.problem == "" {
			byLanguage[s.language] = append(byLanguage[s.language], s)
		}
	}
	for language, snippets := range byLanguage {
		checks[language](work, snippets)
	}
	return all, nil
}

// mergeSame leaves the first of those that are the same in all that matters.
func mergeSame(all []*snippet) []*snippet {
	var kept []*snippet
	seen := map[string]*snippet{}
	for _, s := range all {
		key := strings.Join([]string{s.language, s.info, s.code, s.want.text, s.want.info, s.problem}, "\x00")
		if first := seen[key]; first != nil {
			first.also = append(first.also, s.place())
			continue
		}
		seen[key] = s
		kept = append(kept, s)
	}
	return kept
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: snippets WORK N FILE.md...")
		os.Exit(2)
	}
	before, _ := strconv.Atoi(os.Args[2])
	work, err := filepath.Abs(os.Args[1])
	if err == nil {
		err = os.RemoveAll(work)
	}
	if err == nil {
		err = os.MkdirAll(work, 0o777)
	}
	var all []*snippet
	if err == nil {
		all, err = checkAll(work, os.Args[3:])
	}
	stopRedis()
	if err != nil {
		fmt.Println("Bail out!", err)
		os.Exit(1)
	}
	os.Exit(report(all, before))
}

// report prints TAP and returns the exit status.
func report(all []*snippet, before int) int {
	bad := 0
	for i, s := range all {
		places := strings.Join(append([]string{s.place()}, s.also...), ", ")
		status := "ok"
		if s.problem != "" {
			status = "not ok"
			bad = 1
		}
		fmt.Printf("%s %d - %s: %s %s\n", status, before+i+1, places, s.language, s.done)
		if s.problem != "" {
			fmt.Println("# " + strings.ReplaceAll(strings.TrimRight(s.problem, "\n"), "\n", "\n# "))
		}
	}
	fmt.Printf("1..%d\n", before+len(all))
	return bad
}
