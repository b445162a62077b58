package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mlpipeline/internal/weather"
)

// TestExamples runs every example of the README and of the programs' manuals,
// in this order and in one folder, and compares what they print with what is
// written there. "…" stands for anything; times are not compared.
func TestExamples(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"pipeline.sh", "go.mod", "go.sum", "cmd", "internal"} {
		if out, err := exec.Command("cp", "-r", filepath.Join(root, name), dir).CombinedOutput(); err != nil {
			t.Fatalf("%s%v", out, err)
		}
	}
	for _, name := range []string{"data/train", "data/test", "models"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	sources := []string{"README.md"}
	for _, name := range []string{"data_creation", "model_preprocessing", "model_preparation", "model_testing"} {
		sources = append(sources, "cmd/"+name+"/main.go")
	}
	for _, source := range sources {
		b, err := os.ReadFile(filepath.Join(root, source))
		if err != nil {
			t.Fatal(err)
		}
		examples := findExamples(string(b))
		if len(examples) == 0 {
			t.Errorf("%s has no example", source)
		}
		for _, e := range examples {
			run := exec.Command("sh", "-c", e.command)
			run.Dir = dir
			run.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
			out, err := run.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: $ %s\n%s%v", source, e.command, out, err)
			}
			if !matches(e.output, string(out)) {
				t.Errorf("%s: $ %s\n%s", source, e.command, cmp.Diff(e.output, string(out)))
			}
		}
	}
}

type example struct{ command, output string }

// findExamples returns the commands behind "$ " and what is written below
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

// The manual of data_creation lists the scenarios there are, in their words.
func TestScenariosInManual(t *testing.T) {
	b, err := os.ReadFile("data_creation/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range weather.Scenarios {
		if line := fmt.Sprintf("//\t%-9s %s\n", sc.Name, sc.What); !strings.Contains(string(b), line) {
			t.Errorf("the manual lacks %s", line)
		}
	}
}

// The README's picture of the code shows every package.
func TestPackagesInReadme(t *testing.T) {
	b, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	packages, err := os.ReadDir("../internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		if !strings.Contains(string(b), "\n      "+p.Name()+"/") {
			t.Errorf("README.md lacks internal/%s", p.Name())
		}
	}
}
