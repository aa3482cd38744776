package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sort"
	"strconv"
	"strings"
)

// A fragment of Go becomes a file in a package of its own: declarations get a
// package clause, statements also a function around them, and both the
// imports they need. A //line comment keeps the note's line in messages.
//
// `go vet` looks at all of them at once (it type-checks without linking);
// those that are run are then built at once.

// prefixes makes a file of each kind of fragment.
var kinds = []struct{ before, after string }{
	{"", ""},
	{"package snippet\n%s", ""},
	{"package snippet\n%sfunc _() {\n", "\n}\n"},
}

// standard maps a package's name to its path, e.g. "json" to "encoding/json".
func standard() (map[string]string, error) {
	out, err := exec.Command("go", "list", "std").Output()
	if err != nil {
		return nil, fmt.Errorf("go list std: %v", err)
	}
	paths := map[string]string{}
	for _, path := range strings.Fields(string(out)) {
		name := path[strings.LastIndex(path, "/")+1:]
		if strings.Contains(path, "internal/") || strings.HasPrefix(path, "vendor/") || paths[name] != "" {
			continue
		}
		paths[name] = path
	}
	for name, path := range map[string]string{"rand": "math/rand", "template": "text/template", "pprof": "runtime/pprof", "scanner": "text/scanner"} {
		paths[name] = path
	}
	return paths, nil
}

// imports returns the clauses for what a file uses and does not declare.
func imports(file *ast.File, std map[string]string) string {
	unresolved := map[string]bool{}
	for _, ident := range file.Unresolved {
		unresolved[ident.Name] = true
	}
	needed := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && unresolved[x.Name] && ast.IsExported(sel.Sel.Name) {
				needed[std[x.Name]] = true
			}
		}
		return true
	})
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		delete(needed, path)
	}
	delete(needed, "")
	var clauses []string
	for path := range needed {
		clauses = append(clauses, fmt.Sprintf("import %q\n", path))
	}
	sort.Strings(clauses)
	return strings.Join(clauses, "")
}

// useAll returns statements that use the variables which a fragment declares,
// so that the compiler does not mind that it does no more.
func useAll(file *ast.File) string {
	var uses strings.Builder
	body := file.Decls[len(file.Decls)-1].(*ast.FuncDecl).Body
	for _, statement := range body.List {
		if assign, ok := statement.(*ast.AssignStmt); ok && assign.Tok == token.DEFINE {
			for _, left := range assign.Lhs {
				if name := left.(*ast.Ident).Name; name != "_" {
					uses.WriteString("\n_ = " + name)
				}
			}
		}
	}
	return uses.String()
}

// wrap makes a file of a snippet. place is for the //line comment.
func wrap(code, place string, std map[string]string) (text string, isMain bool, err error) {
	line := "//line " + place + "\n"
	for i, kind := range kinds {
		before := kind.before
		if i > 0 {
			before = fmt.Sprintf(before, "")
		}
		file, failed := parser.ParseFile(token.NewFileSet(), "", before+line+code+kind.after, 0)
		if i == 0 && failed == nil {
			return line + code, file.Name.Name == "main", nil
		}
		if failed != nil {
			if err == nil || i == 1 { // a file's mistake is told as a file's, a fragment's as declarations'
				err = failed
			}
			continue
		}
		after := kind.after
		if i == 2 {
			after = useAll(file) + after
		}
		return fmt.Sprintf(kind.before, imports(file, std)) + line + code + after, false, nil
	}
	return "", false, err
}

var installed = regexp.MustCompile(`^go1\.(\d+)`)

// isNewer says whether a snippet is marked with a Go newer than this one.
func isNewer(info string) bool {
	m := installed.FindStringSubmatch(runtime.Version())
	for _, w := range splitInfo(info) {
		if goVersion.MatchString(w) && m != nil {
			wants, _ := strconv.Atoi(strings.TrimPrefix(w, "go1."))
			has, _ := strconv.Atoi(m[1])
			return wants > has
		}
	}
	return false
}

// checkFormat parses, and demands what gofmt would write. A comment of the
// page's language may move what is aligned with it; gofmt decides.
func checkFormat(s *snippet) {
	formatted, err := format.Source([]byte(s.code))
	if err != nil {
		s.fail("%s: %v", s.place(), err)
	} else if !bytes.Equal(bytes.TrimSpace(formatted), bytes.TrimSpace([]byte(s.code))) {
		s.fail("not as gofmt writes it:\n%s", formatted)
	}
}

