package cmd_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

// recipe returns what of the recipes a pattern captures first.
func recipe(t *testing.T, pattern string) string {
	t.Helper()
	all := testutil.Must(os.ReadFile(filepath.Join(root, ".github/RECIPES.md")))(t)
	found := regexp.MustCompile(pattern).FindStringSubmatch(string(all))
	if found == nil {
		t.Fatalf("no recipe is like %s", pattern)
	}
	return found[1]
}

// loadCSV writes load.csv, whose column load is to be predicted, and returns it.
func loadCSV(t *testing.T, dir string) []byte {
	t.Helper()
	b := testutil.Must(os.ReadFile(filepath.Join(root, "cmd/testdata/data/seattle-weather.csv")))(t)
	b = bytes.Replace(b, []byte("temp_max"), []byte("load"), 1)
	testutil.WriteFile(t, filepath.Join(dir, "load.csv"), b)
	return b
}

// needs skips a test where a tool is not here.
func needs(t *testing.T, tools ...string) {
	t.Helper()
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
}

func exist(t *testing.T, dir string, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if _, err := os.Stat(filepath.Join(dir, path)); err != nil {
			t.Error(err)
		}
	}
}

func TestRecipeWeb(t *testing.T) {
	needs(t, "sh", "curl", "zcat")
	dir := t.TempDir()
	data := loadCSV(t, dir)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		packed := gzip.NewWriter(w)
		_, _ = packed.Write(data)
		_ = packed.Close()
	}))
	defer server.Close()
	command := recipe(t, `\n    (curl .*)`)
	shell(t, dir, strings.Replace(command, "https://example.org", server.URL, 1))
	must(t, dir, "model_preprocessing")
}

// The commands of the workflow succeed; a gate that is too high fails.
func TestRecipeActions(t *testing.T) {
	needs(t, "sh", "go")
	dir := copyOfAll(t)
	loadCSV(t, dir)
	runs := regexp.MustCompile(`(?m)^ +- run: (.*)$`).FindAllStringSubmatch(recipe(t, "(?s)```yaml\n(on:.*?)```"), -1)
	if len(runs) != 2 {
		t.Fatalf("%d commands", len(runs))
	}
	for _, run := range runs {
		shell(t, dir, run[1])
	}
	gate := strings.Replace(runs[1][1], "0.8", "0.99", 1)
	if out := shell(t, dir, "! "+gate); !strings.Contains(out, "quality gate: R²") {
		t.Errorf("%s said %s", gate, out)
	}
}

// Every stage is made once, and again when the data change.
func TestRecipeMake(t *testing.T) {
	needs(t, "sh", "make")
	dir := t.TempDir()
	loadCSV(t, dir)
	rules := recipe(t, "(?s)```make\n(.*?)```")
	testutil.WriteFile(t, filepath.Join(dir, "Makefile"), rules)
	if out := shell(t, dir, "make"); strings.Count(out, "Model test MSE") != 1 {
		t.Error(out)
	}
	if out := shell(t, dir, "make"); !strings.Contains(out, "up to date") {
		t.Error(out)
	}
	shell(t, dir, "touch load.csv && sed -i.old s/0.8/0.99/ Makefile && ! make")
	if _, err := os.Stat(filepath.Join(dir, "models/metrics.json")); err == nil {
		t.Error("figures that did not pass are there")
	}
	exist(t, dir, "models/model.gob")
}

// Every stage finds what it depends on, and makes what it says.
func TestRecipeDVC(t *testing.T) {
	needs(t, "sh")
	dir := t.TempDir()
	loadCSV(t, dir)
	stages := strings.Split(recipe(t, "(?s)```yaml\n(stages:.*?)```"), "    cmd: ")[1:]
	if len(stages) != 4 {
		t.Fatalf("%d stages", len(stages))
	}
	lists := regexp.MustCompile(`(?m)^    (deps|outs|metrics): \[(.*)\]$`)
	for _, stage := range stages {
		paths := map[string][]string{}
		for _, list := range lists.FindAllStringSubmatch(stage, -1) {
			paths[list[1]] = append(paths[list[1]], strings.Split(list[2], ", ")...)
		}
		exist(t, dir, paths["deps"]...)
		command, _, _ := strings.Cut(stage, "\n")
		for _, path := range append(paths["outs"], paths["metrics"]...) {
			if _, err := os.Stat(filepath.Join(dir, path)); err == nil {
				t.Errorf("%s is there before %s", path, command)
			}
		}
		shell(t, dir, command)
		exist(t, dir, append(paths["outs"], paths["metrics"]...)...)
	}
	plot := recipe(t, `\n  - (models/.*), x: actual, y: predicted}`)
	path, _, _ := strings.Cut(plot, ":")
	if head := shell(t, dir, "head -n 1 "+path); !strings.Contains(head, ",actual,predicted,") {
		t.Errorf("%s begins with %s", path, head)
	}
}

