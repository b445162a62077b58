package cmd_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

// BenchmarkStage runs each program, from start to exit: on the log of one station, 400 000 rows to
// train and 100 000 to test; on its test rows in disorder; with terms that bend, of 40 000 rows; on
// 1000 files; and on 1000 columns of 2000 rows.
func BenchmarkStage(b *testing.B) {
	dir := b.TempDir()
	run := func(b *testing.B, command string) {
		args := strings.Fields(command)
		if _, errs, err := program(dir, args[0], append([]string{"-quiet"}, args[1:]...)...); err != nil {
			b.Fatalf("%v\n%s", err, errs)
		}
	}
	testutil.OK(b, os.Mkdir(filepath.Join(dir, "models"), 0o777))
	run(b, "data_creation -scenarios clean -step 1m -rows 500000")
	run(b, "data_creation -scenarios clean -step 1m -rows 50000 -out short")
	run(b, "data_creation -scenarios clean -rows 125 -stations 1000 -out many")
	lines := strings.SplitAfter(string(testutil.Must(os.ReadFile(filepath.Join(dir, "data/test/clean.csv")))(b)), "\n")
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(lines)-2, func(i, j int) { lines[i+1], lines[j+1] = lines[j+1], lines[i+1] })
	testutil.WriteFile(b, filepath.Join(dir, "disorder.csv"), strings.Join(lines, ""))
	testutil.WriteFile(b, filepath.Join(dir, "wide.csv"), wideCSV(r, 2000, 1000))
	for _, s := range []struct{ what, reads, command string }{
		{"create", "data/train/clean.csv", "data_creation -scenarios clean -step 1m -rows 500000"},
		{"import", "data/test/clean.csv", "data_creation -import data/test/clean.csv -out imported"},
		{"import disorder", "disorder.csv", "data_creation -import disorder.csv -out imported"},
		{"fit", "data/train/clean.csv", "model_preprocessing"},
		{"train", "data/train/clean.csv", "model_preparation"},
		{"test", "data/test/clean.csv", "model_testing"},
		{"propose", "short/train/clean.csv", "model_preprocessing -auto -o short/s.json short/train"},
		{"choose", "short/train/clean.csv", "model_preparation -scaler short/s.json -o short/m.gob short/train"},
		{"fit many", "many/train", "model_preprocessing -o many/s.json many/train"},
		{"train many", "many/train", "model_preparation -scaler many/s.json -o many/m.gob many/train"},
		{"test many", "many/test", "model_testing -scaler many/s.json -model many/m.gob -metrics many/t.json many/test"},
		{"fit wide", "wide.csv", "model_preprocessing -time= -target y -o wide.s.json wide.csv"},
		{"train wide", "wide.csv", "model_preparation -scaler wide.s.json -o wide.m.gob wide.csv"},
	} {
		b.Run(s.what, func(b *testing.B) {
			for b.Loop() {
				run(b, s.command)
			}
			if info := testutil.Must(os.Stat(filepath.Join(dir, s.reads)))(b); !info.IsDir() {
				b.SetBytes(info.Size())
			}
		})
	}
}

// wideCSV is a table of random numbers, and y, the sum of the first ten and noise.
func wideCSV(r *rand.Rand, rows, columns int) string {
	var b strings.Builder
	for j := range columns {
		fmt.Fprintf(&b, "x%d,", j)
	}
	b.WriteString("y\n")
	for range rows {
		y := r.NormFloat64()
		for j := range columns {
			x := r.NormFloat64()
			if fmt.Fprintf(&b, "%.3f,", x); j < 10 {
				y += x
			}
		}
		fmt.Fprintf(&b, "%.3f\n", y)
	}
	return b.String()
}

// BenchmarkStart is what a program costs that has nothing to do: its start, and
// its size.
func BenchmarkStart(b *testing.B) {
	for _, name := range programNames {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, errs, err := program("", name, "-version"); err != nil {
					b.Fatalf("%v\n%s", err, errs)
				}
			}
			info := testutil.Must(os.Stat(filepath.Join(bin, name)))(b)
			b.ReportMetric(float64(info.Size())/1e6, "MB")
		})
	}
}