// prepare writes the snippet's package. It returns whether there is something
// to compile.
func prepare(work string, s *snippet, std map[string]string) bool {
	checkFormat(s)
	if isNewer(s.info) {
		s.done = "parses; it needs a newer Go than " + runtime.Version()
		return false
	}
	s.done = "compiles"
	absolute, _ := filepath.Abs(s.file)
	text, isMain, err := wrap(s.code, fmt.Sprintf("%s:%d", absolute, s.line+1), std)
	_, runs := word(s.info, "run")
	_, needs := word(s.info, "needs")
	switch {
	case s.problem != "":
	case err != nil:
		s.fail("%v", err)
	case isMain && !runs && !needs:
		s.fail("a whole program: mark it run, or needs=WHAT if it cannot be run here")
	case !isMain && runs:
		s.fail("marked run, but it is no whole program")
	}
	if s.problem != "" {
		return false
	}
	s.problem = write(work, s, text, std)
	return s.problem == ""
}

func write(work string, s *snippet, text string, std map[string]string) string {
	dir := filepath.Join(work, "go", s.name)
	err := os.MkdirAll(dir, 0o777)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "snippet.go"), []byte(text), 0o666)
	}
	name, with := word(s.info, "with")
	if err == nil && with {
		err = writeWith(filepath.Join(dir, "with.go"), name, std)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// withFolder holds what a snippet's surroundings would declare.
var withFolder = "tests/snippets/with"

func writeWith(path, name string, std map[string]string) error {
	from := filepath.Join(withFolder, filepath.Base(name)+".go.txt")
	code, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	absolute, _ := filepath.Abs(from)
	text, _, err := wrap(string(code), absolute+":1", std)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o666)
}

// share tells each snippet the part of the tool's messages that names it: a
// paragraph "# package" and its lines.
func share(messages string, prepared []*snippet) {
	byName := map[string]*snippet{}
	for _, s := range prepared {
		byName[s.name] = s
	}
	var current *snippet
	rest := ""
	for _, line := range strings.Split(messages, "\n") {
		if strings.HasPrefix(line, "# ") {
			name := strings.TrimSuffix(strings.Fields(line)[1], "]")
			current = byName[name[strings.LastIndex(name, "/")+1:]]
		} else if current != nil && line != "" {
			current.problem += line + "\n"
		} else {
			rest += line
		}
	}
	for _, s := range prepared { // nothing that failed may pass
		if rest != "" {
			s.problem += rest
		}
	}
}

// goEnv keeps Go from looking for anything outside of this machine, and its
// benchmarks short: what they measure is not compared.
func goEnv() []string {
	env := []string{"GOFLAGS=-mod=mod -buildvcs=false -benchtime=100x", "GOPROXY=off", "GOTOOLCHAIN=local", "GO111MODULE=on"}
	for _, name := range []string{"GOCACHE", "GOPATH"} {
		if value := os.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

func goTool(work string, args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = filepath.Join(work, "go")
	cmd.Env = append(append(os.Environ(), goEnv()...), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func checkGo(work string, snippets []*snippet) {
	std, err := standard()
	if err == nil {
		err = os.MkdirAll(filepath.Join(work, "go", "bin"), 0o777)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(work, "go", "go.mod"), []byte("module notes\n\ngo 1.19\n"), 0o666)
	}
	var prepared, programs []*snippet
	for _, s := range snippets {
		if err != nil {
			s.fail("%v", err)
		} else if prepare(work, s, std) {
			prepared = append(prepared, s)
		}
	}
	if len(prepared) == 0 {
		return
	}
	if out, err := goTool(work, "vet", "./..."); err != nil {
		share(out, prepared)
	}
	packages := []string{"build", "-o", "bin/"}
	for _, s := range prepared {
		if _, runs := word(s.info, "run"); runs && s.problem == "" {
			programs = append(programs, s)
			packages = append(packages, "./"+s.name)
		}
	}
	if len(programs) == 0 {
		return
	}
	if out, err := goTool(work, packages...); err != nil {
		share(out, programs)
	}
	each(runGo)(work, programs)
}

func runGo(work string, s *snippet) {
	if s.problem != "" {
		return
	}
	value, _ := word(s.info, "tries")
	tries, _ := strconv.Atoi(value)
	for try := 0; try == 0 || s.problem != "" && try < tries; try++ {
		s.problem = ""
		out, status, err := run(filepath.Join(work, "go", s.name), nil, filepath.Join(work, "go", "bin", s.name))
		s.judge(out, status, err)
	}
}
