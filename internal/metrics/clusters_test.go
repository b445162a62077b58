package metrics

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/testutil"
)

// compare is the report on one file of n rows, in blocks of up to most, whose residuals
// two functions give.
func compare(t *testing.T, n, most int, timed bool, model, rival func(i int) float64) *Report {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(n), uint64(most)))
	a := new(Clusters)
	for from := 0; from < n; {
		to := min(n, from+1+r.IntN(most))
		var e, o []float64
		for i := from; i < to; i++ {
			e, o = append(e, model(i)), append(o, rival(i))
		}
		a.Add(e, o, timed)
		from = to
	}
	return testutil.Must(New(&Sums{Against: "other", Datasets: []Dataset{{ID: dataset.ID{Name: "a"}, Clusters: *a}}}))(t)
}

// The figures of R 4.2.2's sandwich 3.0.2, vcovCL(lm(d ~ 1), cluster, type = "HC2"), with the
// quantile of t at Bell's and McCaffrey's degrees of freedom.
func TestClustered(t *testing.T) {
	model := func(i int) float64 { return float64((i*7)%11-5) / 4 }
	rival := func(i int) float64 { return float64((i*5)%13-6) / 4 }
	for _, c := range []struct {
		n     int
		timed bool
		share float64
		want  [4]float64
	}{
		{37, false, 0, [4]float64{0.24493243243243243, 0.10550404149946774, 0.0056489006158167709, 0.48421596424904811}},
		{37, false, 0.25, [4]float64{0.019847972972972971, 0.072781546731699592, -0.14522082728834212, 0.18491677323428807}},
		{1000, true, 0, [4]float64{0.25006250000000002, 0.0036065743403155106, 0.24190386202289108, 0.25822113797710894}},
	} {
		for _, most := range []int{1, 7, 1000} {
			got := compare(t, c.n, most, c.timed, model, rival).Compare(c.share)
			for k, v := range []*float64{got.Gain, got.StdError, got.Low, got.High} {
				if math.Abs(*v-c.want[k]) > 1e-10 {
					t.Errorf("%d rows, share %v: figure %d is %v, R has %v", c.n, c.share, k, *v, c.want[k])
				}
			}
			nearer := 0.0
			for i := range c.n {
				if math.Abs(model(i)) < math.Abs(rival(i)) {
					nearer++
				}
			}
			if got.Rows != int64(c.n) || got.Others != 0 || math.Abs(*got.Nearer-nearer/float64(c.n)) > 1e-12 {
				t.Errorf("%d rows, %d others, nearer on %v", got.Rows, got.Others, *got.Nearer)
			}
		}
	}
	for want, c := range map[string]*Comparison{
		": a gain of 0.245 ± 0.24, which is sure":  compare(t, 37, 7, false, model, rival).Compare(0),
		": a loss of 0.245 ± 0.24, which is sure":  compare(t, 37, 7, false, rival, model).Compare(0),
		": the difference of 0.0198 ± 0.17 may be": compare(t, 37, 7, false, model, rival).Compare(0.25),
	} {
		if !strings.Contains(c.String(), want) {
			t.Errorf("%s, want %s", c, want)
		}
	}
	// Rows that only one of them predicts are counted; of no common row nothing is known.
	none := func(int) float64 { return math.NaN() }
	got := compare(t, 20, 5, true, model, none).Compare(0)
	if got.Rows != 0 || got.Others != 20 || got.Gain != nil || got.Low != nil ||
		got.String() != "no row could be predicted by both models" {
		t.Errorf("%+v", got)
	}
	if got := compare(t, 20, 5, true, none, rival).Compare(0); got.Rows != 0 || got.Others != 20 {
		t.Errorf("only the other predicts: %+v", got)
	}
	if got := compare(t, 1, 5, true, model, rival).Compare(0); got.Gain == nil || got.Low != nil {
		t.Errorf("a single row: %+v", got)
	}
}

// Ten blocks of a long file are equally long, to a run of rows, wherever blocks are cut.
func TestBlocksOfTime(t *testing.T) {
	one := func(int) float64 { return 1 }
	for _, n := range []int{10, 639, 641, 5000, 100_000} {
		for _, d := range compare(t, n, 3000, true, one, one).Datasets[0].Clusters.Blocks {
			if share := float64(d.N) / float64(n) * 10; share < 0.94 || share > 1.06 {
				t.Errorf("%d rows: a block of %d", n, d.N)
			}
		}
	}
}

// From twenty files on every file is a cluster.
func TestFilesAsClusters(t *testing.T) {
	for files, want := range map[int]float64{19: 190, 20: 20} {
		s := &Sums{Against: "other"}
		for k := range files {
			d := Dataset{ID: dataset.ID{Name: fmt.Sprint(k), XXH64: fmt.Sprint(k)}}
			e, o := make([]float64, 50), make([]float64, 50)
			for i := range o {
				o[i] = float64(1 + k%3)
			}
			d.Clusters.Add(e, o, true)
			s.Datasets = append(s.Datasets, d)
		}
		r := testutil.Must(New(s))(t)
		c := r.Compare(0)
		if dof := want - 1; math.Abs(*c.High-*c.Gain-Quantile(0.975, dof)**c.StdError) > 1e-9 {
			t.Errorf("%d files are not %v clusters", files, want)
		}
	}
}
