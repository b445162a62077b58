package regression

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"mlpipeline/internal/dataset"
	"mlpipeline/internal/moments"
	"mlpipeline/internal/testutil"
)

// NIST's certified linear least squares. The digits asked for are what the
// data, as float64s, allow; LRE is −log10 of the relative error.
func TestNIST(t *testing.T) {
	var certified struct {
		Linear map[string]struct {
			Coefficients   []string
			StandardErrors []string `json:"standard_errors"`
			ResidualSD     string   `json:"residual_sd"`
			R2             string
		}
	}
	b := testutil.Must(os.ReadFile("testdata/certified.json"))(t)
	testutil.OK(t, json.Unmarshal(b, &certified))
	for name, digits := range map[string]float64{"Norris": 13.5, "Longley": 14, "Wampler1": 14} {
		t.Run(name, func(t *testing.T) {
			c := certified.Linear[name]
			s := fitCSV(t, filepath.Join("testdata", name+".csv"))
			lre(t, "intercept", s.Intercept, c.Coefficients[0], digits)
			lre(t, "its error", *s.InterceptStdError, c.StandardErrors[0], digits-1)
			for j, b := range s.Coefficients {
				lre(t, b.Name, b.Value, c.Coefficients[j+1], digits)
				lre(t, b.Name+"'s error", *b.StdError, c.StandardErrors[j+1], digits-1)
			}
			lre(t, "residual deviation", *s.ResidualStd, c.ResidualSD, digits-1)
			lre(t, "R²", s.R2, c.R2, 14)
		})
	}
}

func lre(t *testing.T, what string, got float64, certified string, digits float64) {
	t.Helper()
	want := testutil.Must(strconv.ParseFloat(certified, 64))(t)
	e := math.Abs(got - want)
	if want != 0 {
		e /= math.Abs(want)
	}
	if have := -math.Log10(e); have < digits {
		t.Errorf("%s = %v, certified %s: %.1f digits, want %.1f", what, got, certified, have, digits)
	}
}

// fitCSV fits a CSV whose last column is the target, standardised as the
// scaler does it.
func fitCSV(t *testing.T, path string) *Summary {
	f := testutil.Must(os.Open(path))(t)
	defer f.Close()
	records := testutil.Must(csv.NewReader(f).ReadAll())(t)
	w := len(records[0]) + 1
	cols := make([][]float64, w-1)
	for _, rec := range records[1:] {
		for j, cell := range rec {
			v := testutil.Must(strconv.ParseFloat(cell, 64))(t)
			cols[j] = append(cols[j], v)
		}
	}
	s := settings(w - 2)
	n := len(records) - 1
	rows := make([]moments.Sum, n*w)
	for j, col := range cols {
		var m moments.Moments
		m.Add(col)
		mean, scale := m.Mean.Value(), 1.0
		if j < w-2 {
			s.Mean[j], scale = mean, math.Sqrt(m.Var())
			s.Scale[j] = scale
		} else {
			s.TargetMean = mean
		}
		for i, v := range col {
			rows[i*w] = moments.Float(1)
			rows[i*w+1+j] = moments.Float(v).Minus(moments.Float(mean)).Over(moments.Float(scale))
		}
	}
	d := Dataset{ID: dataset.ID{Name: "a"}, Used: int64(n)}
	bounds := FoldBounds(int64(n), s.Folds)
	for k := range s.Folds {
		var f Factor
		f.AddPrecise(rows[bounds[k]*int64(w):bounds[k+1]*int64(w)], w)
		d.Folds = append(d.Folds, f)
	}
	_, summary := fitted(t, s, counted([]Dataset{d})...)
	return summary
}
