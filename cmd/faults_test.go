//go:build unix

package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// stages are the programs with arguments that make another artifact than
// without them, and what they write.
var stages = []struct {
	name    string
	args    []string
	outputs []string
}{
	{"data_creation", []string{"-seed", "7", "-rows", "3000", "-step", "1h"},
		[]string{"data/manifest.json", "data/train/clean.csv", "data/test/stuck.csv"}},
	{"model_preprocessing", []string{"-lags", "1", "-category", "cloud_cover"}, []string{"models/scaler.json"}},
	{"model_preparation", []string{"-alpha", "10"}, []string{"models/model.gob", "models/model.json"}},
	{"model_testing", []string{"-predictions", "models/p.csv"}, []string{"models/metrics.gob", "models/metrics.json", "models/report.html",
		"models/p.csv"}},
}

func contents(dir string, paths []string) []string {
	var all []string
	for _, p := range paths {
		b, err := os.ReadFile(filepath.Join(dir, p))
		if err != nil {
			b = []byte("absent")
		}
		all = append(all, string(b))
	}
	return all
}

// TestNoRoom writes where there is no room, no folder or no permission: an
// error that names the path, and the old artifact stays.
func TestNoRoom(t *testing.T) {
	dir := t.TempDir()
	for _, s := range stages {
		must(t, dir, s.name)
	}
	before := tree(t, dir)
	sh := func(script string) (string, int) {
		cmd := exec.Command("sh", "-c", script)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	for script, want := range map[string]string{
		"ulimit -f 2; exec data_creation":                                "file too large",
		"ulimit -f 1; exec model_preprocessing":                          "models/scaler.json: file too large",
		"ulimit -f 1; exec model_preparation":                            "models/model.json: file too large",
		"ulimit -f 1; exec model_testing":                                "models/metrics.gob: file too large",
		"exec model_preprocessing -o none/s.json":                        "none/s.json: there is no folder none",
		"exec model_preparation -o none/m.gob":                           "none/m.json: there is no folder none; make it first",
		"exec model_testing -metrics none/m.json":                        "none/m.gob: there is no folder none",
		"exec model_testing -predictions /dev/full -metrics ''":          "/dev/full: no space left on device",
		"exec model_testing -metrics /dev/full":                          "/dev/full: no space left on device",
		"exec model_testing -metrics models":                             "models: is a folder",
		"exec model_testing -quiet -metrics '' >/dev/full":               "standard output: write /dev/stdout: no space left on device",
		"exec data_creation -out models/model.gob":                       "models/model.gob: not a directory",
		"ln -s loop ../loop; exec model_preprocessing ../loop":           "too many levels of symbolic links",
		"exec model_preprocessing - </dev/null":                          "-: is empty; a header line is needed",
		"head -c 100000 /dev/urandom | exec model_preprocessing -":       "model_preprocessing: -:",
		"printf 'timestamp,temperature\\n' | exec model_preprocessing -": "-: no data rows",
	} {
		out, code := sh(script)
		if first, rest, _ := strings.Cut(out, "\n"); strings.Contains(first, " scored") {
			out = rest // the tests were made, and then there was no room for their result
		}
		if code != 1 || !strings.Contains(out, want) || strings.Count(out, "\n") != 1 {
			t.Errorf("%s: status %d\n%s\nwant %s", script, code, out, want)
		}
		if after := tree(t, dir); after != before {
			t.Fatalf("%s: left\n%s\nbefore\n%s", script, after, before)
		}
	}
	// Nobody listens to what is said, and the work is done all the same.
	if out, code := sh("set -e; model_testing | true; model_testing 2>&-; model_preprocessing >&- 2>&-; (model_preparation; echo $? >status) 2>&1 | head -c 0; sleep 0.3; cat status; rm status"); code != 0 || strings.Contains(out, "goroutine") {
		t.Errorf("closed outputs: status %d\n%s", code, out)
	}
	// A result that nobody can have read is no success.
	for script, status := range map[string]int{"model_testing -quiet >/dev/null": 0, "exec model_testing -quiet <>/dev/null >&0": 0,
		"model_testing -h >/dev/full": 1, "model_testing -version >/dev/full": 1} {
		if out, code := sh(script); code != status {
			t.Errorf("%s: status %d\n%s", script, code, out)
		}
	}
	for _, args := range []string{"model_testing -quiet", "model_testing -h", "data_creation -help", "model_testing -quiet 2>&-"} {
		want := 1
		if runtime.GOOS != "linux" {
			want = 0 // where it cannot be told
		}
		if out, code := sh("exec " + args + " >&-"); code != want {
			t.Errorf("%s, closed: status %d\n%s", args, code, out)
		}
	}
	if out, _ := sh("ln -s $(command -v model_testing) 'a\x1bb'; exec ./a* -x; "); strings.Contains(out, "\x1b") || !strings.Contains(out, `a\x1bb: there is no flag -x`) {
		t.Errorf("a name with control characters: %q", out)
	}
	if out, code := sh("umask 027; rm models/scaler.json; model_preprocessing -quiet && ls -l models/scaler.json"); code != 0 || !strings.HasPrefix(out, "-rw-r-----") {
		t.Errorf("umask: %d %s", code, out)
	}
}

// TestAtOnce runs eight pipelines in one folder, half of them with another
// seed. Each stage succeeds or refuses in one line; in the end the data are of
// one run, as its manifest lists them, and model.json is of model.gob.
func TestAtOnce(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	var refusals sync.Map
	for i := range 8 {
		all.Go(func() {
			for _, s := range stages {
				args := []string{}
				if s.name == "data_creation" {
					args = []string{"-seed", fmt.Sprint(i % 2)}
				}
				_, errs, err := program(dir, s.name, append(args, "-quiet")...)
				if err != nil {
					if err.(*exec.ExitError).ExitCode() != 1 || strings.Count(errs, "\n") != 1 {
						t.Errorf("%s: %v\n%s", s.name, err, errs)
					}
					refusals.Store(fmt.Sprint(i, s.name), errs)
					return
				}
			}
		})
	}
	all.Wait()
	refusals.Range(func(k, v any) bool { t.Logf("%v: %v", k, v); return true })
	for _, s := range stages[1:] {
		must(t, dir, s.name) // reads all data against the manifest, and model.json against model.gob
	}
	want := t.TempDir()
	seeds := map[string]bool{}
	for _, seed := range []string{"0", "1"} {
		must(t, want, "data_creation", "-seed", seed)
		seeds[tree(t, filepath.Join(want, "data"))] = true
	}
	if !seeds[tree(t, filepath.Join(dir, "data"))] {
		t.Error("the data are a mix of two runs")
	}
}
