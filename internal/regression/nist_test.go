package regression

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mlpipeline/internal/design"
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

// fitCSV fits a CSV whose last column is the target, as the stages do.
func fitCSV(t *testing.T, path string) *Summary {
	t.Helper()
	csv := string(testutil.Must(os.ReadFile(path))(t))
	header, _, _ := strings.Cut(csv, "\n")
	names := strings.Split(header, ",")
	last := len(names) - 1
	d := design.Design{Target: names[last], Features: names[:last], Lags: []int{}, Missing: design.Drop}
	s := scalerOf(t, d, csv)
	_, summary := fitted(t, SettingsOf(s, Fit{Folds: 5}), datasetOf(t, s, "a", csv, 5))
	return summary
}
