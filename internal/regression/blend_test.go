package regression

import (
	"math"
	"testing"

	"mlpipeline/internal/moments"
	"mlpipeline/internal/testutil"
)

// A blend is chosen only where it errs less on rows held out, and it is the weighted mean
// of its members' coefficients.
func TestBlend(t *testing.T) {
	terms, folds := choosable(3)
	splits, s := splitsOf(folds), settings(9)
	s.Terms = terms
	all := []bool{true, true, true, true, true}
	noise := []bool{false, false, false, true, false}
	members := []member{{kept: noise}, {kept: all}}
	if err := s.weigh(members, splits); err != nil || members[1].weight < 0.9 {
		t.Errorf("all terms, which are the truth, have weight %v", members[1].weight)
	}
	members = []member{{kept: all}, {kept: noise}}
	if err := s.weigh(members, splits); err != nil || members[0].weight < 0.9 {
		t.Errorf("a poor choice leaves the plain terms weight %v", members[0].weight)
	}
	// What hardly errs less is no reason to blend.
	similar, others := choosable(1)
	s.Terms = similar
	members = []member{{kept: []bool{true, false, true, true, true}}, {kept: all}}
	if err := s.weigh(members, splitsOf(others)); err != nil || members[0].weight != 0 || members[1].weight != 1 {
		t.Errorf("terms that hardly err less have weight %v: %v", members[0].weight, err)
	}
	s.Terms = terms
	total := allOf(folds)
	s.blend = []member{{noise, 3, 0.25}, {all, 0, 0.5}}
	got := testutil.Must(s.fits(total, 0))(t)
	want := make([]float64, 9)
	b0 := 0.25 * total.R[total.Width-1] / total.R[0]
	for _, m := range s.blend {
		of := s
		of.blend = nil
		of.leaveOut(m.kept)
		x := testutil.Must(of.fits(total, m.penalty))(t)
		b0 += m.weight * x[0].b0.Value()
		for j, b := range x[0].coef() {
			want[j] += m.weight * b
		}
	}
	for j, b := range got[0].coef() {
		if math.Abs(b-want[j]) > 1e-12 {
			t.Errorf("coefficient %d is %v, want %v", j, b, want[j])
		}
	}
	if math.Abs(got[0].b0.Value()-b0) > 1e-12 {
		t.Errorf("intercept %v, want %v", got[0].b0.Value(), b0)
	}
	// The mean of the predictions is that of the target, whatever the weights.
	mean := got[0].b0
	for j, b := range got[0].b {
		mean.Merge(b.Times(moments.Float(total.R[j+1] / total.R[0])))
	}
	if want := total.R[total.Width-1] / total.R[0]; math.Abs(mean.Value()-want) > 1e-9 {
		t.Errorf("mean prediction %v of a target of mean %v", mean.Value(), want)
	}
}
