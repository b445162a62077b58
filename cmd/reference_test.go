package cmd_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mlpipeline/internal/metrics"
	"mlpipeline/internal/regression"
	"mlpipeline/internal/scaler"
	"mlpipeline/internal/testutil"
)

// referenceCase is a dataset and settings, and what scikit-learn makes of them.
type referenceCase struct {
	Name   string  `json:"name"`
	Files  int     `json:"files"`
	Time   string  `json:"time"`
	Target string  `json:"target"`
	Annual int     `json:"annual"`
	Lags   []int   `json:"lags"`
	Alpha  float64 `json:"alpha"`
	// Words are the category column, "" for none, and the most levels that it may have.
	Words     string `json:"words"`
	MaxLevels int    `json:"max_levels"`
	Want      struct {
		Mean, Var, Scale, Standardized []float64
		N                              int64   `json:"n_samples_seen"`
		TrainR2                        float64 `json:"train_r2"`
		MSE, MAE, R2, Bias             float64
		MaxError                       float64 `json:"max_error"`
		Explained                      float64 `json:"explained_variance"`
		CVMSE                          float64 `json:"cv_mse"`
		CVStd                          float64 `json:"cv_mse_std"`
		CVR2                           float64 `json:"cv_r2"`
	} `json:"want"`
}

var referenceCases = []referenceCase{
	{Name: "default", Files: 7, Time: "timestamp", Target: "temperature", Annual: 2},
	{Name: "seattle", Files: 1, Time: "date", Target: "temp_max", Annual: 2, Lags: []int{1, 2, 7}},
	{Name: "seattle-ridge", Files: 1, Time: "date", Target: "temp_max", Annual: 2, Alpha: 30},
	{Name: "random-1", Files: 1, Target: "y"},
	{Name: "random-2", Files: 1, Target: "y", Alpha: 0.5},
	{Name: "random-3", Files: 1, Target: "y"},
	{Name: "words", Files: 1, Time: "date", Target: "temp_max", Annual: 2, Words: "weather", MaxLevels: 100},
	{Name: "words-ridge", Files: 1, Time: "date", Target: "temp_max", Annual: 2, Alpha: 30, Words: "weather", MaxLevels: 100},
	{Name: "words-pooled", Files: 1, Time: "date", Target: "temp_max", Annual: 2, Words: "weather", MaxLevels: 3},
}

// makeCase writes the data of a case into dir/data.
func makeCase(t *testing.T, dir string, i int, c referenceCase) {
	switch {
	case c.Name == "default":
		must(t, dir, "data_creation")
	case strings.HasPrefix(c.Name, "seattle"):
		must(t, dir, "data_creation", "-import", filepath.Join(root, "cmd/testdata/data/seattle-weather.csv"), "-time",
			"date", "-target", "temp_max", "-drop", "weather")
	case c.Words != "":
		b := testutil.Must(os.ReadFile(filepath.Join(root, "cmd/testdata/data/seattle-weather.csv")))(t)
		lines := strings.SplitAfter(string(b), "\n")
		const trained = 1169
		for part, rows := range map[string][]string{"train": lines[1 : 1+trained], "test": lines[1+trained:]} {
			write(t, filepath.Join(dir, "data", part, "seattle.csv"), lines[0]+strings.Join(rows, ""))
		}
	default:
		// Columns of very different sizes, some nearly collinear.
		r := rand.New(rand.NewPCG(uint64(i), 1))
		for _, part := range []string{"train", "test"} {
			var b strings.Builder
			b.WriteString("a,b,c,d,y\n")
			for range 200 {
				x := r.NormFloat64()
				fmt.Fprintf(&b, "%v,%v,%v,%v,%v\n", 1e6+x, 1e-6*r.NormFloat64(), x+1e-3*r.NormFloat64(),
					r.ExpFloat64()*1e4, 100+3*x+r.NormFloat64())
			}
			write(t, filepath.Join(dir, "data", part, part+".csv"), b.String())
		}
	}
}

