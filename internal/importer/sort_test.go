package importer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/testutil"
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
					Hash: random.Uint64(), Line: fmt.Appendf(nil, "%*d\n", random.IntN(10)/9*5000, len(want)+len(c.Rows))})
			}
			want = append(want, c.Rows...)
			c.sort()
			testutil.OK(t, s.Add(&c))
		}
		slices.SortStableFunc(want, func(a, b Row) int { return compare(&a, &b) })
		for range 2 {
			i := 0
			for row, err := range s.Rows(t.Context()) {
				testutil.OK(t, err)
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
		if spilled := len(s.runs) > 0; spilled != (limit < 1<<20) {
			t.Errorf("limit %d: %d runs", limit, len(s.runs))
		}
		s.Close()
	}
}
