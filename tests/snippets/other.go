package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// folder makes one for the snippet's files.
func folder(work string, s *snippet) string {
	dir := filepath.Join(work, s.language, s.name)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		s.fail("%v", err)
	}
	return dir
}

func writeFile(s *snippet, path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		s.fail("%v", err)
	}
}

// ---- C ----

func checkC(work string, s *snippet) {
	dir := folder(work, s)
	source, program := filepath.Join(dir, "snippet.c"), filepath.Join(dir, "snippet")
	absolute, _ := filepath.Abs(s.file)
	writeFile(s, source, fmt.Sprintf("#line %d %q\n%s", s.line+1, absolute, s.code))
	args := []string{"-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-pthread", source}
	if name, with := word(s.info, "with"); with {
		header, _ := filepath.Abs(filepath.Join(withFolder, filepath.Base(name)+".h"))
		args = append(args, "-include", header)
	}
	_, runs := word(s.info, "run")
	if runs {
		args = append(args, "-O1", "-o", program)
	} else {
		args = append(args, "-fsyntax-only")
	}
	s.done = "compiles"
	if out, err := exec.Command("gcc", args...).CombinedOutput(); err != nil {
		s.fail("gcc: %v\n%s", err, out)
	}
	if runs && s.problem == "" {
		out, status, err := run(dir, nil, program)
		s.judge(out, status, err)
	}
}

// ---- shell ----

// checkShell reads a snippet as a shell would. One that is marked run is run
// in an empty folder; one that is not must say what it would need.
func checkShell(work string, s *snippet) {
	dir := folder(work, s)
	script := filepath.Join(dir, "snippet.sh")
	writeFile(s, script, s.code)
	if out, err := exec.Command("bash", "-n", script).CombinedOutput(); err != nil {
		s.fail("bash -n: %s", out)
	}
	needs, isTold := word(s.info, "needs")
	_, runs := word(s.info, "run")
	switch {
	case s.problem != "":
	case runs:
		runShell(dir, script, s)
	case isTold && needs != "":
		s.done = "parses; to run it needs " + needs
	default:
		s.fail("commands: mark them run, or needs=WHAT if they cannot be run here")
	}
}

func runShell(dir, script string, s *snippet) {
	path, home := os.Getenv("PATH"), filepath.Join(dir, "home")
	if _, redis := word(s.info, "redis"); redis {
		bin, err := startRedis(filepath.Dir(filepath.Dir(dir)))
		if err != nil {
			s.fail("%v", err)
			return
		}
		path = bin + ":" + path
	}
	env := append(shellEnv(home, path), "SNIPPET_DB="+strings.TrimLeft(s.name, "s0"))
	stop, err := furnish(home, env, s)
	defer stop()
	if err != nil {
		s.fail("%v", err)
		return
	}
	writeFile(s, script, s.code) // which says by now where the server is
	out, status, err := run(home, env, "bash", "-e", "-o", "pipefail", script)
	if _, _, isStated := s.stated(); isStated || err != nil || status != 0 {
		s.judge(out, status, err)
		return
	}
	s.done = "runs"
}

// checkSession runs each line that begins with "$ " and compares what it prints
// with the lines behind it. A remark may stand behind the command: two blanks,
// "#", and what it says.
func checkSession(work string, s *snippet) {
	_, marked := word(s.info, "session")
	needs, isTold := word(s.info, "needs")
	switch {
	case isTold && needs != "":
		s.done = "is shown; to run it needs " + needs
		return
	case !marked:
		s.fail("commands at a prompt: mark them session, or needs=WHAT if they cannot be run here")
		return
	}
	s.done = "prints what the note says"
	home := filepath.Join(folder(work, s), "home")
	env := shellEnv(home, os.Getenv("PATH"))
	stop, err := furnish(home, env, s)
	defer stop()
	if err != nil {
		s.fail("%v", err)
		return
	}
	numbers, _ := word(s.info, "numbers")
	for _, part := range strings.Split("\n"+s.code, "\n$ ")[1:] {
		command, want, _ := strings.Cut(part, "\n")
		command = strings.TrimRight(remark.ReplaceAllString(command, ""), " ")
		out, _, err := run(home, env, "bash", "-c", command)
		if err != nil {
			s.fail("%s: %v", command, err)
		} else if problem := compare(want, out, numbers); problem != "" {
			s.fail("$ %s\n%s", command, problem)
		}
	}
}

var remark = regexp.MustCompile(`\s{2,}#\s.*$`)

// shellEnv is what commands find around them: Go as at a prompt, with cgo where
// there is a C compiler, for -race needs it.
func shellEnv(home, path string) []string {
	return append(goEnv(), "PATH="+path, "HOME="+home, "LC_ALL=C.UTF-8")
}

