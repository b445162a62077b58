//go:build unix

package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mlpipeline/internal/testutil"
)

// killedAt runs a program that is killed before its k-th rename or removal, and
// reports whether it was: after its last one there is nothing to be killed at.
func killedAt(t *testing.T, dir string, k int, name string, args ...string) bool {
	t.Helper()
	cmd := exec.Command(filepath.Join(bin, name), append(args, "-quiet")...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), fmt.Sprintf("KILL_AT_STEP=%d", k))
	out, err := cmd.CombinedOutput()
	if err == nil {
		return false
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return true
}

// A publication of data that is killed between any two of its steps leaves the
// old files, the new ones, or what every stage refuses, with the command that
// mends it; and that command does.
func TestKilledPublication(t *testing.T) {
	sets := [][]string{{"-scenarios", "clean,gaps,stuck", "-rows", "300", "-seed", "1"},
		{"-scenarios", "clean,noisy", "-rows", "300", "-seed", "2"}}
	fit := func(dir, part string) (string, string, error) {
		scaler := filepath.Join(t.TempDir(), "s.json")
		_, errs, err := program(dir, "model_preprocessing", "-quiet", "-o", scaler, "data/"+part)
		b, _ := os.ReadFile(scaler)
		return string(b), errs, err
	}
	var want []string // of either set, train and test
	for _, set := range sets {
		dir := t.TempDir()
		must(t, dir, "data_creation", set...)
		for _, part := range []string{"train", "test"} {
			scaler, errs, err := fit(dir, part)
			if err != nil {
				t.Fatal(errs)
			}
			want = append(want, scaler)
		}
	}
	refused := 0
	k := 1
	for ; ; k++ {
		dir := t.TempDir()
		must(t, dir, "data_creation", sets[0]...)
		if !killedAt(t, dir, k, "data_creation", sets[1]...) {
			break
		}
		for i, part := range []string{"train", "test"} {
			got, errs, err := fit(dir, part)
			if err != nil {
				refused++
				if !strings.Contains(errs, "run data_creation again") || strings.Count(errs, "\n") != 1 {
					t.Errorf("killed at step %d: data/%s: %s", k, part, errs)
				}
			} else if got != want[i] && got != want[2+i] {
				t.Errorf("killed at step %d: data/%s is neither old nor new, and accepted", k, part)
			}
		}
		shell(t, dir, "find . -name '*.mlpipeline~' -exec touch -d '25 hours ago' {} +")
		must(t, dir, "data_creation", sets[1]...)
		if got, errs, err := fit(dir, "train"); err != nil || got != want[2] {
			t.Errorf("killed at step %d and run again: %v %s", k, err, errs)
		}
		if left := tree(t, dir); strings.Contains(left, "mlpipeline~") {
			t.Errorf("killed at step %d and run again: left\n%s", k, left)
		}
	}
	if k != 1+4+1+4 || refused < 6 { // four removals, the manifest, four files
		t.Errorf("%d steps, %d refusals", k-1, refused)
	}
}

// Whichever step of a stage a kill comes before, each of its artifacts is the old one or
// the new one, and the next run succeeds without cleaning.
func TestKilledStage(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "data_creation", "-scenarios", "clean")
	for _, stage := range stages[1:] {
		must(t, dir, stage.name, stage.args...)
		fresh := contents(dir, stage.outputs)
		again := func() (old []string) {
			for _, path := range stage.outputs {
				os.Remove(filepath.Join(dir, path))
			}
			must(t, dir, stage.name)
			return contents(dir, stage.outputs)
		}
		k := 1
		for old := again(); killedAt(t, dir, k, stage.name, stage.args...); k++ {
			for i, got := range contents(dir, stage.outputs) {
				if got != old[i] && got != fresh[i] {
					t.Errorf("%s killed at step %d: %s is neither old nor new", stage.name, k, stage.outputs[i])
				}
			}
			must(t, dir, stage.name, stage.args...)
			if got := contents(dir, stage.outputs); !slices.Equal(got, fresh) {
				t.Errorf("%s killed at step %d and run again is not what an undisturbed run writes", stage.name, k)
			}
			again()
		}
		if k-1 < len(stage.outputs) {
			t.Errorf("%s: %d steps", stage.name, k-1)
		}
		again()
	}
}

// TestSignals stops programs that wait for input, for each other, or work: within a second (or
// five, where all work at once), with the status of the signal, with nothing published and no
// temporary file left.
func TestSignals(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "data_creation", "-scenarios", "clean,gaps,stuck,drift", "-rows", "20000", "-step", "1h")
	must(t, dir, "model_preprocessing", "-daily", "20", "-annual", "20")
	must(t, dir, "model_preparation", "-folds", "2")
	shell(t, dir, `awk 'BEGIN { for (i = 0; i <= 2000; i++) {
		for (j = 0; j < 500; j++) printf "%s,", i ? int(10 * rand()) : "x" j; print i ? 0 : "y" } }' >wide.csv`)
	must(t, dir, "model_preprocessing", "-time", "", "-target", "y", "-o", "scaler.json", "wide.csv")
	data := testutil.Must(os.Open(filepath.Join(dir, "data")))(t)
	defer data.Close()
	testutil.OK(t, syscall.Flock(int(data.Fd()), syscall.LOCK_EX)) // as one who publishes
	before := tree(t, dir)
	var running []*exec.Cmd
	for _, args := range [][]string{
		{"model_preprocessing", "-"},
		{"data_creation", "-out", "other", "-rows", "20000000", "-step", "1m"},
		{"data_creation", "-rows", "50"},
		{"data_creation", "-out", "imported", "-import", "-", "-target", "y"},
		{"model_preparation", "-folds", "1000", "-alpha", "auto"},
		{"model_preparation", "-folds", "200", "-scaler", "scaler.json", "-o", "wide.gob", "wide.csv"},
	} {
		cmd := exec.Command(filepath.Join(bin, args[0]), args[1:]...)
		cmd.Dir, cmd.Stderr = dir, new(strings.Builder)
		testutil.Must(cmd.StdinPipe())(t)
		testutil.OK(t, cmd.Start())
		guard := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
		defer guard.Stop()
		running = append(running, cmd)
	}
	time.Sleep(time.Second)
	for i, cmd := range running {
		sig := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}[i%3]
		if signal.Ignored(sig) { // under nohup, which the programs heed
			sig = syscall.SIGTERM
		}
		start := time.Now()
		_ = cmd.Process.Signal(sig)
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 128+int(sig) || time.Since(start) > 5*time.Second {
			t.Errorf("%v: %v: status %d after %v: %s", cmd, sig, code, time.Since(start), cmd.Stderr)
		}
	}
	if after := tree(t, dir); after != before {
		t.Errorf("left\n%s", after)
	}
}
