package cmd_test

import (
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkStage runs each program, from start to exit, on the log of one
// station: 400 000 rows to train, 100 000 to test.
func BenchmarkStage(b *testing.B) {
	dir := b.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "models"), 0o777); err != nil {
		b.Fatal(err)
	}
	for _, s := range []struct {
		name, reads string
		args        []string
	}{
		{"data_creation", "data/train/clean.csv", []string{"-scenarios", "clean", "-step", "1m", "-rows", "500000"}},
		{"model_preprocessing", "data/train/clean.csv", nil},
		{"model_preparation", "data/train/clean.csv", nil},
		{"model_testing", "data/test/clean.csv", nil},
	} {
		b.Run(s.name, func(b *testing.B) {
			for b.Loop() {
				if _, errs, err := program(dir, s.name, append(s.args, "-quiet")...); err != nil {
					b.Fatalf("%v\n%s", err, errs)
				}
			}
			info, err := os.Stat(filepath.Join(dir, s.reads))
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(info.Size())
		})
	}
}

// BenchmarkStart is what a program costs that has nothing to do: its start, and
// its size.
func BenchmarkStart(b *testing.B) {
	for _, name := range []string{"data_creation", "model_preprocessing", "model_preparation", "model_testing"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, errs, err := program("", name, "-version"); err != nil {
					b.Fatalf("%v\n%s", err, errs)
				}
			}
			info, err := os.Stat(filepath.Join(bin, name))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(info.Size())/1e6, "MB")
		})
	}
}
