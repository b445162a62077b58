package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkStage reads 200 000 rows of five columns.
func BenchmarkStage(b *testing.B) {
	dir := b.TempDir()
	path := filepath.Join(dir, "bench.csv")
	text := []byte("timestamp,temperature,humidity,pressure,wind_speed,cloud_cover\n")
	for i := range 200000 {
		text = time.Unix(int64(i)*60, 0).UTC().AppendFormat(text, time.RFC3339)
		text = fmt.Appendf(text, ",%.2f,%.1f,%.1f,%.1f,%d\n", float64(i%4001-2000)/100, float64(i%1000)/10, 1000+float64(i%300)/10, float64(i%120)/10, i%9)
	}
	if err := os.WriteFile(path, text, 0o666); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if err := run(b.Context(), []string{"-quiet", "-o", filepath.Join(dir, "s.json"), path}, nil, io.Discard, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
