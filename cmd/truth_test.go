package cmd_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/testutil"
	"mlpipeline/internal/weather"
)

// program runs one of the programs in a folder and returns what it said.
func program(dir, name string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.Command(filepath.Join(bin, name), args...)
	cmd.Dir = dir
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// must runs a program that has to succeed.
func must(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	out, errs, err := program(dir, name, args...)
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, errs)
	}
	return out
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	b := testutil.Must(os.ReadFile(path))(t)
	testutil.OK(t, json.Unmarshal(b, v))
}

// The pipeline recovers what the manifest says is true: the coefficients of a
// clean station within their standard errors, and its noise.
func TestRecoversTruth(t *testing.T) {
	for _, extra := range [][]string{{}, {"-seed", "1"}, {"-step", "1h", "-rows", "20000"}} {
		dir := t.TempDir()
		must(t, dir, "data_creation", append([]string{"-scenarios", "clean"}, extra...)...)
		daily := "0"
		if len(extra) > 2 {
			daily = "2"
		}
		must(t, dir, "model_preprocessing", "-daily", daily)
		must(t, dir, "model_preparation")
		must(t, dir, "model_testing")
		var manifest dataset.Manifest
		var model regression.Summary
		readJSON(t, filepath.Join(dir, "data/manifest.json"), &manifest)
		readJSON(t, filepath.Join(dir, "models/model.json"), &model)
		report := readMetrics(t, dir)
		truth := manifest.Datasets[0].Truth
		sum, n := 0.0, 0.0
		for _, c := range model.Coefficients {
			want, known := truth.Coefficients[c.Name]
			if !known {
				continue
			}
			off := (c.Value - want) / *c.StdError
			// With hourly rows the standard errors are so small that the
			// flattened diurnal cycle, which is not linear, shows beside noise.
			if math.Abs(off) > 3.5 {
				t.Errorf("%v: %s = %v ± %v, in truth %v", extra, c.Name, c.Value, *c.StdError, want)
			}
			sum, n = sum+off*off, n+1
		}
		if n != 8 || sum/n > 3 {
			t.Errorf("%v: %v coefficients are off by %.2f standard errors (root mean square)", extra, n,
				math.Sqrt(sum/n))
		}
		ratio := *report.MSE / truth.IrreducibleVariance
		if math.Abs(ratio-1) > 0.25 {
			t.Errorf("%v: test MSE %v, irreducible variance %v", extra, *report.MSE, truth.IrreducibleVariance)
		}
	}
}

// tree returns the hashes of all files in a folder.
func tree(t *testing.T, dir string) string {
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&b, "%s %x\n", rel, sha256.Sum256(content))
		return err
	})
	testutil.OK(t, err)
	return b.String()
}

