package regression

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// A cluster may be one row.
func TestSmallClusters(t *testing.T) {
	folds := Folds{{Factor: Factor{N: 1}}, {}, {Factor: Factor{N: 2}}}
	if _, got := clusters([]Dataset{{Folds: folds}}, nil); len(got) != 2 || got[0].N != 1 {
		t.Errorf("%d clusters", len(got))
	}
}

// A dataset of one row moves the model, too.
func TestInfluenceOfOneRow(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	a, b := foldsOf("a", problem(r, 40, 2, 1), 4, 5), foldsOf("b", problem(r, 1, 2, 1), 4, 5)
	_, summary := fitted(t, settings(2), a, b)
	if in := summary.Influence; len(in) != 2 || in[1].Rows != 1 || in[1].DeltaMSE == nil || !(*in[1].DeltaMSE > 0) {
		t.Errorf("%+v", in)
	}
}

// What float64 cannot hold is null, with the reason.
func TestBeyondFloat64(t *testing.T) {
	rows := problem(rand.New(rand.NewPCG(43, 44)), 40, 2, 1)
	for i := range 20 { // the first fold's target hardly varies
		rows[4*i+3] = float64(i%2) * 1e-160
	}
	for i := 20; i < 40; i++ {
		rows[4*i+3] += 9
	}
	set := settings(2)
	set.Folds = 2
	cv := crossValidate(&set, set.Alpha, splitsOf(pool([]Dataset{foldsOf("a", rows, 4, 2)}, 2)))
	if !strings.Contains(cv.Reason, "beyond float64") || cv.R2 != nil || cv.MSE != nil {
		t.Errorf("%+v", cv)
	}
}

// The fold that leaves too few rows is called by its number from 1.
func TestFoldOfFewRows(t *testing.T) {
	set := settings(2)
	set.Folds = 2
	cv := crossValidate(&set, set.Alpha, splitsOf(pool([]Dataset{foldsOf("a", problem(rand.New(rand.NewPCG(45, 46)), 4, 2, 1), 4, 2)}, 2)))
	if !strings.HasPrefix(cv.Reason, "without fold 1 of 2: ") {
		t.Error(cv.Reason)
	}
}
