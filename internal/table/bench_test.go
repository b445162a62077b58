package table

import (
	"path/filepath"
	"testing"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/testutil"
)

// BenchmarkScan reads a CSV like those of data_creation.
func BenchmarkScan(b *testing.B) {
	text := csv.AppendRecord(nil, "timestamp", "temperature", "humidity", "pressure", "wind_speed", "cloud_cover")
	for i := range int64(200000) {
		text = dataset.Time(1577836800e6 + i*60e6).Append(text)
		for j, d := range []int{2, 1, 1, 1, 0} {
			text = csv.AppendFixed(append(text, ','), (i*7919+int64(j)*104729)%20000-int64(j%2)*9999, d)
		}
		text = append(text, '\n')
	}
	path := filepath.Join(b.TempDir(), "bench.csv")
	testutil.WriteFile(b, path, text)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		files := testutil.Must(Open([]string{path}, nil, "timestamp"))(b)
		scan := &Scan{Time: "timestamp", Columns: files[0].Header[1:]}
		for _, err := range parsed(b.Context(), scan, files, func(*Block) {}) {
			testutil.OK(b, err)
		}
	}
}
