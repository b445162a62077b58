// Package cmd_test drives the four programs, built once, as their users do:
// testdata/*.txtar are the scripts.
package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// bin is the folder of the built programs, root that of the repository.
var bin, root string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	var err error
	if bin, err = os.MkdirTemp("", "pipeline-test-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(bin)
	if root, err = filepath.Abs(".."); err != nil {
		panic(err)
	}
	// Paths in what is built would make every copy of the sources another program.
	flags, _ := exec.Command("go", "env", "GOFLAGS").Output()
	os.Setenv("GOFLAGS", strings.TrimSpace(string(flags))+" -trimpath")
	os.Setenv("CGO_ENABLED", "0")
	build := exec.Command("go", "build", "-tags", "killsteps", "-o", bin, "./...")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s%v\n", out, err)
		return 1
	}
	return m.Run()
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
			e.Setenv("ROOT", root)
			for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS", "GOTOOLCHAIN"} {
				out, err := exec.Command("go", "env", name).Output()
				if err != nil {
					return err
				}
				e.Setenv(name, string(out[:len(out)-1]))
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":   status,
			"fails":    fails,
			"for-each": forEach,
			"trained":  trained,
		},
	})
}

// status runs a program and wants its exit status: status 2 model_testing -x.
func status(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := err.(*exec.ExitError); ok {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if want := args[0]; fmt.Sprint(got) != want {
		ts.Fatalf("exit status %d, want %s", got, want)
	}
}

// fails runs a program and wants its exit status and what it says of it:
// fails 2 'there is no flag -x' model_testing -x.
func fails(ts *testscript.TestScript, neg bool, args []string) {
	status(ts, neg, append(args[:1:1], args[2:]...))
	if errs := ts.ReadFile("stderr"); !regexp.MustCompile("(?m)" + args[1]).MatchString(errs) {
		ts.Fatalf("%s is not said: %s", args[1], errs)
	}
}

// forEach runs a program with each of some arguments in turn: each run fails
// and says the same: for-each model_testing 'is not there' a.csv b.csv.
func forEach(ts *testscript.TestScript, neg bool, args []string) {
	command := strings.Fields(args[0])
	for _, arg := range args[2:] {
		if err := ts.Exec(command[0], append(command[1:], arg)...); err == nil {
			ts.Fatalf("%s %s succeeded", args[0], arg)
		}
		if errs := ts.ReadFile("stderr"); !regexp.MustCompile(args[1]).MatchString(errs) {
			ts.Fatalf("%s %s said\n%s", args[0], arg, errs)
		}
	}
}

// trained scales and trains: trained [FLAG of model_preprocessing]... [PATH]...
func trained(ts *testscript.TestScript, neg bool, args []string) {
	first := len(args) // of the paths
	for first > 0 && strings.Trim(args[first-1], "./") != "" && exists(ts.MkAbs(args[first-1])) {
		first--
	}
	ts.Check(ts.Exec("model_preprocessing", append([]string{"-quiet"}, args...)...))
	ts.Check(ts.Exec("model_preparation", append([]string{"-quiet"}, args[first:]...)...))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