// The image is built as make build does, of the four programs, which run with its two
// volumes alone.
func TestRecipeDocker(t *testing.T) {
	needs(t, "sh")
	file := recipe(t, "(?s)```dockerfile\n(.*?)```")
	makefile := testutil.Must(os.ReadFile(filepath.Join(root, "Makefile")))(t)
	build := regexp.MustCompile(`(?m)^RUN (.*)$`).FindStringSubmatch(file)[1]
	build = strings.NewReplacer("go build", "$(GO) build", "/out/", "bin/").Replace(build)
	if !strings.Contains(string(makefile), "\t"+build+"\n") {
		t.Errorf("make build is not %s", build)
	}
	if !strings.Contains(file, " /out/"+strings.Join(programNames, " /out/")+" /bin/\n") {
		t.Errorf("not the programs %v:\n%s", programNames, file)
	}
	dir := t.TempDir()
	shell(t, dir, strings.ReplaceAll(recipe(t, `\n    (run data_creation .*)`), "run ", ""))
	exist(t, dir, "data/manifest.json", "models/report.html")
}

// The stages of the Jenkinsfile succeed, and what it archives is there.
func TestRecipeJenkins(t *testing.T) {
	needs(t, "sh")
	dir := t.TempDir()
	loadCSV(t, dir)
	file := recipe(t, "(?s)```groovy\n(.*?)```")
	commands := regexp.MustCompile(`\bsh '(.*?)'`).FindAllStringSubmatch(file, -1)
	if len(commands) != 4 {
		t.Fatalf("%d commands", len(commands))
	}
	for _, command := range commands {
		shell(t, dir, command[1])
	}
	exist(t, dir, strings.Split(regexp.MustCompile(`artifacts: '(.*?)'`).FindStringSubmatch(file)[1], ", ")...)
}

// New files are learned, but those that the model does not know well.
func TestRecipeNight(t *testing.T) {
	needs(t, "sh")
	dir := t.TempDir()
	loadCSV(t, dir)
	shell(t, dir, `mkdir new old && head -n 1097 load.csv >first.csv && f=load.csv &&
		(head -n 1 $f; sed -n 1098,1250p $f) >new/a.csv && (head -n 1 $f; sed -n 1251,1400p $f) >new/b.csv &&
		(head -n 1 $f; sed -n 1401,1462p $f) | awk -F, -v OFS=, '{if (NR > 1) $3 += 50; print}' >new/c.csv`)
	must(t, dir, "data_creation", "-import", "first.csv", "-target", "load")
	must(t, dir, "model_preprocessing")
	must(t, dir, "model_preparation")
	script := recipe(t, "(?s)```sh\n(set -eu\ntry.*?)```")
	testutil.WriteFile(t, filepath.Join(dir, "nightly.sh"), script)
	shell(t, dir, recipe(t, "(?s)```sh\n(cp models/model.gob .*?)```"))
	command := strings.Replace(recipe(t, `\n    0 3 \* \* \* (.*)`), "/srv/load", dir, 1)
	for range 2 { // the second time there is nothing new
		shell(t, dir, command+"; true")
		exist(t, dir, "old/a.csv", "old/b.csv", "new/c.csv")
	}
	for name, want := range map[string]int{"model": 1096 + 153, "new": 1096 + 153 + 150} {
		var model struct{ Rows int }
		readJSON(t, filepath.Join(dir, "models", name+".json"), &model)
		if model.Rows != want {
			t.Errorf("%s.gob is of %d rows, not %d", name, model.Rows, want)
		}
	}
	shell(t, dir, "cp new/c.csv new.csv")
	actions := recipe(t, `(?m)^ +- run: make build && (.*)$`)
	if out := shell(t, dir, "! ("+actions+")"); !strings.Contains(out, "quality gate: MSE") {
		t.Errorf("%s said %s", actions, out)
	}
}
