package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const runSeconds = 120 // go build -race takes half a minute the first time

// run runs a command in a folder and returns what it printed, to both
// outputs, and its exit status.
func run(dir string, env []string, name string, args ...string) (string, int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), runSeconds*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.Env = env
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil {
		return out.String(), -1, fmt.Errorf("it was still running after %d s", runSeconds)
	}
	if err != nil && !errors.As(err, &exit) {
		return out.String(), -1, err
	}
	return out.String(), cmd.ProcessState.ExitCode(), nil
}

// judge compares what a snippet did with what the note says.
func (s *snippet) judge(out string, status int, err error) {
	s.done = "prints what the note says"
	if err != nil {
		s.fail("%v\n%s", err, out)
		return
	}
	want, info, isStated := s.stated()
	exit := 0
	if value, ok := word(s.info+" "+info, "exit"); ok {
		exit, _ = strconv.Atoi(value)
	}
	if status != exit {
		s.fail("exit status %d, and not %d, after printing\n%s", status, exit, out)
		return
	}
	if !isStated {
		s.fail(`it is to be run, but nothing says what it prints: a fence "text output" behind it, out="…" in its own, or a comment in the line that prints`)
		return
	}
	numbers, _ := word(info, "numbers")
	if problem := compare(want, out, numbers); problem != "" {
		s.fail("%s", problem)
	}
}

// stated returns what is to be printed, and the words that go with it: of the
// fence `text output` that follows; of out="…"; else the comments at the end
// of the lines that print.
func (s *snippet) stated() (text, info string, ok bool) {
	if out, ok := word(s.info, "out"); ok && !s.want.stated {
		return out, s.info, true
	}
	if s.want.stated {
		return s.want.text, s.want.info, true
	}
	var lines []string
	for _, line := range strings.Split(s.code, "\n") {
		if m := printing.FindStringSubmatch(line); m != nil {
			lines = append(lines, m[1])
		}
	}
	return strings.Join(lines, "\n"), s.info, len(lines) > 0
}

var printing = regexp.MustCompile(`(?:fmt\.Print|println\(|printf\(|puts\(|echo ).*(?:// |# )(.+)$`)

var meaningful = regexp.MustCompile(`[\p{L}\p{N}]`)

// compare returns what differs, or "". In what is wanted "…" stands for any
// characters, and in a line by itself for any lines. With numbers "any" or
// "20%" each number may be another, or one that is 20 % off.
func compare(want, got, numbers string) string {
	if !meaningful.MatchString(strings.ReplaceAll(want, "…", "")) {
		return "the output that the note states would accept anything"
	}
	if matchLines(tidy(want), tidy(got), numbers) {
		return ""
	}
	return fmt.Sprintf("the note says that it prints\n%s\nand it prints\n%s", strings.TrimRight(want, "\n"), strings.TrimRight(got, "\n"))
}

func tidy(text string) []string {
	lines := strings.Split(strings.TrimRight(text, "\n "), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\r")
	}
	return lines
}

func matchLines(want, got []string, numbers string) bool {
	if len(want) == 0 {
		return len(got) == 0
	}
	if want[0] == "…" {
		for skip := 0; skip <= len(got); skip++ {
			if matchLines(want[1:], got[skip:], numbers) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && matchLine(want[0], got[0], numbers) && matchLines(want[1:], got[1:], numbers)
}

var number = regexp.MustCompile(`[0-9]+(?:\.[0-9]+)?`)

func matchLine(want, got, numbers string) bool {
	var pattern strings.Builder
	pattern.WriteString("^")
	var values []string
	rest := want
	for numbers != "" {
		at := number.FindStringIndex(rest)
		if at == nil {
			break
		}
		pattern.WriteString(quote(rest[:at[0]], true) + `([0-9]+(?:\.[0-9]+)?)`)
		values = append(values, rest[at[0]:at[1]])
		rest = rest[at[1]:]
	}
	pattern.WriteString(quote(rest, numbers != "") + "$")
	m := regexp.MustCompile(pattern.String()).FindStringSubmatch(got)
	if m == nil {
		return false
	}
	for i, value := range values {
		if !near(value, m[i+1], numbers) {
			return false
		}
	}
	return true
}

// quote makes a pattern of words; where numbers vary, so does what aligns them.
func quote(words string, loose bool) string {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(words), "…", ".+")
	if loose {
		pattern = regexp.MustCompile(` +`).ReplaceAllString(pattern, " +")
	}
	return pattern
}

func near(want, got, numbers string) bool {
	if numbers == "any" {
		return true
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(numbers, "%"), 64)
	w, _ := strconv.ParseFloat(want, 64)
	g, _ := strconv.ParseFloat(got, 64)
	return err == nil && math.Abs(g-w) <= math.Abs(w)*percent/100
}
