package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mlpipeline/internal/testutil"
	"mlpipeline/internal/weather"
)

// TestExamples runs every example of the README and of the recipes, each in a folder of
// its own, and of the programs' manuals, in another, and compares what they print with
// what is written there. "…" stands for anything; times are not compared.
func TestExamples(t *testing.T) {
	runExamples(t, copyOfAll(t), "README.md")
	runExamples(t, t.TempDir(), ".github/RECIPES.md")
	dir := t.TempDir()
	for _, name := range programNames {
		runExamples(t, dir, "cmd/"+name+"/main.go")
	}
}

// runExamples runs those of a file.
func runExamples(t *testing.T, dir, source string) {
	t.Helper()
	b := testutil.Must(os.ReadFile(filepath.Join(root, source)))(t)
	examples := findExamples(string(b))
	if len(examples) == 0 {
		t.Errorf("%s has no example", source)
	}
	for _, e := range examples {
		if out := shell(t, dir, e.command); !matches(e.output, out) {
			t.Errorf("%s: $ %s\n%s", source, e.command, cmp.Diff(e.output, out))
		}
	}
}

var programNames = []string{"data_creation", "model_preprocessing", "model_preparation", "model_testing"}

// copyOfAll is a folder with all that pipeline.sh needs.
func copyOfAll(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"pipeline.sh", "go.mod", "go.sum", "cmd", "internal"} {
		if out, err := exec.Command("cp", "-r", filepath.Join(root, name), dir).CombinedOutput(); err != nil {
			t.Fatalf("%s%v", out, err)
		}
	}
	for _, name := range []string{"data/train", "data/test", "models"} {
		testutil.OK(t, os.MkdirAll(filepath.Join(dir, name), 0o777))
	}
	return dir
}

// shell runs a command that must succeed, and returns what it says.
func shell(t *testing.T, dir, command string) string {
	t.Helper()
	run := exec.Command("sh", "-c", command)
	run.Dir = dir
	run.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("$ %s\n%s%v", command, out, err)
	}
	return string(out)
}

type example struct{ command, output string }

// findExamples returns the commands after "$ " and what is written below
// them, in code blocks of console and in comments.
func findExamples(text string) (examples []example) {
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		comment, isComment := strings.CutPrefix(line, "//\t")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
			continue
		case isComment:
			line = comment
		case !inside:
			continue
		}
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			examples = append(examples, example{command: command})
		} else if len(examples) > 0 && (inside || isComment) {
			examples[len(examples)-1].output += line + "\n"
		}
	}
	return examples
}

var duration = regexp.MustCompile(` in [0-9.e-]+ s`)

// matches compares an example's output with a real one.
func matches(want, got string) bool {
	want, got = duration.ReplaceAllString(want, " in 0 s"), duration.ReplaceAllString(got, " in 0 s")
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), "…", "(?s:.*)")
	return regexp.MustCompile("^" + pattern + "$").MatchString(got)
}

// The help of -h is the manual's beginning, fits a screen and describes every flag
// that there is (those that it lacks would be appended to it); no flag is described,
// there or further down, that is not there.
func TestManuals(t *testing.T) {
	isFlag := func(program, name string) bool {
		out, err := exec.Command(filepath.Join(bin, program), name+"=1", "-workers=none").CombinedOutput()
		return name == "-h" || err != nil && !strings.Contains(string(out), "there is no flag")
	}
	words := regexp.MustCompile(`(?:^|[\s(])(-[a-z][a-z0-9-]*)`)
	for _, program := range programNames {
		source := testutil.Must(os.ReadFile(program + "/main.go"))(t)
		comment, _, _ := strings.Cut(string(source), "package main")
		manual := regexp.MustCompile(`(?m)^// ?`).ReplaceAllString(comment, "")
		if got := must(t, ".", program, "-help"); got != manual {
			t.Errorf("%s -help is not its package comment:\n%s", program, cmp.Diff(manual, got))
		}
		help := must(t, ".", program, "-h")
		if !strings.HasPrefix(manual, help) {
			t.Errorf("%s -h is not the beginning of the manual:\n%s", program, cmp.Diff(manual, help))
		}
		for _, line := range strings.Split(help, "\n") {
			if len([]rune(line)) > 100 {
				t.Errorf("%s -h: the line is longer than 100 characters: %s", program, line)
			}
		}
		if n := strings.Count(help, "\n"); n > 40 {
			t.Errorf("%s -h has %d lines", program, n)
		}
		for _, found := range words.FindAllStringSubmatch(manual, -1) {
			name := found[1]
			there := isFlag(program, name)
			if !strings.Contains(help, name) { // further down, that of another program may be meant
				there = slices.ContainsFunc(programNames, func(p string) bool { return isFlag(p, name) })
			}
			if !there {
				t.Errorf("%s: the manual has %s, which is no flag", program, name)
			}
		}
	}
}

// The manual of data_creation lists the scenarios there are, in their words.
func TestScenariosInManual(t *testing.T) {
	b := testutil.Must(os.ReadFile("data_creation/main.go"))(t)
	for _, sc := range weather.Scenarios {
		if line := fmt.Sprintf("//\t%-9s %s\n", sc.Name, sc.What); !strings.Contains(string(b), line) {
			t.Errorf("the manual lacks %s", line)
		}
	}
}

// The README's picture of the code shows every package.
func TestPackagesInReadme(t *testing.T) {
	b := testutil.Must(os.ReadFile("../README.md"))(t)
	packages := testutil.Must(os.ReadDir("../internal"))(t)
	for _, p := range packages {
		if !strings.Contains(string(b), "\n      "+p.Name()+"/") {
			t.Errorf("README.md lacks internal/%s", p.Name())
		}
	}
}