// Every artifact is the same, byte for byte, for any number of workers,
// GOMAXPROCS, folder, time zone and locale, and from the programs in the folder
// OTHER_BUILD, if it is set: built for newer processors, say (make check).
func TestSameBytes(t *testing.T) {
	t.Parallel()
	var want string
	wide := random(1, 3000)
	r := rand.New(rand.NewPCG(1, 2))
	for j := range 130 {
		wide = wide.with(fmt.Sprint("x", j), func(int) float64 { return r.NormFloat64() })
	}
	cases := []struct{ bin, workers, procs, zone, locale string }{
		{bin, "1", "1", "UTC", "C"}, {bin, "2", "2", "Asia/Kathmandu", "de_DE.UTF-8"}, {bin, "7", "1",
			"America/New_York", "tr_TR.UTF-8"}, {bin, "16", "8", "", ""},
	}
	if other := os.Getenv("OTHER_BUILD"); other != "" {
		c := cases[1]
		c.bin = other
		cases = append(cases, c)
	}
	for i, c := range cases {
		dir := t.TempDir()
		run := func(name string, args ...string) {
			t.Helper()
			cmd := exec.Command(filepath.Join(c.bin, name), append([]string{"-workers", c.workers}, args...)...)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GOMAXPROCS="+c.procs, "TZ="+c.zone, "LC_ALL="+c.locale)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", name, err, out)
			}
		}
		run("data_creation", "-scenarios", "spikes,gaps", "-rows", "15000", "-step", "1h", "-stations", "2")
		run("model_preprocessing", "-daily", "1", "-lags", "1,24", "-missing", "mean", "-category", "cloud_cover",
			"-max-levels", "7", "-write", "scaled")
		run("model_preparation", "-alpha", "auto")
		run("model_testing", "-predictions", "models/p.csv")
		run("model_preprocessing", "-auto", "-o", "models/auto.json", "data/train/gaps-001.csv")
		run("model_preparation", "-scaler", "models/auto.json", "-o", "models/chosen.gob", "data/train/gaps-001.csv")
		const log = "data/train/gaps-001.csv"
		run("data_creation", "-import", log, "-out", "in-time")
		run("data_creation", "-import", log, "-out", "by-hash", "-time", "")
		run("data_creation", "-import", log, "-out", "sorted", "-by", "cloud_cover")
		wide.write(t, filepath.Join(dir, "wide.csv"), 0, len(wide.cols["y"]))
		run("model_preprocessing", "-time", "", "-target", "y", "-o", "models/s.json", "wide.csv")
		run("model_preparation", "-scaler", "models/s.json", "-o", "models/wide.gob", "wide.csv")
		got := tree(t, dir)
		if i == 0 {
			want = got
		} else if got != want {
			t.Errorf("%+v:\n%s\nwant\n%s", c, got, want)
		}
	}
}

// What metrics.json says of normal and of anomalous rows is so of the rows that
// the simulation says are.
func TestNormalAndAnomalous(t *testing.T) {
	dir := t.TempDir()
	must(t, dir, "data_creation", "-scenarios", "spikes,heatwave,clean", "-rows", "20000", "-step", "1h")
	must(t, dir, "model_preprocessing", "-daily", "2")
	must(t, dir, "model_preparation")
	must(t, dir, "model_testing", "-predictions", "p.csv")
	report := readMetrics(t, dir)
	records := readCSV(t, filepath.Join(dir, "p.csv"))
	residual := slices.Index(records[0], "residual")
	squares := map[string][]float64{}
	for _, rec := range records[1:] {
		v := testutil.Must(strconv.ParseFloat(rec[residual], 64))(t)
		squares[rec[0]] = append(squares[rec[0]], v*v)
	}
	for _, d := range report.Datasets {
		set := weather.Settings{Seed: 42, Scenario: d.Name, Station: 1, Step: time.Hour, Train: 16000, Test: 4000}
		anomalous := set.Anomalous(set.Train, set.Train+set.Test)
		before := make([]int64, 48)
		for i, odd := range set.Anomalous(0, set.Train) {
			if odd {
				before[i*48/set.Train]++
			}
		}
		if !slices.Equal(d.Before, before) {
			t.Errorf("%s: anomalous in training %d, want %d", d.Name, d.Before, before)
		}
		var sum, n [2]float64
		for i := range set.Test {
			k := 0
			if anomalous != nil && anomalous[i] {
				k = 1
			}
			sum[k], n[k] = sum[k]+squares[d.Name][i], n[k]+1
		}
		if all := d.Errors.Figures(); float64(all.Rows) != n[0]+n[1] || float64(d.Anomalous()) != n[1] ||
			math.Abs(*all.MSE*float64(all.Rows)-sum[0]-sum[1]) > 1e-9*(sum[0]+sum[1]) {
			t.Errorf("%s: %d rows of MSE %v, %d of them anomalous, not %v of %v", d.Name, all.Rows, *all.MSE, d.Anomalous(), n, sum)
		}
		if d.Name == "spikes" && sum[1]/n[1] < 20*sum[0]/n[0] {
			t.Errorf("spikes of MSE %v beside %v", sum[1]/n[1], sum[0]/n[0])
		}
	}
}
