package metrics

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/design"
)

// standard are bins of the standard normal distribution.
var standard = Columns{{Name: "x", Edges: normalTenths[:], Low: -3, High: 3, Deviation: 1}}

// normal counts so many numbers of a mean.
func normal(r *rand.Rand, n int, mean float64) []Cells {
	x := make([]float64, n)
	for i := range x {
		x[i] = mean + r.NormFloat64()
	}
	cells, _ := standard.Count(&design.Rows{N: n, X: [][]float64{x}}, 0, n, 1, nil)
	return cells
}

// Bins are closed on the right; every cell is counted once, in whatever parts the rows come.
func TestCells(t *testing.T) {
	columns := Columns{{Name: "x", At: 2, Edges: []float64{1, 2}, Low: 1, High: 3, Mean: 2, Deviation: 2},
		{Name: "kind", Levels: []string{"kind=a", "kind=b"}}, {Name: "y", At: -1, Low: 5, High: 5}}
	nan := math.NaN()
	rows := &design.Rows{N: 7, X: [][]float64{nil, nil, {1, 1.5, 2, 3, 4, nan, 0}}, Y: []float64{5, 5, 5, nan, 5, 5, 5},
		Codes: []design.Codes{{Codes: []int32{0, 1, 1, 2, 3, 3, 3}, Words: []string{"", "b", "new", "a"}, From: 0, To: 2,
			Column: []int{-1, 1, -1, 0}}}}
	want := []Cells{{Bins: []int64{2, 2, 2}, Missing: 1, Outside: 2, Moved: (-1 - 0.5 + 1 + 2 - 2) / 2},
		{Bins: []int64{3, 2}, Missing: 1, Unseen: 1}, {Bins: []int64{6}, Missing: 1}}
	count := func(from, to, step int) []Cells {
		cells, _ := columns.Count(rows, from, to, step, nil)
		return cells
	}
	for cut := range 8 {
		var parts, odd []Cells
		MergeCells(&parts, count(0, cut, 1))
		MergeCells(&parts, count(cut, 7, 1))
		MergeCells(&odd, count(1, 7, 2))
		MergeCells(&odd, count(0, 7, 2))
		for j := range want {
			want[j].Moved, parts[j].Moved, odd[j].Moved = Round(want[j].Moved, 9), Round(parts[j].Moved, 9), Round(odd[j].Moved, 9)
		}
		if !reflect.DeepEqual(parts, want) || !reflect.DeepEqual(odd, want) {
			t.Errorf("cut at %d: %+v\nand %+v\nwant %+v", cut, parts, odd, want)
		}
	}
}

// The index is what its formula says, and about the square of a small move.
func TestPSI(t *testing.T) {
	near(t, "PSI", psi([]int64{10, 20}, []int64{5, 5}), (10.5/31-5.5/11)*math.Log(10.5/31*11/5.5)+
		(20.5/31-5.5/11)*math.Log(20.5/31*11/5.5))
	near(t, "none", psi([]int64{7, 7}, []int64{7, 7}), 0)
	r := rand.New(rand.NewPCG(61, 62))
	a, b := normal(r, 200_000, 0), normal(r, 200_000, 0.3)
	if got := psi(a[0].Bins, b[0].Bins); math.Abs(got-0.09) > 0.01 {
		t.Errorf("a move by 0.3 deviations is a PSI of %v", got)
	}
	near(t, "moved", Round(b[0].Moved/200_000, 1), 0.3)
}

// Of independent rows a thousandth is beyond chance; a move by half a deviation is named with
// its file, and the files that were not touched are not.
func TestDrifts(t *testing.T) {
	r := rand.New(rand.NewPCG(63, 64))
	var parts [][]Cells
	for range 10 {
		parts = append(parts, normal(r, 300, 0))
	}
	training := NewTraining(parts)
	beyond, drifted := 0, 0
	for range 1000 {
		s := &Sums{Columns: standard, Training: training, Datasets: []Dataset{
			{ID: dataset.ID{Name: "a"}, Cells: normal(r, 200, 0)}, {ID: dataset.ID{Name: "b"}, Cells: normal(r, 200, 0)}}}
		for _, d := range s.drifts() {
			if d.Excess > 0 {
				beyond++
			}
			if d.Drifted {
				drifted++
			}
		}
		s.Datasets[1].Cells = normal(r, 200, 0.6)
		if d := s.drifts(); len(d) != 1 || !d[0].Drifted || d[0].Dataset != "b" || math.Abs(*d[0].Mean-0.6) > 0.3 {
			t.Fatalf("%+v", d)
		}
	}
	if beyond > 30 || drifted > 0 {
		t.Errorf("%d of 1000 are beyond chance, %d have drifted", beyond, drifted)
	}
	few := &Sums{Columns: standard, Training: training, Datasets: []Dataset{{Cells: normal(r, 29, 9)}}}
	if d := few.drifts(); d != nil {
		t.Errorf("29 rows: %+v", d)
	}
	few.Datasets = append(few.Datasets, Dataset{Cells: normal(r, 29, 9)})
	if d := few.drifts(); len(d) != 1 || d[0].Dataset != "" || !d[0].Drifted {
		t.Errorf("29 rows twice: %+v", d)
	}
	if got := NewTraining(append(parts, normal(r, 29, 9))); got.Usual[0] > 1 || got.Parts != 10 {
		t.Errorf("with 29 rows far away %v is usual among %d parts", got.Usual, got.Parts)
	}
	if got := NewTraining(parts[:1]); got.Usual != nil {
		t.Errorf("one part: %v is usual", got.Usual)
	}
}

// A column that is the same in every training row has one bin, and no distance.
func TestConstantColumn(t *testing.T) {
	c := Column{Name: "x", Low: 5, High: 5, Mean: 5}
	var cells Cells
	cells.Bins = make([]int64, c.bins())
	cells.countNumbers(&c, []float64{5, 6, 7}, 0, 3, 1, nil, nil)
	if cells.Bins[0] != 3 || cells.Outside != 2 || cells.Moved != 0 || noise(1, 30, 30) != 0 || psi(cells.Bins, []int64{9}) != 0 {
		t.Errorf("%+v", cells)
	}
}
