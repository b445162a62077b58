package cmd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

// BenchmarkStage runs each program, from start to exit, on the log of one station: 400 000 rows
// to train, 100 000 to test.
func BenchmarkStage(b *testing.B) {
	dir := b.TempDir()
	testutil.OK(b, os.Mkdir(filepath.Join(dir, "models"), 0o777))
	for _, s := range []struct{ what, reads, command string }{
		{"create", "data/train/clean.csv", "data_creation -scenarios clean -step 1m -rows 500000"},
		{"import", "data/test/clean.csv", "data_creation -import data/test/clean.csv -out imported"},
		{"fit", "data/train/clean.csv", "model_preprocessing"},
		{"train", "data/train/clean.csv", "model_preparation"},
		{"test", "data/test/clean.csv", "model_testing"},
	} {
		b.Run(s.what, func(b *testing.B) {
			args := append(strings.Fields(s.command), "-quiet")
			for b.Loop() {
				if _, errs, err := program(dir, args[0], args[1:]...); err != nil {
					b.Fatalf("%v\n%s", err, errs)
				}
			}
			b.SetBytes(testutil.Must(os.Stat(filepath.Join(dir, s.reads)))(b).Size())
		})
	}
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
