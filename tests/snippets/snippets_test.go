package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each note has one snippet; problem is part of what is said of it, "" if it
// is right. One run checks all of them.
var notes = []struct{ name, text, problem string }{
	{"a program prints what the next output says",
		"```go run\npackage main\n\nfunc main() { println(\"a\", 1.5) }\n```\n\nprose\n\n```text output\na …\n```\n", ""},
	{"a program prints something else",
		"```go run\npackage main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(2) }\n```\n\n```text output\n3\n```\n", "the note says that it prints\n3\nand it prints\n2"},
	{"a comment in the line that prints says what",
		"```go run\npackage main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(1 + 1) // 3\n}\n```\n", "the note says that it prints\n3\nand it prints\n2"},
	{"a program whose output is not stated",
		"```go run\npackage main\n\nfunc main() {}\n```\n", "nothing says what it prints"},
	{"a program that is not marked",
		"```go\npackage main\n\nfunc main() {}\n```\n", "mark it run"},
	{"a fragment that is marked run",
		"```go run\nvar x = 1\n```\n", "it is no whole program"},
	{"an output that would accept anything",
		"```go run\npackage main\n\nfunc main() { println(1) }\n```\n\n```text output\n…\n```\n", "would accept anything"},
	{"an exit status that is stated",
		"```go run exit=2\npackage main\n\nfunc main() { panic(\"no\") }\n```\n\n```text output\npanic: no\n…\n```\n", ""},
	{"an exit status that is not",
		"```go run out=panic\npackage main\n\nfunc main() { panic(\"no\") }\n```\n", "exit status 2, and not 0"},
	{"numbers that may be a little off",
		"```go run out=\"100 B\" numbers=5%\npackage main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(104, \"B\") }\n```\n", ""},
	{"numbers that are too far off",
		"```go run out=\"100 B\" numbers=5%\npackage main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(106, \"B\") }\n```\n", "106 B"},
	{"what is printed only mostly, in one try of some",
		"```go run out=0 tries=50\npackage main\n\nimport (\n\t\"fmt\"\n\t\"time\"\n)\n\nfunc main() { fmt.Println(time.Now().UnixNano() / 1e6 % 2) }\n```\n", ""},
	{"what is printed in none of the tries",
		"```go run out=0 tries=3\npackage main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(1) }\n```\n", "it prints\n1"},
	{"declarations get their imports",
		"```go\nfunc f() string { return strings.ToUpper(fmt.Sprint(rand.Int())) }\n```\n", ""},
	{"statements get a function, and may leave a variable unused",
		"```go\nn, err := strconv.Atoi(\"1\")\nm := n\n```\n", ""},
	{"a fragment inside a quote and a list",
		"- a\n\n  > ```go\n  > var x = 1\n  > ```\n", ""},
	{"a mistake in a fragment is told with the note's line",
		"# a\n\n```go\nvar x int = \"a\"\n```\n", "note.md:4"},
	{"a name that nobody declares",
		"```go\nfunc f() *conn { return newConn(\"\") }\n```\n", "undeclared name: conn"},
	{"the surroundings declare it",
		"```go with=conn\nfunc f() *conn { return newConn(\"\") }\n```\n", ""},
	{"what vet finds",
		"```go\nfunc f() { fmt.Printf(\"%d\", \"a\") }\n```\n", "wrong type"},
	{"Go that gofmt would write otherwise",
		"```go\nvar x=1\n```\n", "not as gofmt writes it:\nvar x = 1"},
	{"Go that does not parse", "```go\nfunc {\n```\n", "expected"},
	{"a newer Go is parsed only",
		"```go go1.99\nfunc f() {\n\tfor i := range 10 {\n\t\tnobodyDeclares(i)\n\t}\n}\n```\n", ""},
	{"a newer Go is parsed, though", "```go go1.99\nfunc (\n```\n", "expected"},
	{"C that prints", "```c run\n#include <stdio.h>\nint main(void) { puts(\"a\"); return 0; } // a\n```\n", ""},
	{"C with a warning", "```c\nint f(int a) { if (a = 1) return 2; return a; }\n```\n", "-Werror"},
	{"shell that is not marked", "```bash\necho a\n```\n", "mark them run"},
	{"shell that does not parse", "```bash needs=nothing\nif a\n```\n", "bash -n"},
	{"shell whose output is stated", "```sh run\necho $((1 + 1)) # 3\n```\n", "and it prints\n2"},
	{"shell that fails", "```bash run\nfalse\ntrue\n```\n", "exit status 1"},
	{"shell that reads a file of the note",
		"```json file=a.json\n[1]\n```\n\n```bash run out=[1]\ncat a.json\n```\n", ""},
	{"commands find what setup made", "```bash run with=address out=made\ncat made-by-setup\n```\n", ""},
	{"commands are told where the server listens",
		"```text session with=address server\n$ echo http://localhost:6060/ http://127.0.0.1:6060/\nhttp://127.0.0.1:1/ http://127.0.0.1:1/\n```\n", ""},
	{"so is a script", "```bash run with=address server out=127.0.0.1:1\necho 127.0.0.1:6060\n```\n", ""},
	{"a server that is not there", "```bash run server out=a\necho a\n```\n", "the server: "},
	{"surroundings that are not there", "```bash run with=nothing out=a\necho a\n```\n", "nothing"},
	{"a session at a prompt", "```text session\n$ echo a; echo b   # twice\na\nb\n$ echo c\nc\n```\n", ""},
	{"a session that prints something else", "```text session\n$ echo a\nb\n```\n", "$ echo a\n"},
	{"a prompt that is not marked", "```text\n$ echo a\na\n```\n", "mark them session"},
	{"a script of Redis", "```lua\nreturn redis.call('GET', KEYS[1])\n```\n", ""},
	{"a script of Redis that does not compile", "```lua\nreturn redis.call(\n```\n", "SCRIPT LOAD"},
	{"commands to Redis", "```bash run redis out=1\nredis-cli INCR a\n```\n", ""},
	{"JSON that is none", "```json\n{a}\n```\n", "no JSON"},
	{"a language that nobody knows", "```cobol\nADD 1 TO A.\n```\n", "nobody knows how to check"},
	{"a word that nobody knows", "```go runs\nvar x = 1\n```\n", `word "runs" is not known`},
	{"an output of nothing", "```text output\n1\n```\n", "no snippet before it"},
}

func TestEachMistakeIsTold(t *testing.T) {
	folder := t.TempDir()
	var files []string
	for i, note := range notes {
		file := filepath.Join(folder, string(rune('a'+i/26))+string(rune('a'+i%26))+"-note.md")
		if err := os.WriteFile(file, []byte(note.text), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	withFolder = "with"
	defer stopRedis()
	all, err := checkAll(filepath.Join(folder, "work"), files)
	if err != nil {
		t.Fatal(err)
	}
	for i, note := range notes {
		problem := ""
		for _, s := range all {
			if s.file == files[i] || strings.Contains(strings.Join(s.also, " "), files[i]) {
				problem += s.problem
			}
		}
		if note.problem == "" && problem != "" || !strings.Contains(problem, note.problem) {
			t.Errorf("%s: it is said: %q; it should have %q", note.name, problem, note.problem)
		}
	}
}

func TestTheSameSnippetIsCheckedOnceForBothLanguages(t *testing.T) {
	text := "```go\nvar x = 1\n```\n"
	all := mergeSame(append(findSnippets("zh/a.md", text), findSnippets("en/a.md", "\n"+text)...))
	if len(all) != 1 || len(all[0].also) != 1 || all[0].also[0] != "en/a.md:2" {
		t.Errorf("%+v", all)
	}
}
