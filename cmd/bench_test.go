package cmd_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/testutil"
)

// BenchmarkStage runs each program, from start to exit, on the log of one
// station: 400 000 rows to train, 100 000 to test; and the stages on the same with a
// column of five words.
func BenchmarkStage(b *testing.B) {
	dir := b.TempDir()
	testutil.OK(b, os.Mkdir(filepath.Join(dir, "models"), 0o777))
	for _, s := range []struct {
		name, reads, args string
	}{
		{"data_creation", "data/train/clean.csv", "-scenarios clean -step 1m -rows 500000"},
		{"data_creation", "data/test/clean.csv", "-import data/test/clean.csv -out imported"},
		{"model_preprocessing", "data/train/clean.csv", ""},
		{"model_preparation", "data/train/clean.csv", ""},
		{"model_testing", "data/test/clean.csv", ""},
		{"model_preprocessing", "words/train/clean.csv", "-o models/scaler5.json words/train"},
		{"model_preparation", "words/train/clean.csv", "-scaler models/scaler5.json -o models/model5.gob words/train"},
		{"model_testing", "words/test/clean.csv", "-scaler models/scaler5.json -model models/model5.gob words/test"},
	} {
		folder, _, _ := strings.Cut(s.reads, "/")
		if _, err := os.Stat(filepath.Join(dir, folder)); err != nil && folder == "words" {
			addWords(b, dir)
		}
		b.Run(s.name+"/"+folder, func(b *testing.B) {
			for b.Loop() {
				if _, errs, err := program(dir, s.name, append([]string{"-quiet"}, strings.Fields(s.args)...)...); err != nil {
					b.Fatalf("%v\n%s", err, errs)
				}
			}
			info := testutil.Must(os.Stat(filepath.Join(dir, s.reads)))(b)
			b.SetBytes(info.Size())
		})
	}
}

// addWords copies the data with a column of words behind the others.
func addWords(b *testing.B, dir string) {
	words := []string{",drizzle\n", ",fog\n", ",rain\n", ",snow\n", ",sun\n"}
	r := rand.New(rand.NewPCG(1, 1))
	for _, part := range []string{"train", "test"} {
		rows := testutil.Must(os.ReadFile(filepath.Join(dir, "data", part, "clean.csv")))(b)
		var out []byte
		for i, row := range bytes.Split(bytes.TrimSuffix(rows, []byte("\n")), []byte("\n")) {
			word := ",weather\n"
			if i > 0 {
				word = words[r.IntN(len(words))]
			}
			out = append(append(out, row...), word...)
		}
		path := filepath.Join(dir, "words", part, "clean.csv")
		testutil.OK(b, os.MkdirAll(filepath.Dir(path), 0o777))
		testutil.WriteFile(b, path, out)
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
			info := testutil.Must(os.Stat(filepath.Join(bin, name)))(b)
			b.ReportMetric(float64(info.Size())/1e6, "MB")
		})
	}
}
