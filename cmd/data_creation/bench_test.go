package main

import (
	"io"
	"testing"
)

// BenchmarkStage writes 2 × 100 000 rows.
func BenchmarkStage(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		if err := run(b.Context(), []string{"-quiet", "-out", dir, "-scenarios", "clean,gaps", "-step", "1m", "-rows", "100000"}, nil, io.Discard, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/200000, "ns/row")
}
