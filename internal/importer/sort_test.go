package importer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"mlpipeline/internal/dataset"
)

// Rows come out in order of group and time, and as they came where these are the
// same, whether they fit in memory or not; and once more when asked again.
func TestSorter(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, limit := range []int{1 << 30, 5000, 1} {
		s := NewSorter(t.TempDir(), limit)
		var want []Row
		for range 30 {
			var c Chunk
			for range random.IntN(50) {
				c.Rows = append(c.Rows, Row{Group: fmt.Sprint(random.IntN(3)), Time: dataset.Time(random.IntN(20) - 10),
					Hash: random.Uint64(), Line: fmt.Appendf(nil, "%d\n", len(want)+len(c.Rows))})
			}
			want = append(want, c.Rows...)
			slices.SortStableFunc(c.Rows, func(a, b Row) int { return compare(&a, &b) })
			if err := s.Add(&c); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortStableFunc(want, func(a, b Row) int { return compare(&a, &b) })
		for range 2 {
			i := 0
			for row, err := range s.Rows() {
				if err != nil {
					t.Fatal(err)
				}
				if w := want[i]; row.Group != w.Group || row.Time != w.Time || row.Hash != w.Hash || string(row.Line) != string(w.Line) {
					t.Fatalf("limit %d: row %d is %+v, want %+v", limit, i, row, w)
				}
				i++
			}
			if i != len(want) {
				t.Errorf("limit %d: %d rows of %d", limit, i, len(want))
			}
		}
		if n := s.Groups["0"] + s.Groups["1"] + s.Groups["2"]; n != int64(len(want)) {
			t.Errorf("limit %d: %d rows counted", limit, n)
		}
		if spilled := len(s.files) > 0; spilled != (limit < 1<<20) {
			t.Errorf("limit %d: %d files", limit, len(s.files))
		}
		s.Close()
	}
}

// A sorted chunk is in order of dataset and time.
func TestSortedChunks(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.csv")
	if err := os.WriteFile(path, []byte("time,y,g\n2020-01-03,1,b\n2020-01-01,2,b\n2020-01-02,3,a\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	opt := Options{Target: "y", By: "g"}
	s, err := Open(context.Background(), path, dir, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tab, err := Profile(context.Background(), s, &opt, 1, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := Decide([]*Table{tab}, &opt); err != nil {
		t.Fatal(err)
	}
	got := ""
	for chunk, err := range tab.Chunks(context.Background(), 1, true) {
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range chunk.Rows {
			got += r.Group + " " + r.Time.String()[:10] + "|"
		}
	}
	if want := "a 2020-01-02|b 2020-01-01|b 2020-01-03|"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