// furnish makes the folder that a script is run in: the note's own fences that
// are marked file=NAME, and what with=NAME brings. A script "setup" among that
// is run; with the word server, the program "server" is started. stop ends it.
func furnish(home string, env []string, s *snippet) (stop func(), err error) {
	stop = func() {}
	if err := os.Mkdir(home, 0o777); err != nil {
		return stop, err
	}
	for name, text := range s.files {
		if err := os.WriteFile(filepath.Join(home, filepath.Base(name)), []byte(text), 0o666); err != nil {
			return stop, err
		}
	}
	if name, with := word(s.info, "with"); with {
		from := filepath.Join(withFolder, filepath.Base(name)) + "/."
		if out, err := exec.Command("cp", "-R", from, home).CombinedOutput(); err != nil {
			return stop, fmt.Errorf("%v: %s", err, out)
		}
	}
	if _, err := os.Stat(filepath.Join(home, "setup")); err == nil {
		if out, status, err := run(home, env, "sh", "-e", "setup"); err != nil || status != 0 {
			return stop, fmt.Errorf("setup: %v, exit status %d\n%s", err, status, out)
		}
		os.Remove(filepath.Join(home, "setup"))
	}
	if _, serves := word(s.info, "server"); serves {
		return startServer(home, env, s)
	}
	return stop, nil
}

// startServer starts the program "server", which prints the address where it
// listens once it is ready, and puts that address into the commands, where they
// have the usual one of net/http/pprof.
func startServer(home string, env []string, s *snippet) (stop func(), err error) {
	server := exec.Command("./server")
	server.Dir, server.Env = home, env
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		return func() {}, fmt.Errorf("the server: %v", err)
	}
	timer := time.AfterFunc(runSeconds*time.Second, func() { server.Process.Kill() })
	stop = func() {
		timer.Stop()
		server.Process.Kill()
		server.Wait()
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return stop, fmt.Errorf("the server ended before it said where it listens")
	}
	s.code = strings.NewReplacer("localhost:6060", strings.TrimSpace(line), "127.0.0.1:6060", strings.TrimSpace(line)).Replace(s.code)
	return stop, nil
}

// ---- Redis: one for all, on a socket of its own ----

var redis struct {
	once    sync.Once
	process *exec.Cmd
	socket  string
	bin     string // a folder with a redis-cli that talks to it
	err     error
}

func startRedis(work string) (string, error) {
	redis.once.Do(func() {
		redis.bin = filepath.Join(work, "redis")
		redis.socket = filepath.Join(redis.bin, "socket")
		if redis.err = os.MkdirAll(redis.bin, 0o777); redis.err != nil {
			return
		}
		shim := fmt.Sprintf("#!/bin/sh\nexec %s -s '%s' -n \"$SNIPPET_DB\" \"$@\"\n", findRedisCli(), redis.socket)
		if redis.err = os.WriteFile(filepath.Join(redis.bin, "redis-cli"), []byte(shim), 0o777); redis.err != nil {
			return
		}
		redis.process = serverCommand("--port", "0", "--unixsocket", redis.socket, "--save", "", "--databases", "10000", "--dir", redis.bin)
		if redis.err = redis.process.Start(); redis.err != nil {
			return
		}
		for i := 0; i < 100; i++ {
			if _, err := os.Stat(redis.socket); err == nil {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		redis.err = fmt.Errorf("redis-server did not start")
	})
	return redis.bin, redis.err
}

// serverCommand finds the server where only Debian's redis-tools are installed,
// too: there it is the same program by another name, and goes by the name it
// is called. (The package redis-server would start one for the whole machine.)
func serverCommand(args ...string) *exec.Cmd {
	cmd := exec.Command("redis-server", args...)
	if path, err := exec.LookPath("redis-check-rdb"); err == nil && cmd.Err != nil {
		cmd.Path, cmd.Err = path, nil
	}
	return cmd
}

func findRedisCli() string {
	path, err := exec.LookPath("redis-cli")
	if err != nil {
		return "redis-cli"
	}
	return path
}

func stopRedis() {
	if redis.process != nil && redis.process.Process != nil {
		redis.process.Process.Kill()
		redis.process.Wait()
	}
}

// checkLua has Redis compile a script, as it would before running it.
func checkLua(work string, s *snippet) {
	bin, err := startRedis(work)
	if err != nil {
		s.fail("%v", err)
		return
	}
	s.done = "compiles in Redis"
	load := exec.Command(filepath.Join(bin, "redis-cli"), "SCRIPT", "LOAD", s.code)
	load.Env = append(os.Environ(), "SNIPPET_DB=0")
	out, err := load.CombinedOutput()
	if err != nil || len(strings.TrimSpace(string(out))) != 40 {
		s.fail("SCRIPT LOAD: %v %s", err, out)
	}
}

func checkJSON(work string, s *snippet) {
	s.done = "parses"
	if !json.Valid([]byte(s.code)) {
		s.fail("no JSON")
	}
}
