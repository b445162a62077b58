package cmd_test

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

// TestPortable runs the pipeline built for another machine, in the folder
// OTHER_BUILD, by an emulator, the command OTHER_RUN (make portable), and
// compares: data, scaler and scaled rows are the same bytes, the figures of models
// and metrics the same to 1e-12; artifacts of one are read, merged, appended to and
// tested by the other.
func TestPortable(t *testing.T) {
	runner := strings.Fields(os.Getenv("OTHER_RUN"))
	if len(runner) == 0 {
		t.Skip("no OTHER_RUN")
	}
	here, there := t.TempDir(), t.TempDir()
	other := func(dir, name string, args ...string) string {
		t.Helper()
		program := filepath.Join(os.Getenv("OTHER_BUILD"), name)
		if _, err := os.Stat(program + ".exe"); err == nil {
			program += ".exe"
		}
		cmd := exec.Command(runner[0], append(append(runner[1:], program), args...)...)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, err.(*exec.ExitError).Stderr)
		}
		return strings.ReplaceAll(string(out), "\r", "")
	}
	mine := func(dir, name string, args ...string) string { t.Helper(); return must(t, dir, name, args...) }
	for _, args := range [][]string{
		{"data_creation", "-rows", "8000", "-step", "3h"},
		{"model_preprocessing", "-daily", "2", "-lags", "1,8", "-missing", "mean", "-category", "cloud_cover", "-write", "scaled"},
		{"model_preparation", "-alpha", "auto"},
		{"model_testing", "-predictions", "models/p.csv"},
	} {
		a, b := mine(here, args[0], args[1:]...), other(there, args[0], args[1:]...)
		if a != b {
			t.Errorf("%v: %q, there %q", args, a, b)
		}
	}
	for _, dir := range []string{"data", "scaled"} {
		if a, b := tree(t, filepath.Join(here, dir)), tree(t, filepath.Join(there, dir)); withoutLocks(a) != withoutLocks(b) {
			t.Errorf("%s differs:\n%s\nthere\n%s", dir, a, b)
		}
	}
	a := testutil.Must(os.ReadFile(filepath.Join(here, "models/scaler.json")))(t)
	if b, err := os.ReadFile(filepath.Join(there, "models/scaler.json")); err != nil || string(a) != string(b) {
		t.Errorf("the scaler differs: %v", err)
	}
	for _, file := range []string{"models/model.json", "models/metrics.json"} {
		a, b := figures(t, filepath.Join(here, file)), figures(t, filepath.Join(there, file))
		if len(a) != len(b) {
			t.Fatalf("%s: %d figures, there %d", file, len(a), len(b))
		}
		for i := range a {
			if d := math.Abs(a[i] - b[i]); d > 1e-12*max(1, math.Abs(a[i])) {
				t.Errorf("%s: figure %d is %v, there %v", file, i, a[i], b[i])
			}
		}
	}

	// Each goes on with what the other has made.
	type run func(dir, name string, args ...string) string
	for dir, program := range map[string]run{here: other, there: mine} {
		program(dir, "model_testing", "-merge", "-metrics", "again.json", "models/metrics.gob")
		again, before := filepath.Join(dir, "again.json"), filepath.Join(dir, "models/metrics.json")
		if !slices.Equal(figures(t, again), figures(t, before)) {
			t.Error("the same sums have other figures there")
		}
		program(dir, "model_preprocessing", "-merge", "-o", "merged-s.json", "models/scaler.json")
		program(dir, "model_preparation", "-merge", "-o", "merged.gob", "models/model.gob")
		program(dir, "model_preparation", "-append", "data/test/clean.csv")
		program(dir, "model_testing", "data/test/noisy.csv")
	}
}

// withoutLocks leaves out the files that folders are locked by on Windows.
func withoutLocks(tree string) string {
	var b strings.Builder
	for line := range strings.Lines(tree) {
		if !strings.Contains(line, "mlpipeline~") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// figures are the numbers in a JSON file, in order.
func figures(t *testing.T, path string) (all []float64) {
	t.Helper()
	text := testutil.Must(os.ReadFile(path))(t)
	for _, number := range regexp.MustCompile(`[ \[]-?\d[0-9.e+-]*`).FindAllString(string(text), -1) {
		all = append(all, testutil.Must(strconv.ParseFloat(number[1:], 64))(t))
	}
	return all
}
