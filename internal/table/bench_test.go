package table

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"mlpipeline/internal/csv"
	"mlpipeline/internal/dataset"
	"mlpipeline/internal/testutil"
)

// benchFile is a CSV like those of data_creation.
func benchFile(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "bench.csv")
	text := csv.AppendRecord(nil, "timestamp", "temperature", "humidity", "pressure", "wind_speed", "cloud_cover")
	for i := range int64(200000) {
		text = dataset.Time(1577836800e6 + i*60e6).Append(text)
		for j, d := range []int{2, 1, 1, 1, 0} {
			text = csv.AppendFixed(append(text, ','), (i*7919+int64(j)*104729)%20000-int64(j%2)*9999, d)
		}
		text = append(text, '\n')
	}
	testutil.WriteFile(b, path, text)
	return path
}

func BenchmarkScan(b *testing.B) {
	path := benchFile(b)
	info := testutil.Must(os.Stat(path))(b)
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		files := testutil.Must(Open([]string{path}, nil, "timestamp"))(b)
		scan := &Scan{Time: "timestamp", Columns: files[0].Header[1:], Workers: 2}
		for _, err := range parsed(b.Context(), scan, files, func(*Block) {}) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkParse is one core's work on one block.
func BenchmarkParse(b *testing.B) {
	data := testutil.Must(os.ReadFile(benchFile(b)))(b)
	f := &File{Path: "bench.csv", peek: data[:peekSize]}
	testutil.OK(b, f.readHeader())
	block := &Block{Cols: make([][]float64, 5)}
	block.layout = testutil.Must(newLayout(f, "timestamp", f.Header[1:], nil, "", nil))(b)
	end := lastRecordEnd(data[:csv.BlockSize])
	block.data = append(block.data, data[f.body:end]...)
	block.newlines = bytes.Count(block.data, []byte("\n"))
	b.SetBytes(int64(len(block.data)))
	for b.Loop() {
		testutil.OK(b, block.Parse())
	}
}

func BenchmarkWrite(b *testing.B) {
	var text []byte
	i := int64(0)
	for b.Loop() {
		i++
		text = dataset.Time(1577836800e6 + i*60e6).Append(text[:0])
		for j, d := range []int{2, 1, 1, 1, 0} {
			text = csv.AppendFixed(append(text, ','), (i*7919+int64(j)*104729)%20000-9999, d)
		}
	}
	b.SetBytes(int64(len(text)))
}