// write writes a file and the folder that it is in.
func write(t testing.TB, path, content string) {
	t.Helper()
	testutil.OK(t, os.MkdirAll(filepath.Dir(path), 0o777))
	testutil.WriteFile(t, path, content)
}

// TestReference compares scaler, least squares, ridge, cross-validation and
// metrics with scikit-learn's, to 1e-9. With REFERENCE=FOLDER it writes the
// data for reference.py instead.
func TestReference(t *testing.T) {
	t.Parallel()
	if folder := os.Getenv("REFERENCE"); folder != "" {
		cases := referenceCases
		for i, c := range cases {
			dir := t.TempDir()
			makeCase(t, dir, i, c)
			testutil.OK(t, os.Rename(filepath.Join(dir, "data"), filepath.Join(folder, c.Name)))
			if cases[i].Lags == nil {
				cases[i].Lags = []int{}
			}
		}
		b := testutil.Must(json.Marshal(cases))(t)
		testutil.WriteFile(t, filepath.Join(folder, "cases.json"), b)
		t.Skip("data written for reference.py")
	}
	var reference []referenceCase
	readJSON(t, filepath.Join(root, "cmd/testdata/reference.json"), &reference)
	for i, c := range reference {
		t.Run(c.Name, func(t *testing.T) {
			dir := t.TempDir()
			makeCase(t, dir, i, c)
			must(t, dir, "model_preprocessing", "-time", c.Time, "-target", c.Target, "-annual", fmt.Sprint(c.Annual),
				"-category", c.Words, "-max-levels", fmt.Sprint(max(2, c.MaxLevels)), "-lags", strings.Trim(strings.ReplaceAll(fmt.Sprint(c.Lags), " ", ","), "[]"))
			must(t, dir, "model_preparation", "-alpha", fmt.Sprint(c.Alpha))
			must(t, dir, "model_testing", "-allow-leak")
			s := testutil.Must(scaler.Read(filepath.Join(dir, "models/scaler.json")))(t)
			var model regression.Summary
			readJSON(t, filepath.Join(dir, "models/model.json"), &model)
			report := readMetrics(t, dir)
			var coef []float64
			for _, b := range model.Standardized {
				coef = append(coef, b.Value)
			}
			w := c.Want
			equal(t, "n", float64(s.NSamplesSeen[0]), float64(w.N))
			equalAll(t, "mean", s.Mean, w.Mean)
			equalAll(t, "var", s.Var, w.Var)
			equalAll(t, "scale", s.Scale, w.Scale)
			equalAll(t, "coefficient", coef, w.Standardized)
			equal(t, "training R²", model.R2, w.TrainR2)
			equal(t, "MSE", *report.MSE, w.MSE)
			equal(t, "MAE", *report.MAE, w.MAE)
			equal(t, "R²", *report.R2, w.R2)
			equal(t, "max error", *report.MaxError, w.MaxError)
			equal(t, "bias", *report.Bias, w.Bias)
			equal(t, "explained variance", *report.ExplainedVariance, w.Explained)
			if c.Files == 1 {
				equal(t, "cross-validated MSE", *model.CV.MSE, w.CVMSE)
				equal(t, "its spread", *model.CV.MSEStd, w.CVStd)
				equal(t, "cross-validated R²", *model.CV.R2, w.CVR2)
			}
		})
	}
}

// readMetrics reads what model_testing left in a folder.
func readMetrics(t *testing.T, dir string) *metrics.Report {
	t.Helper()
	sums := testutil.Must(metrics.Read(filepath.Join(dir, "models/metrics.gob")))(t)
	return testutil.Must(metrics.New(sums))(t)
}

func equalAll(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d of %s, want %d", len(got), what, len(want))
	}
	for j := range got {
		equal(t, fmt.Sprintf("%s %d", what, j), got[j], want[j])
	}
}

func equal(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*math.Abs(want)) {
		t.Errorf("%s = %v, scikit-learn %v", what, got, want)
	}
}
