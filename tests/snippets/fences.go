package main

import (
	"fmt"
	"regexp"
	"strings"
)

// A snippet is a fence with code that can be checked.
type snippet struct {
	file     string
	line     int // of the fence
	language string
	info     string // all words behind the language
	code     string
	want     wanted
	name     string            // short and unique
	also     []string          // other places with the same snippet
	files    map[string]string // of the note: fences that are marked file=NAME
	done     string            // what was done with it, for the report
	problem  string
}

// wanted is what the note says that the snippet prints.
type wanted struct {
	stated bool
	text   string
	info   string // the words of the fence that states it
	where  string
}

func (s *snippet) place() string { return fmt.Sprintf("%s:%d", s.file, s.line) }

func (s *snippet) fail(format string, args ...any) {
	if s.problem == "" {
		s.problem = fmt.Sprintf(format, args...)
	}
}

// word returns the value of `name=value` among the words, or of the word name
// by itself, which has the value "".
func word(info, name string) (string, bool) {
	for _, w := range splitInfo(info) {
		key, value, _ := strings.Cut(w, "=")
		if key == name {
			return strings.Trim(value, `"`), true
		}
	}
	return "", false
}

var infoWord = regexp.MustCompile(`[^\s="]+(="[^"]*"|=\S*)?`)

func splitInfo(info string) []string { return infoWord.FindAllString(info, -1) }

// known are the words that may stand behind each language.
var known = map[string]string{
	"go": "run exit out numbers tries with needs file", "c": "run exit out numbers with file",
	"bash": "run exit out numbers needs redis with server", "sh": "run exit out numbers needs redis with server",
	"lua": "file", "json": "file", "text": "output numbers exit file session needs with server redis", "ini": "file",
}

var goVersion = regexp.MustCompile(`^go1\.\d+$`)

// unknownWord returns the first word that means nothing, or "".
func unknownWord(language, info string) string {
	for _, w := range splitInfo(info) {
		key, _, _ := strings.Cut(w, "=")
		if language == "go" && goVersion.MatchString(key) {
			continue
		}
		if !strings.Contains(" "+known[language]+" ", " "+key+" ") {
			return w
		}
	}
	return ""
}

var opening = regexp.MustCompile("^((?:[ >]|[-*+] |[0-9]+\\. )*)(`{3,}|~{3,})[ \t]*([^ \t`]*)[ \t]*([^`]*)$")

// findSnippets returns the note's snippets in order. A fence `text output` is
// what the snippet before it prints.
func findSnippets(file, text string) []*snippet {
	var found []*snippet
	var last *snippet
	files := map[string]string{}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		m := opening.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		s := &snippet{file: file, line: i + 1, language: m[3], info: strings.TrimSpace(m[4])}
		i, s.code = readFence(lines, i, len([]rune(m[1])), m[2])
		if w := unknownWord(s.language, s.info); w != "" {
			s.fail("the fence's word %q is not known for %s; CONTRIBUTING.md lists them", w, s.language)
		}
		if s.language == "text" && isSession(s) {
			s.language = "session"
		}
		s.files = files
		if name, isFile := word(s.info, "file"); isFile {
			files[name] = s.code
		}
		_, isOutput := word(s.info, "output")
		switch {
		case s.problem != "":
			found = append(found, s)
		case unchecked[s.language] && !isOutput:
		case isOutput && last != nil && !last.want.stated:
			last.want = wanted{true, s.code, s.info, s.place()}
		case isOutput:
			s.fail("an output that no snippet before it can have: the snippet must say run, and have one output")
			found = append(found, s)
		case checks[s.language] == nil:
			s.fail("nobody knows how to check %q: teach tests/snippets, or call it text", s.language)
			found = append(found, s)
		default:
			found = append(found, s)
			last = nil
			if _, runs := word(s.info, "run"); runs {
				last = s
			}
		}
	}
	return found
}

// isSession says whether a text is commands at a prompt and what they print.
func isSession(s *snippet) bool {
	_, marked := word(s.info, "session")
	return marked || strings.HasPrefix(s.code, "$ ") || strings.Contains(s.code, "\n$ ")
}

// readFence returns the last line of a fence that begins in a line, and its
// code. Container marks and indentation in front, `indent` wide, are taken off.
func readFence(lines []string, first, indent int, mark string) (int, string) {
	var code []string
	for i := first + 1; i < len(lines); i++ {
		line := []rune(lines[i])
		n := 0
		for n < indent && n < len(line) && (line[n] == ' ' || line[n] == '>') {
			n++
		}
		rest := string(line[n:])
		trimmed := strings.TrimSpace(rest)
		if strings.HasPrefix(trimmed, mark) && strings.Trim(trimmed, mark[:1]) == "" {
			return i, strings.Join(code, "\n") + "\n"
		}
		code = append(code, rest)
	}
	return len(lines), strings.Join(code, "\n")
}
